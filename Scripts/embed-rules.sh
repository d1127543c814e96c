#!/bin/sh
# Writes a Swift file with the texts of the rule files in a folder: embed-rules.sh OUTPUT FOLDER
set -eu
output=$1
folder=$2
{
  printf '/// The files under rules/: path and text.\n'
  printf 'let embeddedRuleFiles: [(path: String, text: String)] = [\n'
  (cd "$folder" && find . -name '*.yaml') | sed 's|^\./||' | LC_ALL=C sort | while IFS= read -r file; do
    printf '  (\n    "%s",\n    ##"""\n' "$file"
    cat "$folder/$file"
    printf '\n"""##\n  ),\n'
  done
  printf ']\n'
} >"$output.new"
mv "$output.new" "$output"
