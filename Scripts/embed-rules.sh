#!/bin/sh
# Writes a Swift file with the texts of rule files: embed-rules.sh OUTPUT FOLDER FILE...
set -eu
output=$1
folder=$2
shift 2
{
  printf '/// The files under rules/: path and text.\n'
  printf 'let embeddedRuleFiles: [(path: String, text: String)] = [\n'
  for file in "$@"; do
    printf '  (\n    "%s",\n    ##"""\n' "$file"
    cat "$folder/$file"
    printf '\n"""##\n  ),\n'
  done
  printf ']\n'
} >"$output.new"
mv "$output.new" "$output"
