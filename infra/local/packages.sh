# Sourced by the launcher: what the machine has to bring, and getting it where Debian's packages can be had.

# Sets `missing` to the Debian packages that these needs call for: database, broker, browser.
find_missing_packages() {
    missing=()
    local need
    for need in "$@"; do
        case $need in
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

# LIBTORCH names a libtorch that is on the machine, or a PyTorch installation's torch folder. The build then copies none, and the loader finds this one.
find_libtorch() {
    [ -n "${LIBTORCH:-}" ] || return 0
    local folder
    for folder in "$LIBTORCH" "$LIBTORCH/lib"; do
        if [ -f "$folder/libtorch_cpu.so" ]; then
            folder=$(readlink -f "$folder")
            export LIBTORCH=$folder LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
            return
        fi
    done
    fail "LIBTORCH is $LIBTORCH, but there is no libtorch_cpu.so in it, nor in its lib"
}

require_dotnet() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: see https://dotnet.microsoft.com/download/dotnet/10.0, or on Debian 12:
  wget https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb && dpkg -i packages-microsoft-prod.deb
  apt-get update && apt-get install dotnet-sdk-10.0"
    case " $(cd / && dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')" in
        *" 10."*) ;;
        *) fail "the .NET 10 SDK is missing; found: $(cd / && dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' '). See https://dotnet.microsoft.com/download/dotnet/10.0" ;;
    esac
}
