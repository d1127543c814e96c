"""Layers that only definitions describe: the command and onnxruntime against NumPy, on random cases."""

import caffe_schema as schema
import caffold
import fork_layers
import layer_cases
import numpy as np
import onnx_files
import pytest

#: Cases of each type.
COUNT = 24
TOLERANCE = 1e-5


@pytest.mark.parametrize("kind", fork_layers.MAKERS)
def test_type(kind, tmp_path, record_property):
    cases = [fork_layers.MAKERS[kind](layer_cases.Random(seed)) for seed in range(COUNT)]
    net = layer_cases.Net(kind, cases)
    model, weights, inputs = (tmp_path / f"net.{end}" for end in ("prototxt", "caffemodel", "npz"))
    model.write_bytes(net.definition)
    # A file of weights names a layer at least.
    bare = schema.NetParameter(layer=[{"name": "l0", "type": kind}])
    weights.write_bytes(net.weights or bare.SerializeToString())
    np.savez(inputs, **net.inputs)
    done = caffold.run("run", model, weights, "--input", inputs, "--outputs", tmp_path / "made.npz")
    assert done.code == 0, done.stderr
    ours = net.check(np.load(tmp_path / "made.npz"), TOLERANCE)
    path = tmp_path / "net.onnx"
    onnx_files.export(model, weights, path, "--no-fold")
    onnx_files.check(path)
    others = net.check(onnx_files.run(path, net.inputs), TOLERANCE)
    record_property("figures", (kind, f"{COUNT} cases: worst {ours:.1e}, onnxruntime {others:.1e}"))
