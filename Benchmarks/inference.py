"""How long OpenCV takes for a net before and after the fold, with its own fusion off and on; prints JSON.

All four are run in turn, round after round, on the same picture of noise and on one thread, whose processor
time hardly depends on what else the machine does.
"""

import argparse
import json
import statistics
import time

import cv2
import numpy as np


def net(definition: str, weights: str, fusion: bool) -> cv2.dnn.Net:
    loaded = cv2.dnn.readNetFromCaffe(definition, weights)
    loaded.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    loaded.enableFusion(fusion)
    return loaded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", nargs=2, metavar="FILE")
    parser.add_argument("after", nargs=2, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_intermixed_args()
    cv2.setNumThreads(1)
    picture = np.random.default_rng(1).standard_normal((1, 3, 224, 224), dtype=np.float32)
    nets = {
        f"{when}, fusion {'on' if fusion else 'off'}": net(*files, fusion)
        for fusion in (False, True)
        for when, files in (("before", arguments.before), ("after", arguments.after))
    }
    times: dict[str, list[float]] = {name: [] for name in nets}
    outputs = {}
    for index in range(arguments.rounds + 2):
        for name, loaded in nets.items():
            loaded.setInput(picture)
            start = time.process_time()
            outputs[name] = loaded.forward()
            # The first runs set up memory.
            if index >= 2:
                times[name].append(time.process_time() - start)
    first = next(iter(outputs.values()))
    difference = max(float(np.abs(output - first).max()) for output in outputs.values())
    print(
        json.dumps(
            {
                "milliseconds": {name: statistics.median(values) * 1000 for name, values in times.items()},
                "difference": difference / float(np.abs(first).max()),
                "opencv": cv2.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
