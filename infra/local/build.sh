# Sourced by the launcher: building what changed, and running the tests.

# A name for the present state of the sources: paths, sizes and times of everything that goes into the build, and the libtorch.
source_stamp() {
    (cd "$root" && {
        echo "libtorch ${LIBTORCH:-}"
        find services shared infra/TorchLibrary Directory.* global.json \( -name bin -o -name obj \) -prune -o -type f ! -name packages.lock.json -printf '%p %s %T@\n'
    } | LC_ALL=C sort | sha256sum | cut -c1-16)
}

# Builds the command line when its sources changed. It runs from a copy, so that a build never pulls files out from under
# a command that is still running. The analyzers are left to `zigong test`: they take longer than the compiler. Sets `app`.
build_cli() {
    local stamp
    stamp=$(source_stamp)
    app=$state/app/$stamp
    [ -f "$app/ZiGong.AllInOne.dll" ] && return
    require_dotnet
    step "building (the first time takes a few minutes)"
    (cd "$root" && dotnet build services/AllInOne -c Release -v q --nologo -p:RunAnalyzers=false) >"$build_log" 2>&1 </dev/null 8>&- || fail_build
    keep_app "$stamp"
}

keep_app() {
    mkdir -p "$state/app"
    rm -rf "$state/app/new"
    local built=$root/services/AllInOne/bin/Release/net10.0
    mkdir "$state/app/new"
    (cd "$built" && find . -mindepth 1 -maxdepth 1 ! -name runtimes -exec cp -r -t "$state/app/new" {} +)
    # libtorch is half a gigabyte, and builds replace its files but never write to them: one copy is enough.
    cp -rl "$built/runtimes" "$state/app/new" 2>/dev/null || cp -r "$built/runtimes" "$state/app/new"
    rm -rf "${state:?}/app/$1"
    mv "$state/app/new" "$state/app/$1"
    # The newest three stay: an older command may still be running from its copy. So does the one that the services run from.
    find "$state/app" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- |
        { grep -vxF "$(cat "$state/services/app" 2>/dev/null || echo none)" || true; } | xargs -r rm -rf
}

fail_build() {
    grep -E ' error |: error' "$build_log" | sed "s|$root/||; s| \[.*||" | sort -u | head -n 15 >&2 || true
    fail "the build failed; everything it said is in $build_log"
}

# Sets `app` too.
build_everything() {
    require_dotnet
    step "building everything, warnings as errors"
    (cd "$root" && dotnet restore ZiGong.Pipeline.sln --locked-mode -v q --nologo &&
        dotnet build ZiGong.Pipeline.sln -c Release --no-restore -warnaserror -v q --nologo) >"$build_log" 2>&1 </dev/null 8>&- || return 1
    local stamp
    stamp=$(source_stamp)
    keep_app "$stamp"
    app=$state/app/$stamp
}

# Runs all test projects and adds their figures up. Servers of tests that were killed go.
run_tests() {
    export ZIGONG_TEST_SERVERS=${TMPDIR:-/tmp}/zigong-test-$$
    trap 'remove_test_servers' EXIT
    dotnet "$app/ZiGong.Cli.dll" local test "$root" "$state/test-results" -- "$@"
}

remove_test_servers() {
    local server
    for server in "$ZIGONG_TEST_SERVERS"/*; do
        case $server in
            */postgres-*) "$root/infra/local/postgres.sh" remove "$server" || true ;;
            */rabbitmq-*) "$root/infra/local/rabbitmq.sh" remove "$server" || true ;;
        esac
    done
    rm -rf "$ZIGONG_TEST_SERVERS"
}
