"""Commands that are measured: wall clock, processor time and memory, as `wait4` tells them."""

import dataclasses
import importlib.util
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

HERE = Path(__file__).resolve().parent


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
    # What the command is to say about its success.
    status: int = 0
    runs: list[Run] = dataclasses.field(default_factory=list)
    measure: ClassVar[str] = "measure"

    def run(self) -> None:
        for path in self.output:
            path.unlink(missing_ok=True)
        # Small as it is, `measure` does not blur the memory of what it starts.
        run = subprocess.run(
            [Tool.measure, *self.command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        wall, processor, memory, status = map(int, run.stdout.split())
        status = os.waitstatus_to_exitcode(status)
        if status != self.status:
            sys.exit(f"error: {' '.join(self.command)}: exit status {status}")
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


def compiled(folder: Path, name: str) -> str:
    """A C program of this folder, compiled."""
    binary = folder / name
    subprocess.run(["cc", "-O3", "-o", binary, HERE / f"{name}.c"], check=True)
    return str(binary)


def has(package: str, notes: list[str], what: str) -> bool:
    if importlib.util.find_spec(package) is not None:
        return True
    notes.append(f"{what} was left out: the package `{package}` is not installed.")
    return False


def fold(caffold: str, definition: Path, weights: Path, folder: Path, *flags: str) -> Tool:
    """`caffold fold` into a folder, as a tool that still lacks a name."""
    folder.mkdir(exist_ok=True)
    command = [caffold, "fold", str(definition), str(weights), "-o", str(folder), "-q", *flags]
    return Tool("", command, [folder / definition.name, folder / weights.name])
