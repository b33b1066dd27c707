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

make() { if [ ! -s "$folder/$1" ]; then cat >"$folder/$1.new" && mv "$folder/$1.new" "$folder/$1" && chmod 444 "$folder/$1"; fi; }

head -c 64 /dev/urandom | make subject.key
random_hex 24 | make postgres_password
random_hex 24 | make rabbitmq_password
random_hex 24 | make subscriber_password
# What the services connect with, passwords included.
echo "Host=postgres;Username=zigong;Database=zigong;Password=$(cat "$folder/postgres_password")" | make database
echo "amqp://zigong:$(cat "$folder/rabbitmq_password")@rabbitmq:5672/" | make broker
