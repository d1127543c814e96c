#!/bin/sh
# Fuzzes the weights indexer: Fuzz/wire-fuzz.sh [seconds] [more libFuzzer options]
# Seeds are the files named wire-* in Fuzz/FailCases and every small .caffemodel of ../shared/models.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-120}
[ $# -gt 0 ] && shift
build=.build/wire-fuzz
mkdir -p "$build/corpus" Fuzz/FailCases
flags="-O -swift-version 6 -package-name caffold -parse-as-library -sanitize=fuzzer,address -I $build"
module() {
  name=$1
  # shellcheck disable=SC2046,SC2086
  swiftc $flags -module-name "$name" -wmo -emit-module -emit-module-path "$build/$name.swiftmodule" \
    -c $(find "Sources/$name" -name '*.swift') -o "$build/$name.o"
}
module Diagnostics
module CaffeIO
# shellcheck disable=SC2086
swiftc $flags -module-name WireFuzz -static-stdlib Fuzz/WireFuzz.swift "$build/CaffeIO.o" "$build/Diagnostics.o" -o "$build/wire-fuzz"
for file in Fuzz/FailCases/wire-* ../shared/models/*/model.caffemodel; do
  # Large files make slow seeds: the first 4 KiB hold several layers.
  [ -f "$file" ] && head -c 4096 "$file" > "$build/corpus/seed-$(echo "$file" | tr '/.' '__')"
done
exec "$build/wire-fuzz" -max_total_time="$seconds" -artifact_prefix=Fuzz/FailCases/wire- -max_len=8192 "$@" "$build/corpus"
