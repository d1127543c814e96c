"""Writes inputs of the nets of ../shared/models and what the executor makes of them: FOLDER.

For each net definition a folder with `inputs.npz` and `expected.npz`. A process of its own, because both the
tests and the benchmarks have a module `nets`.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "Oracles" / "support"), str(ROOT / "Tests" / "Oracles")]

import conftest  # noqa: E402
import numpy as np  # noqa: E402
import probe  # noqa: E402
import real_models  # noqa: E402


def main() -> None:
    for definition in sorted((conftest.SHARED / "models").glob("*/deploy*.prototxt")):
        weights = definition.parent / "model.caffemodel"
        name = definition.parent.name + definition.stem.removeprefix("deploy")
        folder = pathlib.Path(sys.argv[1], name)
        folder.mkdir(parents=True, exist_ok=True)
        inputs = real_models.inputs(definition)
        np.savez(folder / "inputs.npz", **inputs)
        outputs = probe.run_files(definition, weights, inputs)
        np.savez(folder / "expected.npz", **{blob: value for _, blob, value in outputs})
        print(f"{name}\t{definition}\t{weights}", flush=True)


main()
