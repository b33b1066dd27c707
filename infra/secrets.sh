#!/usr/bin/env bash
# Makes what docker-compose.yml needs to be secret, each in a file of the folder secrets/ and each once: what is there stays.
# The folder is closed to others; the files are open within it, since every container has a user of its own.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
folder=${1:-secrets}
mkdir -p "$folder"
chmod 700 "$folder"
umask 022

. infra/local/ports.sh

# make NAME COMMAND...: what the command prints becomes the secret, unless there is one.
make() {
    local name=$1
    shift
    if [ -s "$folder/$name" ]; then return; fi
    "$@" >"$folder/$name.new"
    chmod 444 "$folder/$name.new"
    mv "$folder/$name.new" "$folder/$name"
}

make subject.key head -c 64 /dev/urandom
make postgres_password random_hex 24
make rabbitmq_password random_hex 24
make subscriber_password random_hex 24
# What the services connect with, passwords included.
make database echo "Host=postgres;Username=zigong;Database=zigong;Password=$(cat "$folder/postgres_password")"
make broker echo "amqp://zigong:$(cat "$folder/rabbitmq_password")@rabbitmq:5672/"
