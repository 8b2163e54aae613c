#!/usr/bin/env bash
# Makes examples/shop_20261120T020000Z.sql.gz from a real server: needs initdb, pg_ctl, psql and pg_dump of PostgreSQL 15 or later in
# PATH (Debian: apt-get install postgresql). initdb refuses root; run this as any other user.
#   ./make-shop-dump.sh [OUTPUT]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
output=${1:-"$here/shop_20261120T020000Z.sql.gz"}
work=$(mktemp -d)
trap 'pg_ctl -D "$work/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
initdb -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
pg_ctl -D "$work/data" -w -o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off" -l "$work/log" start >/dev/null
export PGHOST=$work PGUSER=postgres
createdb shop
psql -d shop -v ON_ERROR_STOP=1 -q -f "$here/shop.sql"
pg_dump -d shop | gzip -9n >"$output"
(cd "$(dirname "$output")" && sha256sum "$(basename "$output")" >"$(basename "$output").sha256")
echo "$output: $(stat -c %s "$output") bytes"
