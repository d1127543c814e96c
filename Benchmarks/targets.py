"""Tries what `--target` makes of nets in the programs that the tested targets are about.

Writes the table of Documentation/Targets.md. Every program has a virtual environment of its own, made from
the pinned packages in `exports/`; what cannot be installed is said and left out.
"""

import argparse
import datetime
import os
import sys
from pathlib import Path

import environments
import exports
from environments import Environment
from exports import HERE, ROOT, Net, Outcome, command_run, last_words

#: Target, environment, the package that has the version, and the script that runs a Caffe net.
CAFFE = {
    "opencv4": ("opencv4", "opencv-python-headless", "run_opencv.py"),
    "mnn": ("mnn", "mnn", "run_mnn.py"),
}
#: Heading of a column -> the flags of `caffold fold` beyond `--target`, for each target.
FOLDS = {
    "opencv4": {"opencv4, with --target": []},
    "mnn": {
        "mnn, with --target": [],
        "mnn, with --target and winograd=avoided": ["--param", "winograd=avoided"],
    },
}
#: Target and the runtime of `exports.py` that reads its ONNX files.
ONNX = {"onnxruntime": "onnxruntime", "opencv5": "OpenCV 5"}


class Boxes(Outcome):
    """What a program made whose boxes have all numbers but the first, that of the picture."""

    @property
    def right(self) -> bool:
        return False

    @property
    def cell(self) -> str:
        return f"boxes {self.difference:.1e}" if self.difference <= exports.TOLERANCE else super().cell


def compared(outputs: dict, expected: dict) -> Outcome:
    """As `exports.compared`, without the rows of detections that have no box, which OpenCV makes zeros; rows
    of six numbers are held against the last six of seven."""
    import numpy as np

    plain, last = {}, dict(expected)
    for name, value in outputs.items():
        is_detection = value.ndim == 4 and value.shape[:2] == (1, 1) and value.shape[3] == 7
        plain[name] = value[:, :, np.any(value[0, 0] != 0, axis=1)] if is_detection else value
        wanted = expected.get(name)
        if wanted is not None and wanted.shape[3:] == (7,) and value.shape == (*wanted.shape[:3], 6):
            last[name] = wanted[..., 1:]
    outcome = exports.compared(plain, last)
    is_short = any(value.shape != expected[name].shape for name, value in last.items())
    return Boxes(**vars(outcome)) if is_short and outcome.difference != float("inf") else outcome


def tried(
    script: str, environment: Environment, model: Path, weights: Path, net: Net, *flags: str
) -> Outcome:
    import numpy as np

    outputs = net.inputs.with_name("outputs.npz")
    outputs.unlink(missing_ok=True)
    command = [environment.python, HERE / "targets" / script, model, weights, net.inputs, outputs, *flags]
    run = command_run(command)
    if run.returncode != 0 or not outputs.exists():
        step = "loads, does not run" if "loaded" in run.stdout.splitlines() else "does not load"
        return Outcome(step=step, reason=last_words(run))
    with np.load(outputs) as values:
        outcome = compared(dict(values), net.expected)
    if outcome.difference > exports.TOLERANCE and not flags and outcome.difference != float("inf"):
        outcome.exact = tried(script, environment, model, weights, net, "--exact").difference
    return outcome


def folded(caffold: str, target: str, flags: list[str], net: Net) -> tuple[Path, Path, int]:
    model, weights = net.inputs.with_name(f"{target}.prototxt"), net.inputs.with_name(f"{target}.caffemodel")
    for path in (model, weights):
        path.unlink(missing_ok=True)
    command = [caffold, "fold", net.definition, net.weights, "--target", target]
    command += ["--output-model", model, "--output-weights", weights]
    run = command_run([*command, *flags])
    if "had no effect" in run.stderr:
        # What a parameter is for, the net does not have.
        run = command_run(command)
    return model, weights, run.returncode


def cell(outcome: Outcome, code: int | None = None) -> str:
    """`1.2e-06`; for what the target was said to refuse, `(told)` behind it."""
    return outcome.cell + (" (told)" if code == 1 else "")


def row(caffold: str, net: Net, found: dict[str, Environment]) -> dict[str, tuple[Outcome, int | None]]:
    cells = {}
    for target, (_, _, script) in CAFFE.items():
        if target not in found:
            continue
        environment = found[target]
        cells[target] = (tried(script, environment, net.definition, net.weights, net), None)
        for heading, flags in FOLDS[target].items():
            model, weights, code = folded(caffold, target, flags, net)
            if not model.exists():
                cells[heading] = (Outcome(step="not folded"), code)
            else:
                cells[heading] = (tried(script, environment, model, weights, net), code)
    for target, runtime in ONNX.items():
        if target not in found:
            continue
        file = net.inputs.with_name(f"{target}.onnx")
        run = command_run(
            [caffold, "export", net.definition, net.weights, "-o", file, "-q", "--target", target]
        )
        if run.returncode not in (0, 1) or not file.exists():
            cells[target] = (Outcome(step="not exported", reason=last_words(run)), run.returncode)
        else:
            cells[target] = (exports.tried(runtime, found[target], file, net), run.returncode)
    return cells


def is_exact(outcome: Outcome) -> bool:
    """Whether the program computes the same where its approximations are off."""
    exact = outcome.exact
    return not isinstance(outcome, Boxes) and exact is not None and exact <= exports.TOLERANCE


def boxes_agree(outcome: Outcome) -> bool:
    return isinstance(outcome, Boxes) and outcome.difference <= exports.TOLERANCE


def count(cells: list[Outcome], is_right) -> str:
    return f"{sum(map(is_right, cells))} of {len(cells)}"


def table(rows: dict[str, dict[str, tuple[Outcome, int | None]]]) -> list[str]:
    columns = list(next(iter(rows.values())))
    lines = [[name, *(cell(*cells[column]) for column in columns)] for name, cells in rows.items()]
    outcomes = {column: [cells[column][0] for cells in rows.values()] for column in columns}
    counts = [
        [heading, *(count(outcomes[column], is_right) for column in columns)]
        for heading, is_right in {
            "**right**": lambda outcome: outcome.right,
            "**right** without approximations": lambda outcome: outcome.right or is_exact(outcome),
            "**right** so, or but for the picture's number": lambda outcome: (
                outcome.right or is_exact(outcome) or boxes_agree(outcome)
            ),
        }.items()
    ]
    plain = {
        name: {column: outcome for column, (outcome, _) in cells.items()} for name, cells in rows.items()
    }
    return [
        *exports.table(["net", *columns], [*lines, *counts]),
        "",
        *exports.reasons(plain),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caffold", default=str(ROOT / ".build" / "release" / "caffold"))
    parser.add_argument("--probe", default=str(ROOT / ".build" / "release" / "layer-probe"))
    parser.add_argument("--folder", type=Path, default=ROOT / ".build-bench", help="scratch; needs 2 GB")
    parser.add_argument("--page", type=Path, default=ROOT / "Documentation" / "Targets.md")
    parser.add_argument("--only", nargs="*", help="only these nets")
    parser.add_argument("--targets", nargs="*", default=[*CAFFE, *ONNX], help="only these targets")
    arguments = parser.parse_args()
    os.environ["LAYER_PROBE"] = arguments.probe
    arguments.folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    found: dict[str, Environment] = {}
    for target, name in {**{t: c[0] for t, c in CAFFE.items()}, **{t: t for t in ONNX}}.items():
        if target not in arguments.targets:
            continue
        try:
            found[target] = environments.make(arguments.folder / "environments", name)
        except environments.Missing as reason:
            notes.append(f"{target} was left out: {reason}.")
    rows = {}
    for net in exports.real_nets(arguments.folder / "targets"):
        if arguments.only and net.name not in arguments.only:
            continue
        print(f"{net.name} …", file=sys.stderr)
        rows[net.name] = row(arguments.caffold, net, found)
    packages = {
        **{t: c[1] for t, c in CAFFE.items()},
        "onnxruntime": "onnxruntime",
        "opencv5": CAFFE["opencv4"][1],
    }
    said = "; ".join(f"{packages[target]} {found[target].version(packages[target])}" for target in found)
    date = f"{datetime.date.today():%Y-%m-%d}, {os.cpu_count()} processors: {said}."
    exports.write(arguments.page, "tested", [date, *notes, "", *table(rows)])
    print(f"wrote {arguments.page}", file=sys.stderr)


if __name__ == "__main__":
    main()
