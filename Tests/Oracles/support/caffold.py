"""Runs the command that is under test."""

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import pty
import resource
import struct
import subprocess
import sys
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("CAFFOLD", ".build/release/caffold"))
BINARY = BINARY if BINARY.is_absolute() else ROOT / BINARY
#: The definition and the weights of the net of handwritten digits.
DIGITS = [ROOT / "examples" / "digits" / f"digits.{end}" for end in ("prototxt", "caffemodel")]


def tree(folder):
    """The files below a folder, by their names."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclasses.dataclass
class Result:
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def document(self):
        return json.loads(self.stdout)


def run(*arguments, timeout=120, cwd=None, limits=None):
    """Runs the command. `limits` are pairs of a resource (`resource.RLIMIT_CPU`) and the most of it."""

    def limited():
        for kind, most in limits:
            resource.setrlimit(kind, (most, most))

    began = time.monotonic()
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        capture_output=True,
        timeout=timeout,
        cwd=cwd,
        check=False,
        preexec_fn=limited if limits else None,
    )
    seconds = time.monotonic() - began
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"), seconds)


#: A process of its own, and a small one: the peak of what it starts counts from its own memory on.
MEASURING = """
import os, resource, sys
status = os.waitstatus_to_exitcode(os.waitpid(os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)[1])
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(*arguments, timeout=300):
    """The most bytes that a run has in memory; it must succeed."""
    words = [sys.executable, "-c", MEASURING, BINARY, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, timeout=timeout, check=True)
    status, kibibytes = map(int, done.stdout.splitlines()[-1].split())
    assert status == 0, done.stderr.decode(errors="replace")
    return kibibytes << 10


def run_in_terminal(*arguments, columns=80):
    """Standard output of a run that succeeds, in a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    with subprocess.Popen([BINARY, *map(str, arguments)], stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):
            # A terminal ends with an error when nobody has it open any more.
            while chunk := os.read(ours, 1 << 16):
                said += chunk
        os.close(ours)
        assert process.wait(timeout=60) == 0, process.stderr.read()
    return said.decode().replace("\r\n", "\n")


@dataclasses.dataclass
class Folded:
    definition: bytes
    weights: bytes
    document: dict

    @property
    def rewrites(self):
        return self.document["rewrites"]

    @property
    def refused(self):
        """Layer name -> its refusals."""
        found = {}
        for refusal in self.document["refusals"]:
            found.setdefault(refusal["layer"], []).append(refusal)
        return found


def fold_files(model, weights, folder, *flags):
    """Folds a pair of files into `folder`; the run must succeed."""
    model_out, weights_out = folder / "folded.prototxt", folder / "folded.caffemodel"
    result = run(
        "fold", model, weights, "--output-model", model_out, "--output-weights", weights_out,
        "--format", "json", *flags,
    )  # fmt: skip
    assert result.code == 0, f"exit {result.code}\n{result.stderr}"
    return Folded(model_out.read_bytes(), weights_out.read_bytes(), result.document)


def fold(definition, weights, folder, *flags):
    """Folds a pair given as bytes."""
    model, binary = folder / "net.prototxt", folder / "net.caffemodel"
    model.write_bytes(definition)
    binary.write_bytes(weights)
    return fold_files(model, binary, folder, *flags)
