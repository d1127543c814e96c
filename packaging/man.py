"""Writes the man page caffold(1) from the description of the command line that the binary prints.

python3 packaging/man.py BINARY > caffold.1
"""

import json
import subprocess
import sys

from version import version


def escaped(text):
    """Text as troff takes it: backslashes and hyphens are meant, and no line begins a macro."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.splitlines())


def option(argument):
    names = ", ".join(
        ("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names", [])
    )
    value = f"<{argument['valueName']}>" if argument["kind"] != "flag" else ""
    return " ".join(part for part in (names, value) if part)


def command(description, path, lines):
    lines += [".SS " + escaped(" ".join(path))] if len(path) > 1 else []
    lines += [".PP", escaped(description.get("abstract", ""))]
    if description.get("discussion") and len(path) > 1:
        lines += [".PP", ".nf", escaped(description["discussion"]), ".fi"]
    for argument in description.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        lines += [".TP", f".B {escaped(option(argument))}", escaped(argument.get("abstract", ""))]
    for inner in description.get("subcommands", []):
        if inner.get("shouldDisplay", True) and inner["commandName"] != "help":
            command(inner, [*path, inner["commandName"]], lines)


def page(binary):
    dump = subprocess.run([binary, "--experimental-dump-help"], capture_output=True, text=True, check=True)
    top = json.loads(dump.stdout)["command"]
    lines = [
        f'.TH CAFFOLD 1 "" "caffold {version(binary)}" "User Commands"',
        ".SH NAME",
        "caffold \\- make trained Caffe networks ready for inference",
        ".SH SYNOPSIS",
        ".B caffold",
        ".I command",
        "[options]",
        ".SH DESCRIPTION",
        escaped(top.get("discussion", "")),
        ".SH COMMANDS",
    ]
    command(top, ["caffold"], lines)
    lines += [
        ".SH EXIT STATUS",
        "0 done; 1 the nets differ or a check failed; 2 bad input, file or rule; 64 wrong usage.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1]))
