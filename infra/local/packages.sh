# Sourced by the launcher: what the machine has to bring, and getting it where Debian's packages can be had.

# Sets `missing` to the Debian packages that these needs call for: build, database, broker, browser.
find_missing_packages() {
    missing=()
    local need
    for need in "$@"; do
        case $need in
            build)
                command -v cmake >/dev/null || missing+=(cmake)
                command -v g++ >/dev/null || missing+=(g++)
                # LIBTORCH names an unpacked libtorch of one's own, for example one for CUDA.
                [ -n "${LIBTORCH:-}" ] || compgen -G '/usr/lib/*/cmake/Torch/TorchConfig.cmake' >/dev/null ||
                    [ -e /usr/share/cmake/Torch/TorchConfig.cmake ] || missing+=(libtorch-dev)
                # libtorch-dev alone brings the reference BLAS, which is tens of times slower.
                [ -n "${LIBTORCH:-}" ] || compgen -G '/usr/lib/*/openblas-*/libblas.so.3' >/dev/null || missing+=(libopenblas0-pthread)
                ;;
            database)
                compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
                ;;
            broker)
                [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
                ;;
            browser)   # tests of reports only
                [ -n "${ZIGONG_BROWSER:-}" ] || [ -x /usr/bin/chromium ] || missing+=(chromium)
                ;;
        esac
    done
}

# Runs a command as root, without asking for a password where nobody could type it.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif [ -t 0 ]; then sudo "$@"
    else sudo -n "$@"; fi
}

# Installs `missing`, without letting the packages start servers of their own: the project runs private ones.
install_missing_packages() {
    [ ${#missing[@]} -gt 0 ] || return 0
    local by_hand="install them with: apt-get install ${missing[*]}"
    command -v apt-get >/dev/null || fail "missing: ${missing[*]} (names of Debian's packages); no apt-get here, so install them by hand"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "missing: ${missing[*]}; as root, $by_hand"

    step "installing ${missing[*]}"
    local policy=/usr/sbin/policy-rc.d guarded=""
    if [ ! -e "$policy" ]; then
        guarded=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod +x "$policy"
    fi
    local ok=yes
    {
        apt_install || { as_root apt-get update -q && apt_install; } || ok=""
    } >>"$log" 2>&1 </dev/null
    [ -z "$guarded" ] || as_root rm -f "$policy"
    [ -n "$ok" ] || fail "could not install ${missing[*]} (see $log); $by_hand"
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}"; }

require_dotnet() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: see https://dotnet.microsoft.com/download/dotnet/10.0, or on Debian 12:
  wget https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb && dpkg -i packages-microsoft-prod.deb
  apt-get update && apt-get install dotnet-sdk-10.0"
    case " $(cd / && dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')" in
        *" 10."*) ;;
        *) fail "the .NET 10 SDK is missing; found: $(cd / && dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' '). See https://dotnet.microsoft.com/download/dotnet/10.0" ;;
    esac
}
