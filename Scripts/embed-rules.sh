#!/bin/sh
# Writes a Swift file with the texts of the rule files in a folder: embed-rules.sh OUTPUT FOLDER
#
# Each text is there twice: whole, and with empty lines in the place of tests and documentation, which are more than half
# of it and which a run of the rules has no use for; all other lines keep their places. The tags of a file's rules and the
# layer types that it defines are there too, so that a run can leave out files of which it needs nothing.
set -eu
output=$1
folder=$2
{
  printf '/// The files under rules/.\n'
  printf 'let embeddedRuleFiles: [EmbeddedRuleFile] = [\n'
  (cd "$folder" && find . -name '*.yaml') | sed 's|^\./||' | LC_ALL=C sort | while IFS= read -r file; do
    printf '  EmbeddedRuleFile(\n    path: "%s",\n    tags: [' "$file"
    sed -n 's/^    tags: \[\(.*\)\] *$/\1/p' "$folder/$file" | tr ',' '\n' | tr -d ' ' | sort -u | sed 's/.*/"&", /' | tr -d '\n'
    printf '],\n    hasLayouts: %s,\n    definedTypes: [' "$(grep -q '^layouts:' "$folder/$file" && echo true || echo false)"
    # Entries of a list under `layers`, each of which begins with its type.
    sed -n '/^layers:/,/^[a-z]/s/^  - type: *\[\{0,1\}\([^]#]*\).*/\1/p' "$folder/$file" | tr ',' '\n' | tr -d ' ' | sort -u | sed 's/.*/"&", /' | tr -d '\n'
    printf '],\n    textToRun: ##"""\n'
    awk '
      { match($0, /^ */)
        if (RLENGTH < length($0) && RLENGTH <= 4) isInside = /^    (tests|documentation):/
        print isInside ? "" : $0 }
    ' "$folder/$file"
    printf '\n"""##,\n    text: ##"""\n'
    cat "$folder/$file"
    printf '\n"""##),\n'
  done
  printf ']\n'
} >"$output.new"
mv "$output.new" "$output"
