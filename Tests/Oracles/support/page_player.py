"""Plays the pages of the documentation: their files are written, their commands run, their outputs compared.

In a page, top to bottom:

- a block with a name after its language, such as ```yaml norm.yaml, is written to a file of that name;
- an ```sh block is run as a script, and every command must succeed;
- the commands of a ```console block, behind `$ `, are run, and what they print must be what the block shows;
- a ```python block without a name is run and must succeed.

A comment `<!-- not run: REASON -->` before a block leaves it out. The folder that a page is played in has the
`examples` of the repository and is the working folder until a block says `cd`; `caffold` is on the path.
"""

import os
import re
import shutil
import subprocess
import sys

import caffold

BLOCK = re.compile(
    r"^(<!-- not run: [^\n]+ -->\n+)?```(\w+)(?: (\S+))?\n(.*?)^```\n", re.DOTALL | re.MULTILINE
)
PLAYED = ("sh", "console", "python")


class Player:
    """A page that is being played in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.working_folder = folder
        self.commands = 0
        tools = folder / "bin"
        tools.mkdir()
        (tools / "caffold").symlink_to(caffold.BINARY)
        shutil.copytree(
            caffold.ROOT / "examples",
            folder / "examples",
            ignore=shutil.ignore_patterns(".build", "__pycache__"),
        )
        self.environment = {
            **os.environ,
            "PATH": f"{tools}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
            "PYTHONPATH": str(caffold.ROOT / "python"),
            "CAFFOLD": str(caffold.BINARY),
        }

    def text(self, page):
        """The text of `page` with the outputs that its commands have here."""
        return BLOCK.sub(self._block, page)

    def _block(self, match):
        left_out, kind, name, body = match.groups()
        if left_out:
            return match.group(0)
        if name:
            (self.working_folder / name).write_text(body)
        elif kind == "sh":
            status, said = self._run("set -e\n" + body)
            assert status == 0, f"{body}\nends with status {status}:\n{said}"
            self.commands += len(re.findall(r"^[^#\s]", body, re.MULTILINE))
        elif kind == "python":
            done = subprocess.run(
                [sys.executable, "-c", body], cwd=self.working_folder, env=self.environment,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{body}\n{done.stderr}"
            self.commands += 1
        elif kind == "console":
            return f"```console\n{self._console(body)}```\n"
        return match.group(0)

    def _console(self, body):
        shown = ""
        for command in re.findall(r"^\$ (.*)$", body, re.MULTILINE):
            _, said = self._run(command)
            shown += "".join(f"{line.rstrip()}\n" for line in [f"$ {command}", *said.splitlines()])
            self.commands += 1
        return shown

    def _run(self, script):
        """Runs a script of bash; the folder that it ends in is the next one's working folder."""
        place = self.folder / "bin" / "place"
        done = subprocess.run(
            ["bash", "-c", f'trap \'pwd > "{place}"\' EXIT\n{script}'],
            cwd=self.working_folder, env=self.environment, text=True, check=False, timeout=300,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.working_folder = type(self.folder)(place.read_text().rstrip("\n"))
        return done.returncode, done.stdout


def has_commands(page):
    return any(kind in PLAYED for _, kind, _, _ in BLOCK.findall(page))
