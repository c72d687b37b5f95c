#!/usr/bin/env bash
# The last row of a list by its primary key (list, place), `WHERE list = 1 ORDER BY place DESC LIMIT 1`, is one descent of the index however
# long the list is. It is one more row when the list itself, by its own primary key, is joined to it. With LEFT JOIN, for a list that may
# be empty, MariaDB (Debian's 10.11.18) reads the whole list and sorts it, though the same index has the order: 40,004 reads where
# 20,000 rows stand, in place of 2. FORCE INDEX changes nothing; the result is the same, so that only a long list shows it.
#
# The package is downloaded and unpacked, not installed. Needs Debian's apt-get. Exits with 0 as long as it is so: 90 s.
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || { kill "$server"; wait "$server"; } 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

unpack() { # SUITE PACKAGE...: with all that they depend on, into SUITE/
  local mirror suite=$1 state=$folder/$1.apt
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' | awk '$1=="Debian" && $2 !~ /security/ {print $2; exit}')
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial "$suite"
  echo "deb ${mirror:-http://deb.debian.org/debian/} $suite main" >"$state/sources.list"
  : >"$state/status"
  local apt=(apt-get -qq -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::State="$state" -o Dir::State::Lists="$state/lists"
    -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Sandbox::User="$(id -un)"
    -o Acquire::Languages=none -o APT::Install-Recommends=false -o Debug::NoLocking=true)
  "${apt[@]}" update
  "${apt[@]}" --yes --download-only install "${@:2}" >/dev/null
  for deb in "$state"/cache/archives/*.deb; do dpkg-deb --extract "$deb" "$suite"; done
  rm -rf "$state"
}
suite=bookworm
unpack $suite mariadb-server-core mariadb-client-core
loader=$(find -L "$folder/$suite" -path '*lib64/ld-linux-x86-64.so.2' -print -quit)
run() { "$loader" --library-path "$folder/$suite/usr/lib/x86_64-linux-gnu:$folder/$suite/lib/x86_64-linux-gnu" "$folder/$suite/usr/$1" "${@:2}"; }
mkdir data
share=$folder/$suite/usr/share/mysql
run sbin/mariadbd --no-defaults --user="$(id -un)" --datadir="$folder/data" --lc-messages-dir="$share" --character-sets-dir="$share/charsets" \
  --plugin-dir="$folder/$suite/usr/lib/mysql/plugin" --skip-networking --skip-grant-tables --socket="$folder/s" --pid-file="$folder/pid" >server.log 2>&1 &
server=$!
for _ in {1..300}; do [[ -S s ]] && break; sleep 0.1; done
sql() { run bin/mariadb --no-defaults --socket="$folder/s" --batch --skip-column-names "$@"; }

sql >/dev/null <<'SQL'
CREATE DATABASE try;
USE try;
CREATE TABLE lists (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL) ENGINE=InnoDB;
CREATE TABLE items (list INT NOT NULL, place INT NOT NULL, what VARCHAR(20) NOT NULL, PRIMARY KEY (list, place)) ENGINE=InnoDB;
INSERT INTO lists SELECT seq, 'a list' FROM seq_1_to_100;
INSERT INTO items SELECT 1, seq, 'an item' FROM seq_1_to_20000;
INSERT INTO items SELECT 1 + seq % 99, 100000 + seq, 'an item' FROM seq_1_to_20000 WHERE seq % 99 > 0;
ANALYZE TABLE lists, items;
SQL
SQL_END='ORDER BY i.place DESC LIMIT 1'
look() { # NAME SELECT: what it answers, and how many rows the server has read for it
  local seen
  seen=$(sql try -e "FLUSH STATUS; $2; SELECT SUM(IF(VARIABLE_NAME LIKE 'HANDLER_READ%', VARIABLE_VALUE, 0)) FROM information_schema.SESSION_STATUS" | tr '\n' ' ')
  echo "$1: ${seen% } "
}
sql -e 'SELECT CONCAT("MariaDB ", VERSION())'
echo 'the row, and how many rows were read for it:'
out=$(
  look 'alone' "SELECT i.place FROM items i WHERE i.list = 1 $SQL_END"
  look 'JOIN' "SELECT i.place FROM lists l JOIN items i ON i.list = l.id WHERE l.id = 1 $SQL_END"
  look 'LEFT JOIN' "SELECT i.place FROM lists l LEFT JOIN items i ON i.list = l.id WHERE l.id = 1 $SQL_END"
  look 'LEFT JOIN, FORCE INDEX' "SELECT i.place FROM lists l LEFT JOIN items i FORCE INDEX (PRIMARY) ON i.list = l.id WHERE l.id = 1 $SQL_END"
)
echo "$out"
read_for() { sed -n "s/^$1: 20000 \([0-9]*\) *$/\1/p" <<<"$out"; }
[[ $(read_for alone) -le 5 && $(read_for JOIN) -le 5 ]]
[[ $(read_for 'LEFT JOIN') -ge 20000 && $(read_for 'LEFT JOIN, FORCE INDEX') -ge 20000 ]]
