"""Writes Documentation/Commands.md: every command with its own help.

python3 packaging/commands.py BINARY > Documentation/Commands.md
"""

import os
import subprocess
import sys

from command_line import description, subcommands

HEAD = """# Commands

Every command with the help that it prints. `make reference` writes this page.

| command | what it does |
|---|---|
"""

TAIL = """
## Exit status

0 done; 1 the nets differ or a check failed; 2 bad input, file or rule; 64 wrong usage.

## Completion and the man page

`caffold --generate-completion-script bash`, `zsh` or `fish` prints a completion script for that shell. The
Debian package and the tarball bring all three, and the man page `caffold(1)`. In a home folder:

<!-- not run: it writes into the home folder -->
```sh
mkdir -p ~/.local/share/bash-completion/completions ~/.config/fish/completions ~/.zfunc
caffold --generate-completion-script bash > ~/.local/share/bash-completion/completions/caffold
caffold --generate-completion-script fish > ~/.config/fish/completions/caffold.fish
caffold --generate-completion-script zsh > ~/.zfunc/_caffold # in .zshrc: fpath+=~/.zfunc, then compinit
```
"""


def page(binary):
    commands = list(subcommands(description(binary)))
    text = HEAD
    for words, command in commands:
        name = " ".join(words)
        text += f"| [`caffold {name}`](#caffold-{'-'.join(words)}) | {command.get('abstract', '')} |\n"
    for words, _ in commands:
        text += f"\n## caffold {' '.join(words)}\n\n```text\n{help_text(binary, words)}```\n"
    return text + TAIL


def help_text(binary, words):
    environment = {**os.environ, "COLUMNS": "110"}
    done = subprocess.run(
        [binary, *words, "--help"], capture_output=True, text=True, check=True, env=environment
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.strip("\n").splitlines())


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1]))
