#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests: CHROMIUM if it is set, otherwise an installed one. On Debian, root installs one.
set -euo pipefail

if [ -n "${CHROMIUM:-}" ]; then
  command -v "$CHROMIUM" || { echo "missing: Chromium at CHROMIUM=$CHROMIUM" >&2; exit 1; }
  exit
fi

for name in chromium chromium-browser google-chrome-stable google-chrome; do
  if command -v "$name"; then exit; fi
done

if [ "$(id -u)" = 0 ] && grep -qx 'ID=debian' /etc/os-release 2>/dev/null; then
  echo 'Installing Chromium: apt-get install chromium' >&2
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium; } >&2
  command -v chromium
else
  echo 'missing: Chromium. Install it (on Debian: apt-get install chromium), or set CHROMIUM to its path' >&2
  exit 1
fi
