#!/usr/bin/env bash
# "There is no such name" (NXDOMAIN) is an answer for HAProxy's resolver only when it has heard it six times. `do-resolve` of one
# name that does not exist asks for A, then for AAAA, which the same answer has settled, and begins again until `resolve_retries`
# (3 by default), a setting that reads as if it were for answers that are lost, is used up. The next request for the name asks six
# times more: `hold nx` (30 s by default) keeps nothing of it. A name that exists is asked for once (Debian's HAProxy 2.6).
#
# The package is downloaded and unpacked, not installed. Needs Debian's apt-get, and node for the name server. Exits with 0 as long as
# it is so: 30 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

unpack() { # SUITE PACKAGE: with all that it depends on, into SUITE/
  local mirror state=$folder/$1.apt
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' | awk '$1=="Debian" && $2 !~ /security/ {print $2; exit}')
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial "$1"
  echo "deb ${mirror:-http://deb.debian.org/debian/} $1 main" >"$state/sources.list"
  : >"$state/status"
  local apt=(apt-get -qq -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::State="$state" -o Dir::State::Lists="$state/lists"
    -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Sandbox::User="$(id -un)"
    -o Acquire::Languages=none -o APT::Install-Recommends=false -o Debug::NoLocking=true)
  "${apt[@]}" update
  "${apt[@]}" --yes --download-only install "$2" >/dev/null
  for deb in "$state"/cache/archives/*.deb; do dpkg-deb --extract "$deb" "$1"; done
  rm -rf "$state"
}
suite=bookworm
unpack $suite haproxy

cat >haproxy.cfg <<'CFG'
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 5s
resolvers dns
  nameserver only "127.0.0.1:${DNS_PORT}"
frontend names
  bind "unix@${SOCKET}"
  http-request do-resolve(txn.address,dns,ipv4) req.hdr(host)
  http-request return status 200 content-type text/plain string "found" if { var(txn.address) -m found }
  http-request return status 404 content-type text/plain string "not found"
CFG
cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const asked = [];
const dns = createSocket('udp4').on('message', (query, from) => {
  const end = query.indexOf(0, 12) + 5;
  const isForIpv6 = query.readUInt16BE(end - 4) === 28;
  const exists = query.subarray(12, end).toString('latin1').includes('there');
  asked.push(isForIpv6 ? 'AAAA' : 'A');
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(exists ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(exists && !isForIpv6 ? 1 : 0, 6);
  const record = exists && !isForIpv6 ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]) : Buffer.alloc(0);
  dns.send(Buffer.concat([head, query.subarray(12, end), record]), from.port, from.address);
});
dns.bind(0, '127.0.0.1');
await once(dns, 'listening');
const [socketPath, ...command] = process.argv.slice(2);
const env = { ...process.env, SOCKET: socketPath, DNS_PORT: String(dns.address().port) };
const proxy = spawn(command[0], command.slice(1), { stdio: 'ignore', env });
while (!existsSync(socketPath)) await sleep(50);

async function look(host) {
  asked.length = 0;
  const [response] = await once(request({ socketPath, headers: { host } }).end(), 'response');
  response.resume();
  return `${response.statusCode} after ${asked.join(' ')}`;
}
console.log(`a name that exists: ${await look('there.test')}`);
console.log(`one that does not: ${await look('nobody.test')}`);
console.log(`the same, at once: ${await look('nobody.test')}`);
proxy.kill();
dns.close();
JS
loader=$(find -L "$suite" -path '*lib64/ld-linux-x86-64.so.2' -print -quit)
libraries=$suite/usr/lib/x86_64-linux-gnu:$suite/lib/x86_64-linux-gnu
haproxy=("$loader" --library-path "$libraries" "$suite/usr/sbin/haproxy")
"${haproxy[@]}" -v | sed -n 's/^\(HAProxy version [^ ]*\).*/\1/p'
out=$(node try.mjs "$folder/haproxy.sock" "${haproxy[@]}" -f haproxy.cfg -db)
echo "$out"
[[ $out == *'a name that exists: 200 after A'$'\n'* ]]
[[ $out == *'one that does not: 404 after A AAAA A AAAA A AAAA'$'\n'* ]]
[[ $out == *'the same, at once: 404 after A AAAA A AAAA A AAAA' ]]
