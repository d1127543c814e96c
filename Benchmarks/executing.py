"""The executor beside others: `verify` beside OpenCV, the matrix product beside OpenBLAS."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import models
import plots
from tool import fold, has, mebibytes, seconds

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def verified_nets(folder: Path) -> list[tuple[str, Path, Path]]:
    """The generated nets of published sizes, and the public ones where they are there."""
    found = [(name, *models.generate(folder, name)) for name in ("ResNet-50", "MobileNet")]
    for net in sorted((ROOT.parent / "shared" / "models").glob("*/")):
        # OpenCV reads no `DepthwiseConvolution`; the same net written with groups is beside it.
        derived = net / "deploy_derived.prototxt"
        definition = derived if derived.exists() else net / "deploy.prototxt"
        found.append((net.name, definition, net / "model.caffemodel"))
    return found


def measure_verify(arguments: argparse.Namespace, notes: list[str]) -> list[str]:
    """What the proof of a whole net costs: `verify` beside OpenCV's forward passes."""
    caffold, folder, rounds = arguments.caffold, arguments.folder, arguments.rounds
    if not has("cv2", notes, "`verify` beside OpenCV"):
        return []
    lines = [
        "| net | OpenCV, both nets | a sample | ratio | double, to single | whole run | ratio | memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    version = ""
    rows: list[tuple[str, dict]] = []
    for name, definition, weights in verified_nets(folder):
        print(f"verify of {name} …", file=sys.stderr)
        tool = fold(caffold, definition, weights, folder / "verified")
        tool.run()
        command = [sys.executable, str(HERE / "verifying.py"), str(definition), str(weights)]
        command += [*map(str, tool.output), "--caffold", caffold, "--rounds", str(rounds)]
        command += ["--measure", tool.measure]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if run.returncode != 0:
            notes.append(f"OpenCV does not load `{name}`, so `verify` was not measured on it.")
            continue
        facts = json.loads(run.stdout)
        rows.append((name, facts))
        version = facts["opencv"]
        times, ratios = facts["seconds"], facts["ratios"]
        lines.append(
            f"| {name} | {seconds(times['opencv'])} | {seconds(times['sample'])} | {ratios['opencv']:.2f} "
            f"| {ratios['double']:.2f} | {seconds(times['whole'])} | {ratios['whole']:.2f} "
            f"| {mebibytes(facts['memory'])} |"
        )
    head = (
        f"`caffold verify` of a net and its fold, beside OpenCV {version}'s forward passes of both without "
        f"its fusion, all cores: medians of {rounds} rounds in turn, ratios paired by round. A sample is "
        "both forward passes and the comparison of every blob; double precision is measured on it. The whole "
        "run starts the process and reads the files, and has two more samples, ten times and a hundred times "
        "as large, on smaller inputs where the nets take them."
    )
    picture = []
    if plots.verify(rows, arguments.output / "verify.svg"):
        picture = ["![A sample and a whole run, to OpenCV's forward passes](verify.svg)", ""]
    else:
        notes.append("The plot of `verify` was not drawn: the package `matplotlib` is not installed.")
    return ["## Verify", "", head, "", *lines, "", *picture]


def measure_products(folder: Path, notes: list[str]) -> list[str]:
    """The matrix product alone, beside OpenBLAS's."""
    if shutil.which("clang") is None:
        notes.append("The matrix product was left out: there is no `clang`.")
        return []
    sources = sorted((ROOT / "Sources" / "CArithmetic").glob("*.c"))
    binary = folder / "sgemm"
    include = ROOT / "Sources" / "CArithmetic" / "include"
    words = [
        "clang",
        "-O2",
        "-I",
        include,
        HERE / "sgemm.c",
        *sources,
        "-lopenblas",
        "-lpthread",
        "-o",
        binary,
    ]
    made = subprocess.run([str(word) for word in words], stderr=subprocess.PIPE, text=True)
    if made.returncode != 0:
        notes.append(
            "The matrix product was left out: OpenBLAS is not installed (apt-get install libopenblas-dev)."
        )
        return []
    print("matrix products …", file=sys.stderr)
    one = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run([str(binary), "1"], stdout=subprocess.PIPE, text=True, check=True, env=one)
    head = (
        "The products of ResNet-50, one thread, packing included, GFLOP/s: medians of 25 rounds in turn, "
        "processor time. The last column is OpenBLAS's time in terms of caffold's."
    )
    table = ["| product | caffold | OpenBLAS | |", "|---|---|---|---|", *run.stdout.splitlines()]
    return ["## Matrix product", "", head, "", *table, ""]
