"""Writes the man page caffold(1) from the description of the command line that the binary prints.

python3 packaging/man.py BINARY > caffold.1
"""

import sys

from command_line import description, subcommands
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


def discussion(text):
    """Paragraphs; those that are indented, examples, keep their lines."""
    lines = []
    for paragraph in text.strip("\n").split("\n\n") if text else ():
        shown = escaped(paragraph)
        lines += [".PP", ".nf", shown, ".fi"] if paragraph.startswith("  ") else [".PP", shown]
    return lines


def section(words, command):
    """The lines about one command."""
    lines = [".SS " + escaped(" ".join(["caffold", *words])), ".PP", escaped(command.get("abstract", ""))]
    lines += discussion(command.get("discussion", ""))
    for argument in command.get("arguments", []):
        if argument.get("shouldDisplay", True):
            lines += [".TP", f".B {escaped(option(argument))}", escaped(argument.get("abstract", ""))]
    return lines


def page(binary):
    top = description(binary)
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
    for words, command in subcommands(top):
        lines += section(words, command)
    lines += [
        ".SH EXIT STATUS",
        "0 done; 1 the nets differ or a check failed; 2 bad input, file or rule; 64 wrong usage.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1]))
