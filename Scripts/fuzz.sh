#!/usr/bin/env bash
# Fuzzes with libFuzzer and AddressSanitizer: Scripts/fuzz.sh [--debug] SECONDS [CHECK...]
#
# --debug builds without optimisation, in half the time, and tries fewer inputs, the same in each run as far as it gets.
# SECONDS are for all checks together; CHECK is a line of what the fuzzer prints without arguments. An input that fails is
# written to Fuzz/FailCases/CHECK-…: mend the cause and keep the file, which a test replays. Inputs that reach new code
# gather in .build-fuzz/corpus/CHECK, from which the next run goes on. A corpus begins with files of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=release
timeout=10
seed=()
if [ "${1:-}" = --debug ]; then
  configuration=debug
  timeout=100
  seed=(-seed=1)
  shift
fi
seconds=${1:?usage: Scripts/fuzz.sh [--debug] SECONDS [CHECK...]}
shift
build=.build-fuzz

# The compiler heeds the last -sanitize alone; --sanitize=fuzzer leaves the main function to libFuzzer.
CAFFOLD_FUZZ=1 swift build -c "$configuration" --scratch-path "$build" --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address --product fuzz
fuzz=$build/$configuration/fuzz
# What is made once and kept is beyond the reach of LeakSanitizer, since Swift tags its pointers.
export ASAN_OPTIONS=detect_leaks=0
[ $# -gt 0 ] || mapfile -t checks < <("$fuzz")
[ $# -eq 0 ] || checks=("$@")

# seeds CHECK: the files that a corpus begins with
seeds() {
  case $1 in
    text | definition) find Tests examples -name '*.prototxt' -size -16k ;;
    schema) find Tests examples -name '*.proto' ;;
    wire) find Tests examples -name '*.caffemodel' -size -16k ;;
    rules) find rules Tests/RulesTests/FaultyFiles -name '*.yaml' -size -8k ;;
    *) ;;
  esac
  find Fuzz/Seeds Fuzz/FailCases -name "$1-*"
}

each=$((seconds / ${#checks[@]}))
[ "$each" -gt 0 ] || each=1
failed=0
for check in "${checks[@]}"; do
  corpus=$build/corpus/$check
  mkdir -p "$corpus" "$build/seeds/$check"
  while read -r file; do cp "$file" "$build/seeds/$check/$(echo "$file" | tr / _)"; done < <(seeds "$check")
  options=(-max_total_time="$each" -timeout="$timeout" "${seed[@]}" -rss_limit_mb=2048 -detect_leaks=0 -artifact_prefix="Fuzz/FailCases/$check-")
  [ ! -f "Fuzz/$check.dict" ] || options+=(-dict="Fuzz/$check.dict")
  log=$build/$check.log
  if "$fuzz" "$check" "${options[@]}" -max_len=16384 -print_final_stats=1 "$corpus" "$build/seeds/$check" >"$log" 2>&1; then
    echo "$check: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, $(grep -o 'cov: [0-9]*' "$log" | tail -1)"
  else
    echo "$check: failed; $log has the input and the reason" >&2
    grep -E 'Fatal error|ERROR|SUMMARY|Test unit written' "$log" | head -5 >&2 || true
    failed=1
  fi
done
exit $failed
