"""Random nets, exported and run by onnxruntime, against the executor.

CAFFOLD_RANDOM_NETS=5000 runs more of them.

A failing net is written out by `python3 support/netgen.py SEED FOLDER`.
"""

import os

import netgen
import onnx_files
import probe
import pytest

COUNT = int(os.environ.get("CAFFOLD_RANDOM_NETS", "300"))
#: Nets of one test.
SHARE = 10


@pytest.mark.parametrize("first", range(0, COUNT, SHARE))
def test_random_nets(first, tmp_path, record_property):
    worst = 0.0
    for seed in range(first, min(first + SHARE, COUNT)):
        sample = netgen.sample(seed)
        model, weights, path = (tmp_path / f"net.{end}" for end in ("prototxt", "caffemodel", "onnx"))
        model.write_bytes(sample.definition)
        weights.write_bytes(sample.weights)
        # Both as the folded net and as it is, in the oldest and in a new operator set.
        flags = [[], ["--no-fold"], ["--opset", "13"], ["--opset", "28"]][seed % 4]
        onnx_files.export(model, weights, path, *flags)
        onnx_files.check(path)
        expected = probe.run(sample.definition, sample.weights, sample.inputs)
        made = onnx_files.run(path, sample.inputs)
        assert made.keys() == expected.keys(), f"seed {seed}"
        for name, value in expected.items():
            error = onnx_files.relative(made[name], value)
            assert error <= 1e-4, f"seed {seed}: '{name}' is off by {error:.1e}"
            worst = max(worst, error)
    record_property("figures", (f"seeds {first:4} to {first + SHARE - 1:4}", f"worst {worst:.1e}"))
