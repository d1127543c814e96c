"""Runs the command that is under test."""

import dataclasses
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("CAFFOLD", ".build/release/caffold"))
BINARY = BINARY if BINARY.is_absolute() else ROOT / BINARY


@dataclasses.dataclass
class Result:
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def document(self):
        return json.loads(self.stdout)


def run(*arguments, timeout=120, cwd=None):
    began = time.monotonic()
    done = subprocess.run(
        [BINARY, *map(str, arguments)], capture_output=True, timeout=timeout, cwd=cwd, check=False
    )
    seconds = time.monotonic() - began
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"), seconds)


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
