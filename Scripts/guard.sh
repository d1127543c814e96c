#!/usr/bin/env bash
# Holds the numbers of instructions of a few runs against Benchmarks/instructions.txt: unlike seconds, they hardly
# depend on the machine or on what else it does. More than 10 % either way fails; `guard.sh --update` takes the new
# numbers.
set -euo pipefail
cd "$(dirname "$0")/.."
caffold=${CAFFOLD:-.build/release/caffold}
stored=Benchmarks/instructions.txt

command -v valgrind >/dev/null || {
  echo "the instruction guard was left out: valgrind is not installed (apt-get install valgrind)" >&2
  exit 0
}
[ -x "$caffold" ] || {
  echo "error: no $caffold; run 'make build'" >&2
  exit 1
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Valgrind's reader of debug information knows older forms than Clang writes.
strip -o "$scratch/caffold" "$caffold"
for net in chain inplace; do python3 Benchmarks/nets.py $net 10000 "$scratch/$net.prototxt"; done
python3 Benchmarks/absent_rules.py 1000 "$scratch/rules.yaml"

count() {
  # Hashing is seeded at random, which alone makes counts differ by a percent or two.
  SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$scratch/caffold" "$@" 2>&1 >/dev/null |
    sed -n 's/^==[0-9]*== Collected : //p'
}

digits=examples/digits/digits
{
  echo "help $(count --help)"
  echo "fold-checked $(count fold $digits.prototxt $digits.caffemodel -o "$scratch" -q)"
  echo "fold-unchecked $(count fold $digits.prototxt $digits.caffemodel -o "$scratch" -q --no-check)"
  echo "plan-chain $(count fold "$scratch/chain.prototxt" --definition-only --output-model "$scratch/out" -q)"
  echo "plan-in-place $(count fold "$scratch/inplace.prototxt" --definition-only --output-model "$scratch/out" -q)"
  echo "thousand-rules $(count fold "$scratch/chain.prototxt" --definition-only --dry-run -q --rules "$scratch/rules.yaml")"
} >"$scratch/now"

if [ "${1:-}" = --update ]; then
  cp "$scratch/now" $stored
  cat $stored
  exit
fi
awk '
  NR == FNR { limit[$1] = $2; next }
  { ratio = $2 / limit[$1]
    bad = ratio > 1.1 || ratio < 0.9
    failed += bad
    printf "%-18s %12.0f instructions, %5.1f %% of the stored %.0f%s\n", $1, $2, ratio * 100, limit[$1], bad ? "  <-- more than 10 % off" : "" }
  END { if (failed) { print "run Scripts/guard.sh --update if the change is meant, and say why in the commit"; exit 1 } }
' $stored "$scratch/now"
