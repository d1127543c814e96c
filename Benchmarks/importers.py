"""Gives the nets of ../shared/models, as they are, to programs that read Caffe nets, and compares results.

Writes the table of Documentation/HowItCompares.md. Each program has an environment of its own, as in
`exports.py`.
"""

import argparse
import datetime
import os
import sys
from pathlib import Path

import environments
from exports import (
    HERE,
    ROOT,
    Net,
    Outcome,
    command_run,
    compared,
    last_words,
    outcomes_table,
    real_nets,
    write,
)

#: Environment, package that has the version, script.
PROGRAMS = {
    "OpenCV 4": ("opencv4", "opencv-python-headless", "caffe_opencv.py"),
    "OpenVINO mo": ("openvino-mo", "openvino-dev", "caffe_openvino.py"),
    "MNN": ("mnn", "mnn", "caffe_mnn.py"),
}


def without_padding(outputs: dict, expected: dict) -> dict:
    """Detections are rows of seven numbers; programs add rows without confidence up to the number wanted."""
    trimmed = dict(outputs)
    for name, value in expected.items():
        found = outputs.get(name)
        if found is None or found.ndim != 4 or found.shape[-1] != 7 or found.shape[2] <= value.shape[2]:
            continue
        if not found[:, :, value.shape[2] :, 2].any():
            trimmed[name] = found[:, :, : value.shape[2]]
    return trimmed


def tried(environment: environments.Environment, script: str, net: Net) -> Outcome:
    import numpy as np

    outputs = net.inputs.with_name("outputs.npz")
    outputs.unlink(missing_ok=True)
    command = [
        environment.python,
        HERE / "exports" / script,
        net.definition,
        net.weights,
        net.inputs,
        outputs,
    ]
    run = command_run(command)
    if run.returncode != 0 or not outputs.exists():
        step = "loads, does not run" if "loaded" in run.stdout.splitlines() else "does not load"
        return Outcome(step=step, reason=last_words(run))
    with np.load(outputs) as values:
        return compared(without_padding(dict(values), net.expected), net.expected)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caffold", default=str(ROOT / ".build" / "release" / "caffold"))
    parser.add_argument("--probe", default=str(ROOT / ".build" / "release" / "layer-probe"))
    parser.add_argument("--folder", type=Path, default=ROOT / ".build-bench")
    parser.add_argument("--page", type=Path, default=ROOT / "Documentation" / "HowItCompares.md")
    arguments = parser.parse_args()
    os.environ["LAYER_PROBE"] = arguments.probe
    made = {
        name: environments.make(arguments.folder / "environments", program[0])
        for name, program in PROGRAMS.items()
    }
    rows = {}
    for net in real_nets(arguments.folder / "importers"):
        print(f"{net.name} …", file=sys.stderr, flush=True)
        rows[net.name] = {name: tried(made[name], program[2], net) for name, program in PROGRAMS.items()}
    said = [f"{package} {made[name].version(package)}" for name, (_, package, _) in PROGRAMS.items()]
    version = command_run([arguments.caffold, "--version"]).stdout.strip()
    date = f"{datetime.date.today():%Y-%m-%d}: caffold {version}; {'; '.join(said)}."
    write(arguments.page, "importers", [date, "", *outcomes_table(rows, list(PROGRAMS))])


if __name__ == "__main__":
    main()
