"""Runs layer-probe, the door to the executor: nets in, values out."""

import os
import pathlib
import subprocess
import tempfile

import caffold
import numpy as np
import pytest

BINARY = pathlib.Path(os.environ.get("LAYER_PROBE", ".build/release/layer-probe"))
BINARY = BINARY if BINARY.is_absolute() else caffold.ROOT / BINARY


class Failed(Exception):
    """The probe's message, without its line end."""


def run_files(model, weights, inputs, *flags):
    """[(layer, blob, array)] of the files' net: its outputs, or with --all every top in order."""
    if not BINARY.exists():
        pytest.fail(f"no probe at {BINARY}: run `make probe`, or set LAYER_PROBE")
    with tempfile.TemporaryDirectory() as folder:
        given = []
        for index, (name, value) in enumerate(inputs.items()):
            np.save(f"{folder}/in{index}.npy", np.asarray(value, order="C"))
            given.append(f"{name}={folder}/in{index}.npy")
        done = subprocess.run(
            [BINARY, model, weights, folder, *flags, *given],
            capture_output=True, timeout=300, check=False, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise Failed(f"exit {done.returncode}: {done.stderr.strip()}")
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return [(layer, blob, np.load(f"{folder}/{n}.npy")) for n, layer, blob in rows if n.isdigit()]


def run(definition, weights, inputs, *flags):
    """Blob name -> array; `definition` and `weights` as bytes, no weights as None."""
    with tempfile.TemporaryDirectory() as folder:
        model, binary = pathlib.Path(folder, "net.prototxt"), pathlib.Path(folder, "net.caffemodel")
        model.write_bytes(definition)
        if weights is not None:
            binary.write_bytes(weights)
        rows = run_files(model, "-" if weights is None else binary, inputs, *flags)
    return {blob: value for _, blob, value in rows}
