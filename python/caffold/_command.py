"""Finds the caffold binary and runs it."""

from __future__ import annotations

import os
import re
import sys
from typing import List, NamedTuple, Optional


class Diagnostic(NamedTuple):
    """One message: `path:line:column: error: sentence`. Parts that a message does not have are None."""

    severity: str
    sentence: str
    path: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    byte: Optional[int] = None


class CaffoldError(Exception):
    """caffold ended with an error.

    `status` is the exit status: 1 the nets differ or a check failed, 2 bad input, file or rule, 64 usage.
    `diagnostics` are the messages with their places, `output` is all that was written on standard error, and
    `report` is the parsed JSON document if there is one.
    """

    def __init__(self, status, output, report=None):
        self.status = status
        self.output = output
        self.report = report
        self.diagnostics = parse_diagnostics(output)
        errors = [item for item in self.diagnostics if item.severity == "error"]
        super().__init__(
            errors[0].sentence if errors else output.strip() or f"caffold ended with status {status}"
        )


_MESSAGE = re.compile(
    r"^(?:(?P<path>.+?)(?::(?P<line>\d+):(?P<column>\d+)|: byte (?P<byte>\d+))?: )?"
    r"(?P<severity>error|warning|note): (?P<sentence>.*)$"
)


def parse_diagnostics(text) -> List[Diagnostic]:
    """The messages in what caffold wrote on standard error."""
    found = []
    for line in text.splitlines():
        match = _MESSAGE.match(line) or re.match(r"^(?P<severity>Error): (?P<sentence>.*)$", line)
        if not match:
            continue
        parts = match.groupdict()
        numbers = {key: int(parts[key]) if parts.get(key) else None for key in ("line", "column", "byte")}
        found.append(Diagnostic(parts["severity"].lower(), parts["sentence"], parts.get("path"), **numbers))
    return found


def find_binary() -> str:
    """The path of the binary that was installed with this package, or else the one on PATH.

    The environment variable CAFFOLD names another one.
    """
    import shutil
    import sysconfig

    given = os.environ.get("CAFFOLD")
    if given:
        return given
    folders = [sysconfig.get_path("scripts"), os.path.join(sys.prefix, "bin")]
    user_scheme = {"posix": "posix_user"}.get(os.name)
    if user_scheme:
        folders.append(sysconfig.get_path("scripts", scheme=user_scheme))
    # pip install --target puts scripts into a folder beside the package.
    folders.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin"))
    for folder in folders:
        path = os.path.join(folder, "caffold")
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    path = shutil.which("caffold")
    if path:
        return path
    raise FileNotFoundError("no caffold binary; install the package 'caffold', or set CAFFOLD to its path")


def run(arguments, *, cwd=None, accepted=(0,)) -> tuple[int, dict]:
    """Runs a command that prints JSON; returns its status and the document.

    Raises CaffoldError for a status that is not accepted.
    """
    import json
    import subprocess

    done = subprocess.run([find_binary(), *arguments], capture_output=True, cwd=cwd, check=False)
    output = done.stderr.decode("utf-8", "replace")
    report = None
    if done.stdout.strip():
        try:
            report = json.loads(done.stdout)
        except ValueError:
            output += done.stdout.decode("utf-8", "replace")
    if done.returncode not in accepted or report is None:
        raise CaffoldError(done.returncode, output, report)
    return done.returncode, report
