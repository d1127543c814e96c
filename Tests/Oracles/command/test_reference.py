"""The page of commands says what the program says; `make reference` writes it."""

import re
import subprocess
import sys

import caffold

DOCUMENTATION = caffold.ROOT / "Documentation"


def test_the_page_of_commands_is_their_help(command):
    script = caffold.ROOT / "packaging" / "commands.py"
    made = subprocess.run(
        [sys.executable, script, caffold.BINARY], capture_output=True, text=True, check=True
    )
    page = (DOCUMENTATION / "Commands.md").read_text()
    assert page == made.stdout, "run `make reference`"
    described = re.findall(r"^## caffold ([^\n]*)\n\n```text\n(.*?)^```\n", page, re.DOTALL | re.MULTILINE)
    assert len(described) > 15
    # The words of the help, however the lines are broken.
    for words, text in described:
        shown = command.run(*words.split(), "--help")
        assert shown.code == 0
        assert text.split() == shown.stdout.split()
