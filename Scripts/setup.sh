#!/usr/bin/env bash
# Sets up what the Makefile's targets need. Does nothing, and needs neither root nor network, when it is all there.
#
#   Scripts/setup.sh packages   libyaml and pkg-config, by apt
#   Scripts/setup.sh python     .venv with the packages of Tests/Oracles/requirements.txt
#   Scripts/setup.sh tool NAME [PACKAGE]  a program, by apt; goes on without where that fails
#   Scripts/setup.sh library NAME PACKAGE  a library that pkg-config knows, by apt; goes on without where that fails
#   Scripts/setup.sh optional F the packages of F into .venv; goes on without where that fails
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "error: $*" >&2
  exit 1
}

# apt_install PACKAGE... : refreshes the package lists only when an install fails without.
apt_install() {
  command -v apt-get >/dev/null || fail "please install: $*"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "please install as root: apt-get install $*"
    sudo=(sudo)
  fi
  echo "installing $*" >&2
  # ${sudo[@]+...}: an empty array counts as unset in older bash under set -u
  local install=(${sudo[@]+"${sudo[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@")
  "${install[@]}" >/dev/null 2>&1 && return
  ${sudo[@]+"${sudo[@]}"} apt-get update -q >/dev/null
  "${install[@]}" >/dev/null
}

packages() {
  command -v swift >/dev/null || fail "no Swift toolchain on PATH; see https://www.swift.org/install"
  local missing=()
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  pkg-config --exists yaml-0.1 2>/dev/null || missing+=(libyaml-dev)
  if [ ${#missing[@]} -gt 0 ]; then apt_install "${missing[@]}"; fi
}

python() {
  command -v python3 >/dev/null || apt_install python3
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || fail "Python 3.9 or later is needed, found $(python3 --version)"
  # Debian's python3 comes without ensurepip, and `python3 -m venv` finds out only half-way.
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/Oracles/requirements.txt
  touch .venv/made
}

tool() { command -v "$1" >/dev/null || (apt_install "${2:-$1}") || echo "going on without $1" >&2; }

library() { pkg-config --exists "$1" 2>/dev/null || (apt_install "$2") || echo "going on without $1" >&2; }

optional() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1" ||
    echo "going on without the packages of $1" >&2
}

case "${1:-}" in
  packages | python) "$1" ;;
  tool | optional | library) "$@" ;;
  *) fail "usage: Scripts/setup.sh packages | python | tool NAME [PACKAGE] | library NAME PACKAGE | optional FILE" ;;
esac
