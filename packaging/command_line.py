"""The commands of a binary, as it describes them to programs."""

import json
import subprocess


def description(binary):
    """The description of the command itself; `subcommands` has the others."""
    dump = subprocess.run([binary, "--experimental-dump-help"], capture_output=True, text=True, check=True)
    return json.loads(dump.stdout)["command"]


def subcommands(command, path=()):
    """The commands below `command`, depth first: their words, such as ("rules", "test"), and descriptions."""
    for inner in command.get("subcommands", []):
        if inner.get("shouldDisplay", True) and inner["commandName"] != "help":
            words = (*path, inner["commandName"])
            yield words, inner
            yield from subcommands(inner, words)
