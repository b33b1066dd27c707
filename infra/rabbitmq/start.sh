#!/usr/bin/env bash
# The broker's container: topology and users from their files at every start, then the image's own entry point.
set -euo pipefail
folder=/etc/rabbitmq/zigong
mkdir -p "$folder"
bash /zigong/definitions.sh /run/secrets/rabbitmq_password /run/secrets/subscriber_password >"$folder/definitions.json"
echo "load_definitions = $folder/definitions.json" >/etc/rabbitmq/conf.d/20-zigong.conf
chown -R rabbitmq: "$folder"
chmod 700 "$folder"
exec docker-entrypoint.sh rabbitmq-server
