#!/usr/bin/env bash
# A root `after` of node:test is where one lets go of what a file opened. It runs once the last test is over, whatever is
# still open; an empty `describe` is enough for that. In a file in which no test or suite was declared (all left out by a
# condition, say) it waits for the event loop to be empty instead, which is what it was to bring about: the process never
# ends, and never says why (Node 24.9.0).
#
# Exits with 0 as long as it is so: 10 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0
node=$folder/node_modules/node/bin/node

write() { # NAME DECLARATION
  cat >"$1.mjs" <<JS
import { after, describe, test } from 'node:test';
import { createServer } from 'node:net';
const server = createServer().listen(0, '127.0.0.1');
after(() => { console.log('after ran'); server.close(); });
$2
JS
}
write test "test('it', () => {});"
write suite "describe('nothing in it', () => {});"
write neither ''

"$node" --version
declare -A seen
for name in test suite neither; do
  code=0
  out=$(timeout 5 "$node" $name.mjs) || code=$?
  seen[$name]="$([[ $out == *'after ran'* ]] && echo 'after ran' || echo 'after did not run'), exit $code"
  echo "$name declared: ${seen[$name]}"
done
[[ ${seen[test]} == 'after ran, exit 0' && ${seen[suite]} == 'after ran, exit 0' ]]
[[ ${seen[neither]} == 'after did not run, exit 124' ]]
