#!/usr/bin/env bash
# A load balancer that checks a listener with PROXY protocol v2 says LOCAL, since it speaks for itself. The protocol, which is
# HAProxy's own, lets it send an address block all the same, and has the receiver accept the connection and skip the block, whatever is in it.
# HAProxy 2.6 does. HAProxy 3.0 closes such a connection without a byte: the check fails and the listener is taken for dead, while
# every client behind the same load balancer is served. A LOCAL without a block is answered by both.
#
# Debian's packages (2.6 of bookworm, 3.0 of trixie) are downloaded and unpacked, not installed. Needs Debian's apt-get, and node for
# the client. Exits with 0 as long as it is so: 60 s.
set -euo pipefail
folder=$(mktemp -d)
proxy=
trap '[[ -z $proxy ]] || kill "$proxy" 2>/dev/null || true; rm -rf "$folder"' EXIT
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

cat >haproxy.cfg <<'CFG'
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend checked
  bind "unix@${SOCKET}" accept-proxy
  http-request return status 200 content-type text/plain string "answered"
CFG
cat >check.mjs <<'JS'
import { connect } from 'node:net';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
// From 192.0.2.7:40000 to 192.0.2.1:443, TCP over IPv4.
const block = Buffer.from([192, 0, 2, 7, 192, 0, 2, 1, 0x9c, 0x40, 0x01, 0xbb]);
const headers = {
  'PROXY with addresses': [0x21, 0x11, 0, 12, ...block],
  'LOCAL without addresses': [0x20, 0x00, 0, 0],
  'LOCAL with addresses': [0x20, 0x11, 0, 12, ...block],
};
for (const [name, header] of Object.entries(headers)) {
  const heard = await new Promise((resolve) => {
    let text = '';
    const socket = connect(process.argv[2]).on('error', () => {});
    socket.on('data', (data) => (text += data)).once('close', () => resolve(text));
    socket.write(Buffer.concat([signature, Buffer.from(header)]));
    socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  });
  console.log(`  ${name}: ${heard.split('\r\n')[0] || 'closed without a byte'}`);
}
JS
declare -A seen
for suite in bookworm trixie; do
  unpack $suite haproxy
  loader=$(find -L "$suite" -path '*lib64/ld-linux-x86-64.so.2' -print -quit)
  libraries=$suite/usr/lib/x86_64-linux-gnu:$suite/lib/x86_64-linux-gnu
  haproxy=("$loader" --library-path "$libraries" "$suite/usr/sbin/haproxy")
  SOCKET=$folder/$suite.sock "${haproxy[@]}" -f haproxy.cfg -db 2>"$suite.log" &
  proxy=$!
  for _ in {1..100}; do [[ -S $suite.sock ]] && break; sleep 0.1; done
  seen[$suite]=$(node check.mjs "$folder/$suite.sock")
  "${haproxy[@]}" -v | sed -n 's/^\(HAProxy version [^ ]*\).*/\1/p'
  echo "${seen[$suite]}"
  kill "$proxy" && wait "$proxy" 2>/dev/null || true
  proxy=
done
for suite in bookworm trixie; do
  [[ ${seen[$suite]} == *'PROXY with addresses: HTTP/1.1 200'* && ${seen[$suite]} == *'LOCAL without addresses: HTTP/1.1 200'* ]]
done
[[ ${seen[bookworm]} == *'LOCAL with addresses: HTTP/1.1 200'* ]]
[[ ${seen[trixie]} == *'LOCAL with addresses: closed without a byte'* ]]
