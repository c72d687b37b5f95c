#!/usr/bin/env bash
# `os.setPriority(pid, 10)` is documented to set the priority of a process. On Linux it sets that of one thread, the main one: the
# threads of libuv's pool (files, DNS, zlib, scrypt, native hashes) and V8's own (garbage, compiling) stay where they were, and take
# the core from the event loop that was to give way. `os.getPriority()`, `top` and `ps` show 10. Set before the pool is first used it
# is inherited by the pool, so it depends on whether anything has read a file before (Node 24.9.0).
#
# Needs Linux. Exits with 0 as long as it is so: 5 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0
cat >try.mjs <<'JS'
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const usePool = () => promisify(deflate)('anything');
if (process.argv[2] === 'after') await usePool();
setPriority(process.pid, getPriority() + 5);
await usePool();

const nice = {};
for (const thread of readdirSync('/proc/self/task')) {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
  const name = Number(thread) === process.pid ? 'main' : readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
  const value = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  (nice[name] ??= new Set()).add(value - getPriority());
}
console.log(Object.entries(nice).map(([name, values]) => `${name} ${[...values]}`).join(', '));
JS
node=node_modules/.bin/node
"$node" --version
echo 'niceness of each kind of thread, beside what os.getPriority() says:'
for order in before after; do
  out=$("$node" try.mjs $order)
  echo "set $order the pool was used: $out"
  [[ $out == *'main 0'* ]]
  [[ $out == *'V8Worker -5'* || $out == *'node-V8Worker -5'* || $out == *'V8 DefaultWorke -5'* ]]
  [[ $order == before ]] && [[ $out == *'libuv-worker 0'* ]]
  [[ $order == after ]] && [[ $out == *'libuv-worker -5'* ]]
done
