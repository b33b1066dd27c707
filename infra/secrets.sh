#!/usr/bin/env bash
# Makes what docker-compose.yml needs to be secret, each in a file of the folder secrets/ and each once: what is there stays,
# what is missing is added and named. Servers that are set up already keep their passwords, so before a new one is made it is
# looked for where it may stand: in the services' address, and in the .env that the compose file used to read.
# The folder is closed to others; the files are open within it, since every container has a user of its own.
#
#   secrets.sh [FOLDER [ENV-FILE]]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
folder=${1:-secrets} env=${2:-.env}

. infra/local/ports.sh

say() { echo "zigong: $*" >&2; }

# setting VARIABLE: as the .env has it; the last line counts, and quotes go.
setting() {
    [ -f "$env" ] || return 0
    sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" "$env" | tail -n 1 | sed -E "/^['\"]/!s/[[:space:]]+#.*\$//; s/[[:space:]]+\$//; s/^'(.*)'\$/\1/; s/^\"(.*)\"\$/\1/"
}

# in_address NAME: the password in an address of this compose file's own servers.
in_address() {
    case $1 in
        database) sed -nE 's/^(.*;)?Host=postgres;.*Password=([^;]*).*/\2/p' "$folder/database" 2>/dev/null || true ;;
        broker) sed -nE 's|^amqp://zigong:([^@]*)@rabbitmq.*|\1|p' "$folder/broker" 2>/dev/null || true ;;
    esac
}

# check PASSWORD ADDRESS VARIABLE: refuses two that differ, before anything is written.
check() {
    if [ ! -f "$folder/$1" ] || [ ! -s "$folder/$1" ]; then return 0; fi
    local known
    known=$(in_address "$2")
    if [ -n "$known" ] && [ "$known" != "$(cat "$folder/$1")" ]; then
        say "$folder/$2 has another password than $folder/$1, so services and server would not know each other: delete the wrong one of the two, then call this again"
        exit 1
    fi
    known=$(setting "$3")
    if [ -n "$known" ] && [ "$known" != "$(cat "$folder/$1")" ]; then
        say "$3 in $env is another password than $folder/$1, which counts; if the server was set up with that of $env, delete $folder/$1 and $folder/$2, then call this again"
    fi
}

# password NAME ADDRESS VARIABLE: the one that is in use already, else a new one.
password() {
    local known
    known=$(in_address "$2")
    if [ -n "$known" ]; then
        say "$folder/$1 takes the password of $folder/$2"
    else
        known=$(setting "$3")
        [ -z "$known" ] || say "$folder/$1 takes $3 of $env, where nothing reads it any more: remove it there"
    fi
    if [ -z "$known" ]; then random_hex 24; return; fi
    # It becomes part of an address, in which some characters mean something else.
    local strange='*[!A-Za-z0-9._~-]*'
    [ "$2" != database ] || strange="*[;=\"']*"
    # shellcheck disable=SC2254
    case $known in
        $strange) say "the password for $folder/$1 has characters that the address in $folder/$2 cannot hold: change it on the server and where it stands"; exit 1 ;;
    esac
    printf %s "$known"
}

# make NAME COMMAND...: what the command prints becomes the secret, unless there is one.
make() {
    local name=$1
    shift
    # A container that is started without a secret can leave an empty folder in its place.
    if [ -d "$folder/$name" ]; then rmdir "$folder/$name"; fi
    if [ -s "$folder/$name" ]; then return; fi
    rm -f "$folder/$name.new"
    "$@" >"$folder/$name.new"
    chmod 444 "$folder/$name.new"
    mv -f "$folder/$name.new" "$folder/$name"
    say "added $folder/$name"
}

mkdir -p "$folder"
chmod 700 "$folder"
umask 022
check postgres_password database ZIGONG_POSTGRES_PASSWORD
check rabbitmq_password broker ZIGONG_RABBITMQ_PASSWORD
make subject.key head -c 64 /dev/urandom
make postgres_password password postgres_password database ZIGONG_POSTGRES_PASSWORD
make rabbitmq_password password rabbitmq_password broker ZIGONG_RABBITMQ_PASSWORD
make subscriber_password random_hex 24
# What the services connect with, passwords included.
make database echo "Host=postgres;Username=zigong;Database=zigong;Password=$(cat "$folder/postgres_password")"
make broker echo "amqp://zigong:$(cat "$folder/rabbitmq_password")@rabbitmq:5672/"
