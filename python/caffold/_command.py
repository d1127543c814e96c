"""Finds the caffold binary and runs it."""

from __future__ import annotations

import os
import sys
from typing import Callable, List, NamedTuple, Optional, Sequence, Union


class Diagnostic(NamedTuple):
    """One message: `path:line:column: error: sentence`. Parts that a message does not have are None."""

    severity: str
    sentence: str
    path: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    byte: Optional[int] = None

    @property
    def text(self) -> str:
        """The sentence behind its place, `net.prototxt:3:7: expected …`."""
        if self.line is not None:
            return f"{self.path}:{self.line}:{self.column}: {self.sentence}"
        if self.byte is not None:
            return f"{self.path}: byte {self.byte}: {self.sentence}"
        return self.sentence if self.path is None else f"{self.path}: {self.sentence}"


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
        meaning = "the nets differ or a check failed; 'report' says where" if status == 1 else "no message"
        super().__init__(errors[0].text if errors else output.strip() or f"exit status {status}: {meaning}")


_MESSAGE = (
    r"(?:(?P<path>.+?)(?::(?P<line>\d+):(?P<column>\d+)|: byte (?P<byte>\d+))?: )?"
    r"(?P<severity>[Ee]rror|warning|note): (?P<sentence>.*)"
)


def parse_diagnostics(text) -> List[Diagnostic]:
    """The messages in what caffold wrote on standard error."""
    import re

    found = []
    for line in text.splitlines():
        match = re.fullmatch(_MESSAGE, line)
        if match:
            parts = match.groupdict()
            numbers = {key: int(parts[key]) if parts[key] else None for key in ("line", "column", "byte")}
            found.append(Diagnostic(parts["severity"].lower(), parts["sentence"], parts["path"], **numbers))
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
    found = shutil.which("caffold")
    if found:
        return found
    raise FileNotFoundError("no caffold binary; install the package 'caffold', or set CAFFOLD to its path")


class Progress(NamedTuple):
    """How far a task of a run has come: `done` of `total`, counted in bytes, layers or rules.

    `task` is "writing" (a file, `path`), "running" (two nets), "running-net" (one net) or "proving" (rules).
    """

    task: str
    done: int
    total: int
    path: Optional[str] = None


def call(
    arguments: Sequence[str],
    *,
    cwd: Union[str, os.PathLike[str], None] = None,
    accepted: Sequence[int] = (0,),
    progress: Optional[Callable[[Progress], None]] = None,
) -> dict:
    """Runs a command that prints JSON and returns the document.

    Raises CaffoldError for an exit status that is not accepted.
    """
    import json
    import subprocess

    command = [find_binary(), *arguments]
    if progress is None:
        done = subprocess.run(command, capture_output=True, cwd=cwd, check=False)
        status, printed, written = done.returncode, done.stdout, done.stderr
    else:
        status, printed, written = _run_watched(command, cwd, progress)
    output = written.decode("utf-8", "replace")
    report = None
    if printed.strip():
        try:
            report = json.loads(printed)
        except ValueError:
            output += printed.decode("utf-8", "replace")
    if status not in accepted or report is None:
        raise CaffoldError(status, output, report)
    return report


def text_of(arguments: Sequence[str], *, cwd: Union[str, os.PathLike[str], None] = None) -> str:
    """Runs a command that prints text and returns it. Raises CaffoldError where it fails."""
    import subprocess

    done = subprocess.run([find_binary(), *arguments], capture_output=True, cwd=cwd, check=False)
    if done.returncode != 0:
        raise CaffoldError(done.returncode, done.stderr.decode("utf-8", "replace"), None)
    return done.stdout.decode("utf-8", "replace")


def _run_watched(command, cwd, progress):
    """Runs a command and calls `progress`, in this thread, with what it says of its progress.

    An exception of `progress` ends the command.
    """
    import json
    import subprocess
    import threading

    reading, writing = os.pipe()
    with open(reading, encoding="utf-8", errors="replace") as lines:
        try:
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                pass_fds=[writing],
                env={**os.environ, "CAFFOLD_PROGRESS": str(writing)},
            )
        finally:
            os.close(writing)
        said = []
        reader = threading.Thread(target=lambda: said.extend(process.communicate()))
        reader.start()
        try:
            for line in lines:
                progress(Progress(**json.loads(line)))
        except BaseException:
            process.kill()
            raise
        finally:
            reader.join()
    return process.returncode, said[0], said[1]
