"""How long `caffold verify` takes beside OpenCV's forward passes of the same two nets; prints JSON.

Both use all cores, OpenCV without its own fusion. `verify` starts a process, reads files and draws inputs,
too: what one sample more costs is both forward passes and the comparison of every blob. All are run in turn,
round after round, and a ratio is that of one round.
"""

import argparse
import json
import math
import re
import statistics
import time
from pathlib import Path

import cv2
import numpy as np
from tool import Tool

# A longer run has more samples: so many that they take this many seconds, since the time of the start varies.
SECONDS = 0.4
FEWEST, MOST = 4, 1000


def forward(net: cv2.dnn.Net, picture: np.ndarray) -> float:
    names = net.getUnconnectedOutLayersNames()
    net.setInput(picture)
    start = time.perf_counter()
    net.forward(names)
    return time.perf_counter() - start


def verify(command: list[str]) -> tuple[float, int]:
    """Wall time and peak memory in bytes."""
    tool = Tool("verify", command, [])
    tool.run()
    return tool.wall, tool.memory


def shape(definition: Path) -> list[int]:
    """The shape of the only input, whichever way the definition writes it."""
    return [int(size) for size in re.findall(r"\b(?:input_dim|dim)\s*:\s*(\d+)", definition.read_text())[:4]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", nargs=2, metavar="FILE")
    parser.add_argument("after", nargs=2, metavar="FILE")
    parser.add_argument("--caffold", required=True)
    parser.add_argument("--measure", required=True, help="the program of measure.c")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_intermixed_args()
    Tool.measure = arguments.measure
    picture = np.random.default_rng(1).standard_normal(shape(Path(arguments.before[0])), dtype=np.float32)
    nets = []
    for files in (arguments.before, arguments.after):
        net = cv2.dnn.readNetFromCaffe(*files)
        net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
        net.enableFusion(False)
        # The first run sets up memory.
        forward(net, picture)
        nets.append(net)
    command = [arguments.caffold, "verify", *arguments.before, *arguments.after]
    kinds = {"single": [], "double": ["--double"]}
    opencv, whole, memory = [], [], 0
    samples: dict[str, list[float]] = {kind: [] for kind in kinds}
    first, few = verify(command)[0], verify([*command, "--samples", str(1 + FEWEST)])[0]
    more = min(MOST, max(FEWEST, math.ceil(SECONDS * FEWEST / max(few - first, 1e-4))))
    for _ in range(arguments.rounds):
        opencv.append(sum(forward(net, picture) for net in nets))
        for kind, flags in kinds.items():
            once, peak = verify([*command, *flags])
            longer, _ = verify([*command, *flags, "--samples", str(1 + more)])
            samples[kind].append((longer - once) / more)
            if kind == "single":
                whole.append(once)
                memory = max(memory, peak)
    ratios = {
        "opencv": [own / theirs for own, theirs in zip(samples["single"], opencv)],
        "double": [wide / single for wide, single in zip(samples["double"], samples["single"])],
        "whole": [own / theirs for own, theirs in zip(whole, opencv)],
    }
    seconds = {"opencv": opencv, "sample": samples["single"], "whole": whole}
    print(
        json.dumps(
            {
                "seconds": {name: statistics.median(values) for name, values in seconds.items()},
                "ratios": {name: statistics.median(values) for name, values in ratios.items()},
                "memory": memory,
                "opencv": cv2.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
