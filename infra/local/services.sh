#!/usr/bin/env bash
# The pipeline's services as processes of this machine, each kept running by a supervisor that starts it again when it ends.
#
#   services.sh start FOLDER APP [NAME=WORKERS ...]   one process per service (or WORKERS of it) from the assemblies in APP
#   services.sh stop FOLDER      asks all to stop, waits for their work to be put back, then kills
#   services.sh ps FOLDER        NAME WORKER STATE PID ADDRESS, parted by tabs; fails when one is not running
#
# Configuration comes from the environment (Pipeline__Database, Pipeline__Broker ...). FOLDER holds, for every worker
# NAME-N: .log, .pid of the service, .supervisor and .url. ZIGONG_RESTART_SECONDS is the longest wait before a service that
# keeps ending is started again.
set -euo pipefail

readonly SERVICES="Control Ingest Training GradientExtraction TracSeqScoring Selection Templating Evaluation"

. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/ports.sh"

fail() { echo "zigong: $*" >&2; exit 1; }

# A stale pid file may name somebody else's process by now.
alive() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 1
    { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$2"
}

# Keeps the address of the last start if nobody has taken it since; never one that another worker was given.
choose_address() {
    local worker=$1 url
    url=$(cat "$worker.url" 2>/dev/null) || url=""
    while [ -z "$url" ] || [ "$(cat "$folder"/*.url 2>/dev/null | grep -cxF "$url")" -gt 1 ] || taken "$url"; do
        url=http://127.0.0.1:$(free_port)
        echo "$url" >"$worker.url"
    done
}

taken() {
    local address=${1#http://}
    { exec 3<>"/dev/tcp/${address/://}"; } 2>/dev/null && exec 3>&-
}

start_worker() {
    local name=$1 worker=$folder/$1-$2
    [ -f "$app/ZiGong.$name.dll" ] || fail "there is no ZiGong.$name.dll in $app"
    if alive "$worker.supervisor" "$worker"; then return; fi
    choose_address "$worker"
    if [ "$(stat -c %s "$worker.log" 2>/dev/null || echo 0)" -gt 50000000 ]; then mv "$worker.log" "$worker.log.1"; fi
    Pipeline__Http=$(cat "$worker.url") setsid bash "$self" supervise "$worker" "$app/ZiGong.$name.dll" </dev/null >>"$worker.log" 2>&1 &
    echo $! >"$worker.supervisor"
}

# Starts the service again, whatever ended it, at once and then slower and slower. A bad configuration (2) would only fail again.
supervise() {
    local worker=$1 assembly=$2 wait=1 slowest=${ZIGONG_RESTART_SECONDS:-16} lives=0 started rc
    # For tests: nothing may stay when whoever wanted the services is gone, however he went.
    if [ -n "${ZIGONG_WATCH:-}" ]; then (while kill -0 "$ZIGONG_WATCH" 2>/dev/null; do sleep 1; done; kill -TERM $$) & fi
    # By the shell's own list of jobs: a signal right after the start finds the service too.
    trap 'kill -TERM $(jobs -p) 2>/dev/null || true; wait || true; exit 0' TERM
    while :; do
        started=$SECONDS rc=0 lives=$((lives + 1))
        ZIGONG_LIFE="${worker##*/}.$lives" dotnet "$assembly" &
        echo $! >"$worker.pid"
        wait $! || rc=$?
        [ "$rc" != 2 ] || break
        if [ $((SECONDS - started)) -gt 30 ]; then wait=1; fi
        sleep "$wait" &
        wait $! || true
        wait=$((2 * wait < slowest ? 2 * wait : slowest))
    done
}

start() {
    local name count n
    mkdir -p "$folder"
    chmod 700 "$folder"
    for name in "${!workers[@]}"; do
        case " $SERVICES " in *" $name "*) ;; *) fail "there is no service '$name'; there are: $SERVICES" ;; esac
        [[ ${workers[$name]} =~ ^[0-9]+$ ]] || fail "workers of $name: '${workers[$name]}' is not a number"
    done
    for name in $SERVICES; do
        count=${workers[$name]:-1}
        for ((n = 1; n <= count; n++)); do start_worker "$name" "$n"; done
    done
}

stop() {
    local file worker deadline=$((SECONDS + 45))
    for file in "$folder"/*.supervisor; do
        worker=${file%.supervisor}
        if alive "$file" "$worker"; then kill -TERM "$(cat "$file")" 2>/dev/null || true; fi
    done
    for file in "$folder"/*.supervisor; do
        worker=${file%.supervisor}
        while alive "$file" "$worker" && [ $SECONDS -lt $deadline ]; do sleep 0.2; done
        if alive "$file" "$worker"; then kill -KILL "$(cat "$file")" 2>/dev/null || true; fi
        if alive "$worker.pid" "ZiGong."; then kill -KILL "$(cat "$worker.pid")" 2>/dev/null || true; fi
        rm -f "$file" "$worker.pid"
    done
}

# 200, 503 or nothing, without needing curl.
health() {
    local address=${1#http://} status=""
    { exec 3<>"/dev/tcp/${address/://}"; } 2>/dev/null || return 0
    printf 'GET /health/ready HTTP/1.0\r\nHost: %s\r\n\r\n' "$address" >&3
    read -r -t 10 _ status _ <&3 || true
    exec 3>&-
    echo "$status"
}

ps_workers() {
    local file worker state all=0
    for file in "$folder"/*.supervisor; do
        worker=${file%.supervisor}
        state=stopped
        if alive "$worker.pid" "ZiGong."; then
            case $(health "$(cat "$worker.url")") in 200) state=ready ;; *) state=starting ;; esac
        elif alive "$file" "$worker"; then
            state=restarting
        fi
        [ $state = ready ] || all=1
        worker=${worker##*/}
        printf '%s\t%s\t%s\t%s\t%s\n' "${worker%-*}" "${worker##*-}" "$state" "$(cat "$folder/$worker.pid" 2>/dev/null)" "$(cat "$folder/$worker.url")"
    done
    return $all
}

self=$(readlink -f "${BASH_SOURCE[0]}")
shopt -s nullglob
word=${1:-}
case $word in
    supervise) supervise "$2" "$3"; exit ;;
    start|stop|ps) [ $# -ge 2 ] || fail "usage: services.sh start|stop|ps FOLDER ..." ;;
    *) fail "usage: services.sh start|stop|ps FOLDER ..." ;;
esac
folder=$(readlink -m "$2")
shift 2
case $word in
    start)
        app=$(readlink -f "$1")
        shift
        declare -A workers=()
        for pair in "$@"; do workers[${pair%%=*}]=${pair#*=}; done
        start
        ;;
    stop) stop ;;
    ps) ps_workers ;;
esac
