"""Measures caffold against what a fold costs at least, and writes RESULTS.md and results.svg.

All tools of a comparison run in turn, round after round, so that a disturbance of the machine meets them
alike. Times are wall clock and processor time, memory is the peak resident set, all as `wait4` tells them.
"""

import argparse
import dataclasses
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import models
import nets

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


@dataclasses.dataclass
class Run:
    wall: float
    cpu: float
    memory: int  # bytes


@dataclasses.dataclass
class Tool:
    name: str
    command: list[str]
    output: list[Path]
    # Tools that are far slower are not asked as often.
    rounds: int = 7
    runs: list[Run] = dataclasses.field(default_factory=list)
    measure: ClassVar[str] = "measure"

    def run(self) -> None:
        for path in self.output:
            path.unlink(missing_ok=True)
        # Small as it is, `measure` does not blur the memory of what it starts.
        run = subprocess.run([Tool.measure, *self.command], stdout=subprocess.PIPE, text=True, check=True)
        wall, processor, memory, status = map(int, run.stdout.split())
        if status != 0:
            sys.exit(f"error: {' '.join(self.command)}: exit status {os.waitstatus_to_exitcode(status)}")
        self.runs.append(Run(wall / 1e9, processor / 1e6, memory * 1024))

    @property
    def wall(self) -> float:
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.runs)

    @property
    def memory(self) -> int:
        return max(run.memory for run in self.runs)


def in_turn(tools: list[Tool], rounds: int) -> None:
    for index in range(rounds):
        for tool in tools:
            if index < min(rounds, tool.rounds):
                tool.run()


def seconds(value: float) -> str:
    return f"{value * 1000:.1f} ms" if value < 0.0995 else f"{value:.2f} s"


def mebibytes(value: int) -> str:
    return f"{value / (1 << 20):.0f} MiB" if value >= 10 << 20 else f"{value / (1 << 20):.1f} MiB"


# Files


def compiled(folder: Path, name: str) -> str:
    """A C program of this folder, compiled."""
    binary = folder / name
    subprocess.run(["cc", "-O3", "-o", binary, HERE / f"{name}.c"], check=True)
    return str(binary)


def file_tools(caffold: str, folder: Path, definition: Path, weights: Path, notes: list[str]) -> list[Tool]:
    output = folder / "output.caffemodel"
    folded = folder / "folded"
    folded.mkdir(exist_ok=True)
    tools = [Tool("`cp --reflink=never`", ["cp", "--reflink=never", str(weights), str(output)], [output])]
    loop = [compiled(folder, "copyloop"), str(weights), str(output)]
    tools.append(Tool("C loop: read 1 MiB, scale every float, write", loop, [output]))
    outputs = [folded / definition.name, folded / weights.name]
    command = [caffold, "fold", str(definition), str(weights), "-o", str(folded), "-q"]
    tools.append(Tool("**caffold fold**", command, outputs))
    try:
        import google.protobuf  # noqa: F401
    except ImportError:
        notes.append("The merge in Python was left out: the package `protobuf` is not installed.")
        return tools
    if weights.stat().st_size > 300e6:
        notes.append("The merge in Python runs once per model, up to 300 MB: it takes minutes and gigabytes.")
    else:
        merge = [sys.executable, str(HERE / "merge_numpy.py"), str(weights), str(output)]
        tools.append(
            Tool(
                "Python protobuf + NumPy merge",
                merge,
                [output],
                rounds=1,
            )
        )
    return tools


def measure_files(caffold: str, folder: Path, names: list[str], rounds: int, notes: list[str]) -> dict:
    results = {}
    for name in names:
        print(f"{name} …", file=sys.stderr)
        definition, weights = models.generate(folder, name)
        tools = file_tools(caffold, folder, definition, weights, notes)
        in_turn(tools, rounds)
        results[name] = (weights.stat().st_size, tools)
    return results


def files_table(results: dict) -> list[str]:
    lines = []
    for name, (size, tools) in results.items():
        floor = min(tool.wall for tool in tools[:2])
        lines += [
            f"### {name}, {size / 1e6:.0f} MB",
            "",
            "| | wall | to the floor | processor time | peak memory |",
            "|---|---|---|---|---|",
        ]
        for tool in tools:
            lines.append(
                f"| {tool.name} | {seconds(tool.wall)} | {tool.wall / floor:.2f} | {seconds(tool.cpu)} "
                f"| {mebibytes(tool.memory)} |"
            )
        lines.append("")
    return lines


# Planning


def measure_planning(caffold: str, folder: Path, largest: int, rounds: int) -> dict:
    results = {}
    for shape in nets.SHAPES:
        count = 1000
        while count <= largest:
            print(f"{shape}, {count} layers …", file=sys.stderr)
            path = folder / f"{shape}-{count}.prototxt"
            if not path.exists():
                nets.write(path, shape, count)
            output = folder / "planned.prototxt"
            command = [caffold, "fold", str(path), "--definition-only", "--dry-run", "-q"]
            tool = Tool(shape, command, [output])
            in_turn([tool], rounds if count < 1_000_000 else min(rounds, 2))
            results[shape, count] = tool
            count *= 10
    return results


def planning_table(results: dict, startup: float) -> list[str]:
    counts = sorted({count for _, count in results})
    lines = ["| net | " + " | ".join(f"{count:,} layers" for count in counts) + " |"]
    lines.append("|---" * (len(counts) + 1) + "|")
    for shape in nets.SHAPES:
        cells = []
        for count in counts:
            tool = results[shape, count]
            each = max(tool.cpu - startup, 0) / count
            cells.append(f"{seconds(tool.wall)}, {each * 1e6:.1f} µs, {mebibytes(tool.memory)}")
        lines.append(f"| {shape} | " + " | ".join(cells) + " |")
    return lines


# Start-up


def measure_startup(caffold: str, folder: Path) -> list[Tool]:
    digits = ROOT / "examples" / "digits"
    output = folder / "digits"
    fold = [caffold, "fold", str(digits / "digits.prototxt"), str(digits / "digits.caffemodel")]
    tools = [
        Tool("`caffold --help`", [caffold, "--help"], []),
        Tool(
            "`caffold fold` of the bundled digits net",
            [*fold, "-o", str(output), "-q"],
            [output / "digits.prototxt", output / "digits.caffemodel"],
        ),
    ]
    output.mkdir(exist_ok=True)
    for tool in tools:
        tool.rounds = 51
    in_turn(tools, 51)
    return tools


def machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"load average {load:.1f} at the end, the benchmark's own included."
    )


def plot(files: dict, path: Path) -> bool:
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["svg.hashsalt"] = "caffold"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    names = [tool.name.strip("*`").split(":")[0] for tool in next(iter(files.values()))[1]]
    for index, name in enumerate(names):
        measured = [(size / 1e6, tools[index]) for size, tools in files.values() if index < len(tools)]
        sizes = [size for size, _ in measured]
        tools = [tool for _, tool in measured]
        style = {"marker": "o", "linewidth": 2.5 if name.startswith("caffold") else 1.2, "label": name}
        axes[0].plot(sizes, [tool.wall for tool in tools], **style)
        axes[1].plot(sizes, [tool.memory / (1 << 20) for tool in tools], **style)
    for axis, label in zip(axes, ("seconds", "MiB of memory")):
        axis.set(xlabel="weights, MB", ylabel=label, yscale="log", ylim=(None, None))
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caffold", default=str(ROOT / ".build" / "release" / "caffold"))
    parser.add_argument("--folder", type=Path, default=ROOT / ".build-bench", help="scratch; needs 2 GB")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--models", nargs="*", default=list(models.MODELS), choices=list(models.MODELS))
    parser.add_argument("--layers", type=int, default=1_000_000, help="the largest net to plan")
    parser.add_argument("--output", type=Path, default=HERE)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    if shutil.which("cc") is None:
        sys.exit("error: the benchmarks need a C compiler, `cc`")
    Tool.measure = compiled(arguments.folder, "measure")

    startup = measure_startup(arguments.caffold, arguments.folder)
    files = measure_files(arguments.caffold, arguments.folder, arguments.models, arguments.rounds, notes)
    planning = measure_planning(arguments.caffold, arguments.folder, arguments.layers, arguments.rounds)
    if not plot(files, arguments.output / "results.svg"):
        notes.append("The plot was not drawn: the package `matplotlib` is not installed.")

    lines = ["# Results", "", "Written by `make bench`. " + machine(), ""]
    lines += [f"{note}\n" for note in dict.fromkeys(notes)]
    lines += [
        "## Files",
        "",
        "Medians of runs in turn, warm page cache; the floor is the faster of the first two rows.",
        "",
    ]
    lines += files_table(files)
    lines += ["![Time and memory over the size of the weights](results.svg)", ""]
    lines += ["## Start-up", "", "| | wall | processor time | peak memory |", "|---|---|---|---|"]
    lines += [
        f"| {tool.name} | {seconds(tool.wall)} | {seconds(tool.cpu)} | {mebibytes(tool.memory)} |"
        for tool in startup
    ]
    lines += [
        "",
        "## Planning",
        "",
        "`fold --definition-only --dry-run`, all built-in rules: wall, processor time per layer, memory.",
        "",
    ]
    lines += planning_table(planning, startup[0].cpu)
    (arguments.output / "RESULTS.md").write_text("\n".join(lines) + "\n")
    print(f"wrote {arguments.output / 'RESULTS.md'}", file=sys.stderr)


if __name__ == "__main__":
    main()
