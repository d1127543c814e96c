#!/usr/bin/env bash
# Puts standard input between the lines '<!-- NAME: … -->' and '<!-- end of NAME -->' of a page: insert.sh NAME PAGE
set -euo pipefail
name=$1 page=$2
text=$(mktemp) result=$(mktemp)
trap 'rm -f "$text" "$result"' EXIT
cat > "$text"
awk -v name="$name" -v text="$text" '
  index($0, "<!-- end of " name " -->") { inside = 0 }
  !inside { print }
  index($0, "<!-- " name ": ") == 1 { inside = 1; while ((getline line < text) > 0) print line }
' "$page" > "$result"
cat "$result" > "$page"
