"""Tries what `caffold export` writes in several runtimes, beside what two converters write, and measures it.

Writes the tables of Documentation/Runtimes.md. Every runtime and converter has a virtual environment of its
own, made from the pinned packages in `exports/`; what cannot be installed is said and left out.
"""

import argparse
import dataclasses
import datetime
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import environments
import models
from environments import Environment, Missing
from tool import Tool, compiled, in_turn, mebibytes, seconds

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "Tests" / "Oracles" / "support"))

TOLERANCE = 1e-4
TIMEOUT = 600

#: Environment, package that has the version, script, and whether the script knows `--exact`.
RUNTIMES = {
    "onnxruntime": ("onnxruntime", "onnxruntime", "run_onnxruntime.py", False),
    "OpenCV 5": ("opencv5", "opencv-python-headless", "run_opencv.py", True),
    "OpenCV 4": ("opencv4", "opencv-python-headless", "run_opencv.py", True),
    "OpenVINO": ("openvino", "openvino", "run_openvino.py", False),
    "MNN": ("mnn", "mnn", "run_mnn.py", True),
}
CONVERTERS = ["caffe2onnx", "caffe-onnx"]


@dataclasses.dataclass
class Net:
    name: str
    definition: Path
    weights: Path
    #: The file of the inputs; what is written goes beside it.
    inputs: Path
    expected: dict


@dataclasses.dataclass
class Outcome:
    """What a runtime made of a file: a difference, or the step that failed and why."""

    difference: float | None = None
    exact: float | None = None
    step: str = ""
    reason: str = ""

    @property
    def right(self) -> bool:
        return self.difference is not None and self.difference <= TOLERANCE

    @property
    def cell(self) -> str:
        if self.difference is None:
            return self.step
        if self.right:
            return f"{self.difference:.1e}"
        shown = self.reason or f"{self.difference:.1e}"
        return f"**differs**: {shown}" + (f" (exact: {self.exact:.1e})" if self.exact is not None else "")


# Running


def last_words(run: subprocess.CompletedProcess) -> str:
    """Why a command failed, in one short line."""
    if run.returncode < 0:
        number = -run.returncode
        return f"ended by signal {number} ({signal.strsignal(number)})"
    lines = [line.strip() for line in run.stderr.splitlines() + run.stdout.splitlines() if line.strip()]
    errors = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception|Fail\w*|Invalid\w*|error)\b:?", line)
    ]
    text = (errors or lines or [f"exit status {run.returncode}"])[-1]
    start = lines.index(text) if text in lines else 0
    if text.endswith(("error:", "'handleNode'")):
        text = " ".join(lines[start : start + 3])
    text = re.sub(r"^[\w.]*\.(\w+: )", r"\1", text)
    text = re.sub(r"/\S+/", "", text).replace("|", "\\|")
    return text if len(text) <= 200 else text[:199] + "…"


def command_run(command: list, **options) -> subprocess.CompletedProcess:
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False, **options
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", f"error: not done after {TIMEOUT} s")


def found_by(name: str, shape: tuple, outputs: dict):
    """The output of that name, else the only one of that shape: converters rename outputs."""
    if name in outputs:
        return outputs[name]
    alike = [value for value in outputs.values() if value.shape == shape]
    return alike[0] if len(alike) == 1 else None


def compared(outputs: dict, expected: dict) -> Outcome:
    from onnx_files import relative

    outcome = Outcome(difference=0.0)
    for name, value in expected.items():
        actual = found_by(name, value.shape, outputs)
        if actual is None:
            shapes = ", ".join("×".join(map(str, other.shape)) for other in outputs.values())
            return Outcome(float("inf"), reason=f"no '{name}' among outputs of {shapes}")
        difference = relative(actual, value)
        if actual.shape != value.shape:
            shapes = ["×".join(map(str, shape)) for shape in (actual.shape, value.shape)]
            return Outcome(float("inf"), reason=f"'{name}' is {shapes[0]}, not {shapes[1]}")
        outcome.difference = max(outcome.difference, difference)
    return outcome


def tried(runtime: str, environment: Environment, file: Path, net: Net, exact: bool = False) -> Outcome:
    """Runs a file in a runtime; where it differs, once more in the most exact way that the runtime has."""
    import numpy as np

    _, _, script, knows_exact = RUNTIMES[runtime]
    outputs = net.inputs.with_name("outputs.npz")
    outputs.unlink(missing_ok=True)
    command = [environment.python, HERE / "exports" / script, file, net.inputs, outputs]
    run = command_run([*command, *(["--exact"] if exact else [])])
    if run.returncode != 0 or not outputs.exists():
        step = "loads, does not run" if "loaded" in run.stdout.splitlines() else "does not load"
        return Outcome(step=step, reason=last_words(run))
    with np.load(outputs) as values:
        outcome = compared(dict(values), net.expected)
    if not outcome.right and knows_exact and not exact and outcome.difference != float("inf"):
        outcome.exact = tried(runtime, environment, file, net, exact=True).difference
    return outcome


def converted(converter: str, environment: Environment, definition: Path, weights: Path, file: Path) -> list:
    """The command that converts a Caffe net into the file."""
    if converter == "caffe2onnx":
        words = [
            "-m",
            "caffe2onnx.convert",
            "--prototxt",
            definition,
            "--caffemodel",
            weights,
            "--onnx",
            file,
        ]
    else:
        words = ["-m", "src.cli", definition, weights, file.stem, file.parent]
    return [str(word) for word in [environment.python, *words]]


# Correctness


def real_nets(folder: Path) -> list[Net]:
    import numpy as np

    command = [sys.executable, HERE / "exports" / "real_nets.py", folder]
    run = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True)
    found = []
    for line in run.stdout.splitlines():
        name, definition, weights = line.split("\t")
        with np.load(folder / name / "expected.npz") as expected:
            inputs = folder / name / "inputs.npz"
            found.append(Net(name, Path(definition), Path(weights), inputs, dict(expected)))
    return found


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        "|---" * len(heads) + "|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def summary(rows: dict[str, dict[str, Outcome]], columns: list[str]) -> list[str]:
    return [f"{sum(rows[name][column].right for name in rows)} of {len(rows)}" for column in columns]


def reasons(rows: dict[str, dict[str, Outcome]]) -> list[str]:
    """One line for each reason, with the nets that it is the reason of."""
    nets: dict[tuple[str, str], list[str]] = {}
    for name, outcomes in rows.items():
        for column, outcome in outcomes.items():
            if outcome.difference is None:
                nets.setdefault((column, outcome.reason), []).append(name)
    return [f"- {column}, {', '.join(names)}: {reason}" for (column, reason), names in nets.items()]


def outcomes_table(rows: dict[str, dict[str, Outcome]], columns: list[str]) -> list[str]:
    lines = [[name, *(rows[name][column].cell for column in columns)] for name in rows]
    told = reasons(rows)
    return [
        *table(["net", *columns], [*lines, ["**right**", *summary(rows, columns)]]),
        *([""] if told else []),
        *told,
    ]


def measure_runtimes(caffold: str, nets: list[Net], found: dict[str, Environment]) -> list[str]:
    rows: dict[str, dict[str, Outcome]] = {}
    for net in nets:
        print(f"{net.name} …", file=sys.stderr)
        file = net.inputs.with_name("caffold.onnx")
        run = command_run([caffold, "export", net.definition, net.weights, "-o", file, "-q"])
        if run.returncode != 0:
            rows[net.name] = {name: Outcome(step="not exported", reason=last_words(run)) for name in found}
            continue
        rows[net.name] = {name: tried(name, environment, file, net) for name, environment in found.items()}
    return outcomes_table(rows, list(found))


def measure_converters(nets: list[Net], found: dict[str, Environment], runtime: Environment) -> list[str]:
    rows: dict[str, dict[str, Outcome]] = {}
    for net in nets:
        print(f"{net.name}, converted …", file=sys.stderr)
        rows[net.name] = {}
        for name, environment in found.items():
            file = net.inputs.with_name(f"{name}.onnx")
            file.unlink(missing_ok=True)
            run = command_run(converted(name, environment, net.definition, net.weights, file))
            if not file.exists():
                rows[net.name][name] = Outcome(step="not converted", reason=last_words(run))
            else:
                rows[net.name][name] = tried("onnxruntime", runtime, file, net)
    return outcomes_table(rows, list(found))


# Time and memory


def export_tools(
    caffold: str,
    folder: Path,
    definition: Path,
    weights: Path,
    found: dict[str, Environment],
    notes: list[str],
) -> list[Tool]:
    output = folder / "output.onnx"
    copy = Tool("`cp --reflink=never`", ["cp", "--reflink=never", str(weights), str(output)], [output])
    export = [caffold, "export", str(definition), str(weights), "-o", str(output), "-q"]
    tools = [
        copy,
        Tool("**caffold export --no-check**", [*export, "--no-check"], [output]),
        Tool(
            "**caffold export --no-check --dynamic-batch**",
            [*export, "--no-check", "--dynamic-batch"],
            [output],
        ),
        Tool("**caffold export**, proven", export, [output], rounds=3),
    ]
    for name, environment in found.items():
        command = converted(name, environment, definition, weights, output)
        output.unlink(missing_ok=True)
        run = command_run(command)
        if run.returncode != 0 or not output.exists():
            notes.append(f"{name} does not convert {definition.stem}: {last_words(run)}")
            continue
        tools.append(Tool(name, command, [output], rounds=3))
    return tools


def measure_exports(
    caffold: str, folder: Path, rounds: int, found: dict[str, Environment], notes: list[str]
) -> list[str]:
    lines = []
    for name in ("ResNet-50", "ResNet-152", "wide ResNet-152"):
        print(f"{name} …", file=sys.stderr)
        definition, weights = models.generate(folder, name)
        # The converters hold the whole model in memory, several times.
        others = found if weights.stat().st_size < 300e6 else {}
        tools = export_tools(caffold, folder, definition, weights, others, notes)
        in_turn(tools, rounds)
        rows = [
            [
                tool.name,
                seconds(tool.wall),
                f"{tool.wall / tools[0].wall:.2f}",
                seconds(tool.cpu),
                mebibytes(tool.memory),
            ]
            for tool in tools
        ]
        lines += ["", f"{name}, {weights.stat().st_size / 1e6:.0f} MB:", ""]
        lines += table(["", "wall", "to `cp`", "processor time", "peak memory"], rows)
        for path in {path for tool in tools for path in tool.output}:
            path.unlink(missing_ok=True)
    return [f"Medians of {rounds} runs in turn, 3 of the slow ones; warm page cache.", *lines]


def section(caffold: str, folder: Path, rounds: int, notes: list[str]) -> list[str]:
    """`caffold export` beside copying the file, and beside the converters that PyPI still has."""
    found = install(CONVERTERS, folder / "environments", notes)
    lines = measure_exports(caffold, folder, rounds, found, notes)
    versions = ", ".join(f"{name} {environment.version(name)}" for name, environment in found.items())
    told = [f"The converters are {versions}; each has an environment of its own.", ""] if versions else []
    return ["## Export", "", *told, *lines, ""]


# The page


def install(names: list[str], folder: Path, notes: list[str]) -> dict[str, Environment]:
    found = {}
    for name in names:
        try:
            found[name] = environments.make(folder, RUNTIMES[name][0] if name in RUNTIMES else name)
        except Missing as reason:
            notes.append(f"{name} was left out: {reason}.")
    return found


def versions(found: dict[str, Environment], caffold: str) -> list[str]:
    said = [f"caffold {command_run([caffold, '--version']).stdout.strip()}"]
    for name, environment in found.items():
        package = RUNTIMES[name][1] if name in RUNTIMES else name
        parts = [f"{package} {environment.version(package)}"]
        if name in CONVERTERS:
            parts += [f"{other} {environment.version(other)}" for other in ("onnx", "protobuf")]
        said.append(" with ".join([parts[0], " and ".join(parts[1:])]).removesuffix(" with "))
        said[-1] += f" on Python {environment.interpreter}"
    return ["; ".join(said) + "."]


def write(page: Path, section: str, lines: list[str]) -> None:
    """Replaces what stands between the markers of a section."""
    pattern = re.compile(rf"(<!-- {section}: [^\n]*-->\n).*?(<!-- end of {section} -->)", re.DOTALL)
    body = "\n".join(lines)
    text, count = pattern.subn(lambda found: f"{found[1]}{body}\n{found[2]}", page.read_text())
    if count != 1:
        sys.exit(f"error: {page} has no place for {section}")
    page.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caffold", default=str(ROOT / ".build" / "release" / "caffold"))
    parser.add_argument("--probe", default=str(ROOT / ".build" / "release" / "layer-probe"))
    parser.add_argument("--folder", type=Path, default=ROOT / ".build-bench", help="scratch; needs 4 GB")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--only", nargs="*", choices=["runtimes", "converters", "times"], help="measure only some sections"
    )
    parser.add_argument("--page", type=Path, default=ROOT / "Documentation" / "Runtimes.md")
    arguments = parser.parse_args()
    wanted = arguments.only or ["runtimes", "converters", "times"]
    os.environ["LAYER_PROBE"] = arguments.probe
    arguments.folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []

    found = install([*RUNTIMES, *CONVERTERS], arguments.folder / "environments", notes)
    runtimes = {name: environment for name, environment in found.items() if name in RUNTIMES}
    converters = {name: environment for name, environment in found.items() if name in CONVERTERS}
    nets = [] if wanted == ["times"] else real_nets(arguments.folder / "exports")
    # Each section is written as soon as it is measured: the next one may take long.
    if "runtimes" in wanted:
        write(arguments.page, "runtimes", measure_runtimes(arguments.caffold, nets, runtimes))
    if "converters" in wanted and "onnxruntime" in runtimes:
        rows = measure_converters(nets, converters, runtimes["onnxruntime"])
        write(arguments.page, "converters", rows)
    if "times" in wanted:
        Tool.measure = compiled(arguments.folder, "measure")
        rows = measure_exports(arguments.caffold, arguments.folder, arguments.rounds, converters, notes)
        write(arguments.page, "times", rows)
    date = f"{datetime.date.today():%Y-%m-%d}, {os.cpu_count()} processors: "
    said = [date + versions(found, arguments.caffold)[0], *(f"\n{note}" for note in notes)]
    write(arguments.page, "versions", said)
    print(f"wrote {arguments.page}", file=sys.stderr)


if __name__ == "__main__":
    main()
