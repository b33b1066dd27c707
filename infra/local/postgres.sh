#!/usr/bin/env bash
# A private PostgreSQL server in a folder of its own. It listens on a socket in a 0700 folder and nowhere else, so only the
# server's user and root can talk to it, and no two servers can clash over a port; with --tls also on a port of the loopback
# interface, for those who have its password.
#
#   postgres.sh start FOLDER [--scratch] [--tls CERTIFICATES] [--watch PID]   starts it if it is down; prints the Npgsql connection string
#   postgres.sh stop FOLDER | kill FOLDER | remove FOLDER | status FOLDER
#
#   --scratch   no fsync: for tests, whose data nobody misses
#   --tls       also speaks TLS, with server.pem and server.key of that folder (they are copied; the first start decides)
#   --watch     stops the server and removes the folder when process PID ends, however it ends
set -euo pipefail

readonly DATABASE=zigong
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/ports.sh"

fail() { echo "zigong: $*" >&2; exit 1; }

bin_folder() {
    local version=""
    [ -s "$folder/data/PG_VERSION" ] && version=$(cat "$folder/data/PG_VERSION")
    local found
    for found in $(printf '%s\n' /usr/lib/postgresql/"${version:-*}"/bin /usr/pgsql-"${version:-*}"/bin | sort -rV); do
        [ -x "$found/initdb" ] && { echo "$found"; return; }
    done
    found=$(command -v initdb) || fail "PostgreSQL ${version:-server programs} not found: apt-get install postgresql"
    dirname "$(readlink -f "$found")"
}

# PostgreSQL refuses to run as root; Debian's package brings the user that it should run as.
as_server() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

give_to_server() {
    if [ "$(id -u)" = 0 ]; then
        id -u postgres >/dev/null 2>&1 || fail "running as root needs a user 'postgres': apt-get install postgresql, or run as another user"
        chown postgres: "$@"
    fi
}

# A socket path may have 107 characters: a deep checkout keeps its socket elsewhere.
socket_folder() {
    if [ "${#folder}" -le 80 ]; then echo "$folder/sock"; return; fi
    echo "${XDG_RUNTIME_DIR:-/tmp}/zigong-$(printf %s "$folder" | sha256sum | cut -c1-16)"
}

ready() { "$bin/pg_isready" -q -h "$socket" -p "$port"; }

create() {
    rm -rf "$folder/data.new"
    as_server "$bin/initdb" -D "$folder/data.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 ${scratch:+-N} >"$folder/initdb.log" 2>&1 </dev/null ||
        fail "initdb failed, see $folder/initdb.log"
    # Whole or not at all: an interrupted initdb is simply done again.
    if [ -n "$certificates" ]; then demand_tls; fi
    mv "$folder/data.new" "$folder/data"
}

# Over the network: a password, and nothing without TLS.
demand_tls() {
    umask 077
    cp "$certificates"/server.{pem,key} "$folder/data.new"
    echo 'hostssl all all 127.0.0.1/32 scram-sha-256' >"$folder/data.new/network.conf"
    grep -v '^host' "$folder/data.new/pg_hba.conf" | cat - "$folder/data.new/network.conf" >"$folder/data.new/pg_hba.new"
    mv "$folder/data.new/pg_hba.new" "$folder/data.new/pg_hba.conf"
    port=$(free_port)
    echo "$port" >"$folder/port"
    random_hex 24 >"$folder/password"
    give_to_server "$folder/data.new"/{server.pem,server.key,pg_hba.conf,network.conf}
}

# After a kill -9 or a restart of the machine the pid file stays, and its number may belong to anybody by now.
clear_stale_pid() {
    local pid
    pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) || return 0
    case "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" in
        *postgres*"$folder/data"*) ;;
        *) rm -f "$folder/data/postmaster.pid" "$socket/.s.PGSQL.$port" "$socket/.s.PGSQL.$port.lock" ;;
    esac
}

# PostgreSQL starts for nobody but the owner of its data; after a new installation, container or machine the same name can have
# another number, and the log that would say so cannot be written either.
demand_owner() {
    [ -e "$folder/data" ] || return 0
    local owner server
    owner=$(stat -c %u "$folder/data")
    if [ "$(id -u)" != 0 ]; then
        [ "$owner" = "$(id -u)" ] || fail "$folder belongs to user number $owner, and you are number $(id -u): start it as that user, or make it yours (nothing else may use it) with: sudo chown -R $(id -u):$(id -g) '$folder'"
        return 0
    fi
    server=$(id -u postgres)
    [ "$owner" = "$server" ] || fail "$folder belongs to user number $owner, but the server's user 'postgres' is number $server by now; if no server runs there any more, give it to that user with: chown -R postgres: '$folder'"
}

launch() {
    local settings="-c listen_addresses=''"
    [ ! -f "$folder/password" ] || settings="-c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.key"
    settings+=" -c unix_socket_directories='$socket' -c unix_socket_permissions=0700 -p $port"
    settings+=" -c max_connections=200 -c max_parallel_workers_per_gather=0 -c jit=off"
    [ -n "$scratch" ] && settings+=" -c fsync=off -c full_page_writes=off"
    local attempt
    for attempt in 1 2 3 4 5; do
        clear_stale_pid
        as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -t 120 -o "$settings" start >/dev/null 2>&1 </dev/null 9>&- && return
        ready && return
        # Backends of a killed server hold its shared memory for a moment.
        sleep "$attempt"
    done
    fail "PostgreSQL does not start; the end of $folder/server.log says: $(tail -n 3 "$folder/server.log" 2>/dev/null)"
}

watch_process() {
    setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$0" remove "$2"' \
        "$(readlink -f "${BASH_SOURCE[0]}")" "$1" "$folder" >/dev/null 2>&1 </dev/null 9>&- &
}

start() {
    ready || demand_owner
    mkdir -p "$folder" "$socket"
    chmod 700 "$socket"
    give_to_server "$folder" "$socket"
    [ -O "$socket" ] || [ "$(id -u)" = 0 ] || fail "$socket belongs to somebody else: remove it"
    exec 9>"$folder/lock"
    flock 9
    if ! ready; then
        [ -s "$folder/data/PG_VERSION" ] || create
        launch
    fi
    local sql="select 1 from pg_database where datname = '$DATABASE'"
    [ "$("$bin/psql" -h "$socket" -p "$port" -U postgres -d postgres -Atqc "$sql")" = 1 ] ||
        "$bin/createdb" -h "$socket" -p "$port" -U postgres "$DATABASE"
    [ -n "$watched" ] && watch_process "$watched"
    if [ -f "$folder/password" ]; then
        "$bin/psql" -h "$socket" -p "$port" -U postgres -d postgres -Atqc "alter role postgres password '$(cat "$folder/password")'"
        echo "Host=localhost;Port=$port;Username=postgres;Password=$(cat "$folder/password");Database=$DATABASE;SSL Mode=VerifyFull"
        return
    fi
    echo "Host=$socket;Port=$port;Username=postgres;Database=$DATABASE"
}

stop() {
    [ -s "$folder/data/postmaster.pid" ] || return 0
    clear_stale_pid
    [ -s "$folder/data/postmaster.pid" ] || return 0
    as_server "$bin/pg_ctl" -D "$folder/data" -m "$1" -w -t 60 stop >/dev/null 2>&1 </dev/null
}

[ $# -ge 2 ] || fail "usage: postgres.sh start|stop|kill|remove|status FOLDER [--scratch] [--tls CERTIFICATES] [--watch PID]"
word=$1 folder=$(readlink -m "$2") scratch="" watched="" certificates=""
shift 2
while [ $# -gt 0 ]; do
    case $1 in
        --scratch) scratch=yes ;;
        --tls) certificates=$(readlink -f "$2"); shift ;;
        --watch) watched=$2; shift ;;
        *) fail "postgres.sh: unknown option $1" ;;
    esac
    shift
done
bin=$(bin_folder) socket=$(socket_folder) port=$(cat "$folder/port" 2>/dev/null || echo 5432)   # without --tls it only names the socket file
cd /   # the server's user may not be able to enter the caller's folder

case $word in
    start) start ;;
    stop) stop fast ;;
    kill) pid=$(head -n 1 "$folder/data/postmaster.pid") && kill -9 "$pid" ;;
    remove) stop immediate || true; rm -rf "$folder" "$socket" ;;
    status) ready ;;
    *) fail "postgres.sh: unknown word $word" ;;
esac
