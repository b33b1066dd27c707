#!/usr/bin/env bash
# A private RabbitMQ server in a folder of its own, on free ports of the loopback interface, with a password of its own.
#
#   rabbitmq.sh start FOLDER [--tls CERTIFICATES] [--watch PID]   starts it if it is down; prints the services' amqp URI (FOLDER/uri; that of
#                                            subscribers, who may read announcements and nothing else, is in FOLDER/subscriber.uri)
#   rabbitmq.sh stop FOLDER | kill FOLDER | remove FOLDER | status FOLDER
#
#   --tls       speaks TLS alone, with server.pem and server.key of that folder (they are copied; the first start decides)
#   --watch     stops the server and removes the folder when process PID ends, however it ends
set -euo pipefail

readonly PROGRAMS=/usr/lib/rabbitmq/bin   # not the wrappers in /usr/sbin, which insist on the packaged set-up

. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/ports.sh"

fail() { echo "zigong: $*" >&2; exit 1; }

as_server() {
    if [ "$(id -u)" = 0 ]; then runuser -u rabbitmq -- "$@"; else "$@"; fi
}

# Runs one of RabbitMQ's programs in this server's surroundings.
program() { as_server bash -c '. "$1/env.sh"; shift; exec "$@"' - "$folder" "$@"; }

# Ports and passwords are chosen once, so that clients find the server again after a restart.
create() {
    umask 077
    mkdir -p "$folder"/{mnesia,log,home}
    local amqp password subscriber scheme=amqp host=127.0.0.1
    amqp=$(free_port)
    password=$(random_hex 24)
    subscriber=$(random_hex 24)
    cat >"$folder/rabbitmq.conf" <<END
listeners.tcp.1 = 127.0.0.1:$amqp
disk_free_limit.absolute = 200MB
load_definitions = $folder/definitions.json
END
    if [ -n "$certificates" ]; then
        # By name: a certificate is one for a name.
        scheme=amqps host=localhost
        cp "$certificates"/server.{pem,key} "$folder"
        sed -i 's/^listeners.tcp.1/listeners.ssl.1/' "$folder/rabbitmq.conf"
        cat >>"$folder/rabbitmq.conf" <<END
listeners.tcp = none
ssl_options.certfile = $folder/server.pem
ssl_options.keyfile = $folder/server.key
ssl_options.verify = verify_none
END
    fi
    # Read at every start: a broker that lost its data folder has users, exchanges and policies again.
    "$definitions" <(printf %s "$password") <(printf %s "$subscriber") >"$folder/definitions.json"
    echo '[].' >"$folder/enabled_plugins"
    cat >"$folder/env.sh" <<END
export HOME='$folder/home' RABBITMQ_NODENAME='zigong$amqp@localhost' RABBITMQ_CONFIG_FILE='$folder/rabbitmq.conf'
export RABBITMQ_ENABLED_PLUGINS_FILE='$folder/enabled_plugins' RABBITMQ_MNESIA_BASE='$folder/mnesia' RABBITMQ_LOG_BASE='$folder/log'
export RABBITMQ_PID_FILE='$folder/rabbit.pid' RABBITMQ_DIST_PORT=$(free_port) RABBITMQ_CONF_ENV_FILE=/dev/null
export ERL_EPMD_PORT=$(free_port) ERL_EPMD_ADDRESS=127.0.0.1
export RABBITMQ_SERVER_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
END
    echo "$scheme://subscriber:$subscriber@$host:$amqp/" >"$folder/subscriber.uri"
    chmod -R go= "$folder"
    if [ "$(id -u)" = 0 ]; then chown -R rabbitmq: "$folder"; fi
    # Last: with it the server counts as set up.
    echo "$scheme://zigong:$password@$host:$amqp/" >"$folder/uri.new"
    mv "$folder/uri.new" "$folder/uri"
}

ready() { [ -f "$folder/env.sh" ] && control await_startup --timeout 5; }

# RabbitMQ's command has no deadline of its own for a node that hangs.
control() { program timeout 30 "$PROGRAMS/rabbitmqctl" -q "$@" >/dev/null 2>&1 </dev/null; }

# A quorum queue that was declared within a second before a kill -9 comes back empty and without a leader, and answers nobody
# for ever (Ra 2.2 writes its directory of queues half a second late). An election mends it; what it held, the sweeper sends again.
elect_leaders() {
    control eval '[case ra:members({N, node()}, 1000) of
        {ok, _, _} -> ok;
        _ -> ra:trigger_election({N, node()})
    end || {N, _} <- ra_directory:list_registered(quorum_queues)].'
}

start() {
    [ -x "$PROGRAMS/rabbitmq-server" ] || fail "RabbitMQ not found: apt-get install rabbitmq-server"
    [ -f "$folder/uri" ] || create
    if ! port_open; then
        # The shell in between must not hold the caller's output open for as long as the server lives.
        (
            exec >/dev/null 2>&1 </dev/null
            as_server bash -c '. "$1/env.sh"; exec setsid "$2" >"$1/log/startup.log" 2>&1' - "$folder" "$PROGRAMS/rabbitmq-server"
        ) &
        disown
    fi
    local attempt
    for attempt in $(seq 1 20); do
        if ready && port_open; then break; fi
        [ "$attempt" = 20 ] && fail "RabbitMQ does not start; see $folder/log"
        sleep 0.5
    done
    elect_leaders || true
    if [ -n "$watched" ]; then
        setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$0" remove "$2"' \
            "$self" "$watched" "$folder" >/dev/null 2>&1 </dev/null &
    fi
    cat "$folder/uri"
}

port_open() {
    local address
    address=$(sed -n 's/^listeners.[a-z]*.1 = //p' "$folder/rabbitmq.conf")
    (exec 3<>"/dev/tcp/${address/://}") 2>/dev/null
}

stop() {
    [ -f "$folder/rabbit.pid" ] || return 0
    control stop "$folder/rabbit.pid" || kill_server
    stop_port_mapper
}

# A stale pid file may name somebody else's process by now.
is_server() { { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null | grep -qF "$folder"; }

# Waits until the process is gone (a zombie has no command line): a start right after it would find the port still open.
kill_server() {
    local pid attempt
    pid=$(cat "$folder/rabbit.pid" 2>/dev/null) || return 0
    for attempt in $(seq 1 100); do
        is_server "$pid" || return 0
        kill -9 "$pid" 2>/dev/null || true
        sleep 0.1
    done
    fail "process $pid does not end"
}

# The port mapper of Erlang is a daemon of its own and would outlive the folder.
stop_port_mapper() { program epmd -kill >/dev/null 2>&1 </dev/null || true; }

[ $# -ge 2 ] || fail "usage: rabbitmq.sh start|stop|kill|remove|status|queues FOLDER [--tls CERTIFICATES] [--watch PID]"
self=$(readlink -f "${BASH_SOURCE[0]}")
definitions=$(dirname "$self")/../rabbitmq/definitions.sh
word=$1 folder=$(readlink -m "$2") watched="" certificates=""
shift 2
while [ $# -gt 0 ]; do
    case $1 in
        --tls) certificates=$(readlink -f "$2"); shift ;;
        --watch) watched=$2; shift ;;
        *) fail "rabbitmq.sh: unknown option $1" ;;
    esac
    shift
done
cd /

case $word in
    start) start ;;
    stop) stop ;;
    kill) kill_server ;;
    remove) [ -d "$folder" ] || exit 0; kill_server; stop_port_mapper; rm -rf "$folder" ;;
    status) ready ;;
    queues) program timeout 30 "$PROGRAMS/rabbitmqctl" -q list_queues name state leader messages_ready messages_unacknowledged consumers ;;
    *) fail "rabbitmq.sh: unknown word $word" ;;
esac
