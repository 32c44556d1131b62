#!/usr/bin/env bash
# Prints one line for each program that this machine lacks to build Goody, and nothing if it has all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=0
lacks() {
  echo "missing: $1" >&2
  missing=1
}

# at_least OLDEST VERSION: whether VERSION is OLDEST or newer.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# need COMMAND OLDEST NAME ADVICE: reports NAME as missing unless `COMMAND --version` is OLDEST or newer.
need() {
  local version
  if ! version=$("$1" --version 2>&1); then
    lacks "$3 $2 or newer. $4"
    return
  fi
  version=$(grep -oE '[0-9]+(\.[0-9]+)+' <<<"$version" | head -n 1)
  at_least "$2" "$version" || lacks "$3 $2 or newer; $1 is $version. $4"
}

rust=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
need cargo "$rust" Rust 'Install it from https://rustup.rs'
need node 20.19.0 Node.js 'Install it from https://nodejs.org'
need npm 10.0.0 npm 'It comes with Node.js: https://nodejs.org'
need python3 3.11 Python 'On Debian: apt-get install python3'
python3 -c 'import ensurepip, venv' 2>/dev/null || lacks 'the venv of Python. On Debian: apt-get install python3-venv'
command -v cc >/dev/null || lacks 'a C compiler (SQLite is compiled in). On Debian: apt-get install build-essential'
exit "$missing"
