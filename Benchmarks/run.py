"""Measures caffold against what a fold costs at least, and writes RESULTS.md and results.svg.

All tools of a comparison run in turn, round after round, so that a disturbance of the machine meets them
alike. Times are wall clock and processor time, memory is the peak resident set, all as `wait4` tells them.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import absent_rules
import executing
import exports
import models
import nets
import plots
from tool import Tool, compiled, fold, has, in_turn, mebibytes, seconds

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


# Files


def onnx_tools(folder: Path, definition: Path, weights: Path, notes: list[str]) -> list[Tool]:
    if not has("onnx", notes, "The comparison with ONNX tools"):
        return []
    twin = weights.with_suffix(".onnx")
    if not twin.exists():
        command = [sys.executable, str(HERE / "onnx_twin.py"), str(definition), str(weights), str(twin)]
        subprocess.run(command, check=True)
    output = folder / "output.onnx"
    tools = []
    if has("onnxsim", notes, "onnx-simplifier"):
        command = [sys.executable, "-m", "onnxsim", str(twin), str(output)]
        tools.append(Tool("onnx-simplifier, on an ONNX twin", command, [output], rounds=3))
    if has("onnxoptimizer", notes, "onnxoptimizer"):
        command = [sys.executable, str(HERE / "optimize_onnx.py"), str(twin), str(output)]
        tools.append(Tool("onnxoptimizer, on an ONNX twin", command, [output], rounds=3))
    return tools


def ncnn_tools(folder: Path, definition: Path, weights: Path, notes: list[str]) -> list[Tool]:
    if shutil.which("caffe2ncnn") is None or shutil.which("ncnnoptimize") is None:
        notes.append("ncnn was left out: `caffe2ncnn` and `ncnnoptimize` are not on PATH.")
        return []
    made = [folder / f"ncnn{stage}.{kind}" for stage in (1, 2) for kind in ("param", "bin")]
    words = " ".join(f"'{path}'" for path in made)
    script = f"caffe2ncnn '{definition}' '{weights}' '{made[0]}' '{made[1]}' && ncnnoptimize {words} 0"
    return [Tool("caffe2ncnn + ncnnoptimize", ["sh", "-c", script], made, rounds=3)]


def file_tools(caffold: str, folder: Path, definition: Path, weights: Path, notes: list[str]) -> list[Tool]:
    output = folder / "output.caffemodel"
    tools = [Tool("`cp --reflink=never`", ["cp", "--reflink=never", str(weights), str(output)], [output])]
    loop = [compiled(folder, "copyloop"), str(weights), str(output)]
    tools.append(Tool("C loop: read 1 MiB, scale every float, write", loop, [output]))
    clipped = [
        "--no-check",
        "--isolated",
        "--rules",
        str(HERE / "clipped.yaml"),
        "--select",
        "clipped",
        "--unsafe",
    ]
    for name, flags in (
        ("**caffold fold --no-check**", ["--no-check"]),
        ("**caffold fold**, every rewrite checked", []),
        ("caffold fold --no-check, all weights by an expression", clipped),
    ):
        tool = fold(caffold, definition, weights, folder / "folded", *flags)
        tool.name = name
        tools.append(tool)
    if weights.stat().st_size > 300e6:
        notes.append("Tools that hold the whole model in memory, several times, run on models up to 300 MB.")
        return tools
    if has("google.protobuf", notes, "The merge in Python"):
        merge = [sys.executable, str(HERE / "merge_numpy.py"), str(weights), str(output)]
        tools.append(Tool("Python protobuf + NumPy merge", merge, [output], rounds=1))
    tools += onnx_tools(folder, definition, weights, notes)
    tools += ncnn_tools(folder, definition, weights, notes)
    return tools


def measure_files(caffold: str, folder: Path, names: list[str], rounds: int, notes: list[str]) -> dict:
    results = {}
    for name in names:
        print(f"{name} …", file=sys.stderr)
        definition, weights = models.generate(folder, name)
        tools = file_tools(caffold, folder, definition, weights, notes)
        in_turn(tools, rounds if weights.stat().st_size < 1e9 else min(rounds, 3))
        for tool in tools:
            for path in tool.output:
                path.unlink(missing_ok=True)
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
    output = folder / "planned.prototxt"
    for shape in nets.SHAPES:
        # The smallest net shows what does not depend on layers.
        for count in [8, *(10**exponent for exponent in range(3, 7))]:
            if count > largest:
                continue
            path = folder / f"{shape}-{count}.prototxt"
            if not path.exists():
                nets.write(path, shape, count)
            command = [caffold, "fold", str(path), "--definition-only", "--output-model", str(output)]
            results[shape, count] = Tool(shape, command, [output], rounds=9 * rounds)
        print(f"{shape} …", file=sys.stderr)
        # Small differences of small times: in turn, and often.
        in_turn([results[shape, count] for count in (8, 1000, 10_000)], 9 * rounds)
        for count in (100_000, 1_000_000):
            if (shape, count) in results:
                in_turn([results[shape, count]], rounds if count < 1_000_000 else min(rounds, 3))
    return results


def measure_rules(caffold: str, folder: Path, rounds: int) -> list[str]:
    """What 1,000 rules that cannot match add, apart from reading them."""
    path = folder / "thousand-rules.yaml"
    absent_rules.write(path, 1000)
    tools = {}
    for count in (8, 10_000):
        net = folder / f"chain-{count}.prototxt"
        nets.write(net, "chain", count)
        command = [caffold, "fold", str(net), "--definition-only", "--dry-run"]
        tools[count, 0] = Tool("", command, [])
        tools[count, 1000] = Tool("", [*command, "--rules", str(path)], [])
    for tool in tools.values():
        # A difference of differences: it takes many rounds.
        tool.rounds = max(15, 3 * rounds)
    in_turn(list(tools.values()), max(15, 3 * rounds))
    planning = {number: tools[10_000, number].cpu - tools[8, number].cpu for number in (0, 1000)}
    reading = tools[8, 1000].cpu - tools[8, 0].cpu
    added = planning[1000] / planning[0] - 1
    return [
        "1,000 loaded rules whose types the net does not have add "
        f"{added * 100:.1f} % to planning a chain of 10,000 layers: {seconds(planning[1000])} of "
        f"processor time instead of {seconds(planning[0])}. Reading the rules takes {seconds(reading)}, "
        "whatever the net.",
        "",
    ]


# Text


def measure_text(caffold: str, folder: Path, rounds: int, startup: Tool) -> list[str]:
    """The parser alone: a text of 100 MB that has no layers, which is said when it has been read."""
    path = folder / "text.prototxt"
    if not path.exists():
        with path.open("w") as file:
            file.writelines(part.replace("layer {", "block {") for part in nets.chain(1_000_000))
    size = path.stat().st_size
    tool = Tool("text", [caffold, "fold", str(path), "--definition-only", "--dry-run"], [], status=2)
    in_turn([tool], rounds)
    speed = size / (tool.wall - startup.wall) / 1e6
    return [
        f"A text of {size / 1e6:.0f} MB, field by field as above, is parsed in {seconds(tool.wall)}, "
        f"{speed:.0f} MB/s with reading the file, in {mebibytes(tool.memory)}: "
        f"{tool.memory / size:.1f} times the text.",
        "",
    ]


# Inference


def measure_inference(caffold: str, folder: Path, rounds: int, notes: list[str]) -> list[str]:
    """What a fold is for: the same nets in OpenCV before and after."""
    if not has("cv2", notes, "The inference in OpenCV"):
        return []
    columns = [f"{when}, fusion {fusion}" for fusion in ("off", "on") for when in ("before", "after")]
    lines = ["| net | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    facts = {}
    for name in ("ResNet-50", "MobileNet"):
        print(f"{name} in OpenCV …", file=sys.stderr)
        definition, weights = models.generate(folder, name)
        tool = fold(caffold, definition, weights, folder / "inference")
        tool.run()
        command = [sys.executable, str(HERE / "inference.py"), str(definition), str(weights)]
        command += [*map(str, tool.output), "--rounds", str(rounds)]
        run = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
        )
        facts = json.loads(run.stdout)
        times = facts["milliseconds"]
        cells = [f"{times[column]:.1f} ms" for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
        if facts["difference"] > 1e-4:
            sys.exit(f"error: {name} computes something else after the fold: {facts['difference']:.1e}")
    head = (
        f"OpenCV {facts['opencv']}, processor time on one thread for one picture of 224×224: "
        f"medians of {rounds} runs in turn. Fusion is OpenCV's own, done each time a net is loaded; all "
        "outputs agree within 1e-4."
    )
    return ["## Inference", "", head, "", *lines, ""]


# Sections


def put(page: Path, lines: list[str]) -> None:
    """Puts a section in the place of the one of the same heading, else behind all others."""
    before, _, after = page.read_text().partition(f"{lines[0]}\n")
    _, mark, rest = after.partition("\n## ")
    page.write_text("\n".join([before.rstrip(), "", *lines]).rstrip() + "\n" + mark + rest)


def planning_table(results: dict) -> list[str]:
    counts = sorted({count for _, count in results if count >= 1000})
    lines = ["| net | " + " | ".join(f"{count:,} layers" for count in counts) + " |"]
    lines.append("|---" * (len(counts) + 1) + "|")
    for shape in nets.SHAPES:
        cells = []
        for count in counts:
            tool = results[shape, count]
            each = (tool.cpu - results[shape, 8].cpu) / count
            cells.append(f"{seconds(tool.wall)}, {each * 1e6:.1f} µs, {mebibytes(tool.memory)}")
        lines.append(f"| {shape} | " + " | ".join(cells) + " |")
    return lines


# Start-up


def measure_startup(caffold: str, folder: Path) -> list[Tool]:
    digits = ROOT / "examples" / "digits"
    output = folder / "digits"
    tools = [
        Tool("`caffold --help`", [caffold, "--help"], []),
        fold(caffold, digits / "digits.prototxt", digits / "digits.caffemodel", output),
    ]
    tools[1].name = "`caffold fold` of the bundled digits net"
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caffold", default=str(ROOT / ".build" / "release" / "caffold"))
    parser.add_argument("--folder", type=Path, default=ROOT / ".build-bench", help="scratch; needs 7 GB")
    parser.add_argument(
        "--short", action="store_true", help="fewer rounds, no model above 300 MB, smaller nets"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--models", nargs="*", default=list(models.MODELS)[1:], choices=list(models.MODELS))
    parser.add_argument("--layers", type=int, default=1_000_000, help="the largest net to plan")
    parser.add_argument(
        "--only", nargs="+", choices=["export", "verify", "product"], help="measure these and keep the rest"
    )
    parser.add_argument("--output", type=Path, default=HERE)
    arguments = parser.parse_args()
    if arguments.short:
        arguments.rounds = min(arguments.rounds, 3)
        arguments.models = [name for name in arguments.models if not name.startswith("wide")]
        arguments.layers = min(arguments.layers, 100_000)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    if shutil.which("cc") is None:
        sys.exit("error: the benchmarks need a C compiler, `cc`")
    Tool.measure = compiled(arguments.folder, "measure")

    for name in arguments.only or []:
        notes.clear()
        if name == "export":
            lines = exports.section(arguments.caffold, arguments.folder, arguments.rounds, notes)
        elif name == "verify":
            lines = executing.measure_verify(arguments, notes)
        else:
            lines = executing.measure_products(arguments.folder, notes)
        if lines:
            found = [f"{note}\n" for note in dict.fromkeys(notes)]
            put(arguments.output / "RESULTS.md", [*lines, *found, machine()])
    if arguments.only:
        return

    startup = measure_startup(arguments.caffold, arguments.folder)
    files = measure_files(arguments.caffold, arguments.folder, arguments.models, arguments.rounds, notes)
    planning = measure_planning(arguments.caffold, arguments.folder, arguments.layers, arguments.rounds)
    thousand = measure_rules(arguments.caffold, arguments.folder, arguments.rounds)
    text = measure_text(arguments.caffold, arguments.folder, min(arguments.rounds, 5), startup[0])
    inference = measure_inference(arguments.caffold, arguments.folder, 2 * arguments.rounds + 1, notes)
    export = exports.section(arguments.caffold, arguments.folder, arguments.rounds, notes)
    verify = executing.measure_verify(arguments, notes)
    products = executing.measure_products(arguments.folder, notes)
    if not plots.files(files, arguments.output / "results.svg"):
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
        "`fold --definition-only`, start to end, writing and report included: wall, processor time per layer",
        "beyond that of a net of 8 layers, memory. No two layers of the net `varied` are written alike.",
        "",
    ]
    lines += [*planning_table(planning), "", *thousand]
    lines += ["## Text", "", *text]
    lines += inference
    lines += export
    lines += verify
    lines += products
    (arguments.output / "RESULTS.md").write_text("\n".join(lines).rstrip() + "\n")
    print(f"wrote {arguments.output / 'RESULTS.md'}", file=sys.stderr)


if __name__ == "__main__":
    main()
