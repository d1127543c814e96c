"""Converts a Caffe net for MNN and runs it: MODEL WEIGHTS INPUTS.npz OUTPUTS.npz [--exact]."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tests" / "Oracles" / "support"))
import mnn_runs


def main() -> None:
    model, weights, inputs, outputs = sys.argv[1:5]
    try:
        net, size = mnn_runs.converted(model, weights)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    session = mnn_runs.session(net, threads=2, exact="--exact" in sys.argv)
    given = dict(np.load(inputs))
    if set(net.getSessionOutputAll(session)) <= set(given):
        sys.exit(f"error: the converter wrote an empty model of {size} bytes")
    print("loaded", flush=True)
    np.savez(outputs, **mnn_runs.run(net, session, given))


main()
