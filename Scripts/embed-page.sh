#!/bin/sh
# Writes a Swift file with the page of reports: embed-page.sh OUTPUT FOLDER
#
# A line of page.html that is `@INCLUDE name@` stands for the file of that name. Spaces before the first word of a line, empty lines
# and lines that are a comment of a script or a style are left out: the binary carries what a browser reads.
set -eu
output=$1
folder=$2
{
  printf '/// The page, in which the data stands in the place of @DATA@.\n'
  printf 'let embeddedPage = ##"""\n'
  awk -v folder="$folder" '
    function put(line) {
      sub(/^ +/, "", line)
      if (line != "" && line !~ /^\/\// && line !~ /^\/\*.*\*\/$/) print line
    }
    /@INCLUDE / {
      name = $0
      sub(/.*@INCLUDE /, "", name)
      sub(/@.*/, "", name)
      while ((got = (getline line < (folder "/" name))) > 0) put(line)
      if (got < 0) { print "embed-page.sh: cannot read " name > "/dev/stderr"; exit 1 }
      next
    }
    { put($0) }
  ' "$folder/page.html"
  printf '"""##\n'
} >"$output.new"
mv "$output.new" "$output"
