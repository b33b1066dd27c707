#!/usr/bin/env bash
# The broker's topology with its two users: prints what RabbitMQ's load_definitions reads.
#
#   definitions.sh PASSWORD-FILE SUBSCRIBER-PASSWORD-FILE
#
# zigong is the services' user; subscriber may read announcements and nothing else (topology.json).
set -euo pipefail

random_hex() { head -c "$1" /dev/urandom | od -An -tx1 | tr -d ' \n'; }

unhex() { printf "$(printf %s "$1" | sed 's/../\\x&/g')"; }

# A user as definitions have it: the hash is salt, then SHA-256 of salt and password.
user() {
    local salt hash
    salt=$(random_hex 4)
    hash=$({ unhex "$salt"; printf %s "$2"; } | sha256sum | cut -d' ' -f1)
    printf '{ "name": "%s", "password_hash": "%s", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "" }' "$1" "$(unhex "$salt$hash" | base64 -w0)"
}

password() {
    local text
    text=$(cat "$1")
    [ -n "$text" ] || { echo "zigong: $1 holds no password" >&2; exit 1; }
    printf %s "$text"
}

[ $# = 2 ] || { echo "usage: definitions.sh PASSWORD-FILE SUBSCRIBER-PASSWORD-FILE" >&2; exit 1; }
services=$(password "$1")
subscribers=$(password "$2")
users="$(user zigong "$services"), $(user subscriber "$subscribers")"
sed "s|\"users\": \[\]|\"users\": [$users]|" "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/topology.json"
