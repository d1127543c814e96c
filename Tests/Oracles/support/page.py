"""Pages of the documentation whose blocks are played.

A named block is written to a file; the commands of a `console` block are run and their output compared.

`UPDATE_PAGE=1` writes what the commands print into the page, to be looked at before it is committed.
"""

import os
import re
import subprocess

import caffold

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```\n", re.DOTALL | re.MULTILINE)


def play(page, folder):
    """The text of `page` with the outputs that its commands have in `folder`."""
    tools = folder / "bin"
    tools.mkdir()
    (tools / "caffold").symlink_to(caffold.BINARY)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    def block(match):
        kind, name, body = match.groups()
        if name:
            (folder / name).write_text(body)
        if kind != "console":
            return match.group(0)
        said = ""
        for command in re.findall(r"^\$ (.*)$", body, re.MULTILINE):
            done = subprocess.run(
                command, shell=True, cwd=folder, env=environment, text=True, check=False,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            said += "".join(f"{line.rstrip()}\n" for line in [f"$ {command}", *done.stdout.splitlines()])
        return f"```console\n{said}```\n"

    text = BLOCK.sub(block, page.read_text())
    if os.environ.get("UPDATE_PAGE"):
        page.write_text(text)
    return text
