"""Layers that only definitions describe: the command and onnxruntime against NumPy, on random cases."""

import re

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


def run(model, weights, inputs, folder):
    done = caffold.run("run", model, weights, "--input", inputs, "--outputs", folder / "made.npz")
    assert done.code == 0, done.stderr
    return np.load(folder / "made.npz")


#: Fields of a fork that look like misspelt ones of Caffe's.
FIELDS = {
    "PoolingSK": """
message LayerParameter { optional PoolingParameter pooling_param = 121; }
message PoolingParameter {
  optional uint32 kstride = 1001;
  optional uint32 kstride_h = 1002;
  optional uint32 kstride_w = 1003;
}
"""
}


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
    ours = net.check(run(model, weights, inputs, tmp_path), TOLERANCE)
    path, proto = tmp_path / "net.onnx", tmp_path / "fork.proto"
    proto.write_text(FIELDS.get(kind, ""))
    schema_flags = ("--proto", proto) if kind in FIELDS else ()
    onnx_files.export(model, weights, path, "--no-fold", *schema_flags)
    onnx_files.check(path)
    others = net.check(onnx_files.run(path, net.inputs), TOLERANCE)
    record_property("figures", (kind, f"{COUNT} cases: worst {ours:.1e}, onnxruntime {others:.1e}"))


@pytest.mark.parametrize("kind", ["CONVOLUTION3D", "POOLING3D"])
def test_the_syntax_of_old(kind, tmp_path):
    """The nets of C3D's version 1.0: `layers`, words for types, and the messages of planar layers."""
    cases = [fork_layers.MAKERS[kind](layer_cases.Random(seed)) for seed in range(COUNT)]
    net = layer_cases.Net(kind, [case for case in cases if "3d_param" not in case.text])
    assert len(net.cases) >= 5
    text = net.definition.decode().replace(f'type: "{kind}"', f"type: {kind}").splitlines()
    given = [line for line in text if 'type: "Input"' in line]
    shapes = [re.search(r'name: "(\w+)".*input_param { (shape .*}) } }', line).groups() for line in given]
    lines = [f'input: "{name}" input_{shape}' for name, shape in shapes]
    lines += [line.replace("layer {", "layers {", 1) for line in text if line not in given]
    model, weights, inputs = (tmp_path / f"net.{end}" for end in ("prototxt", "caffemodel", "npz"))
    model.write_text("\n".join(lines))
    bare = schema.NetParameter(layer=[{"name": "l0", "type": kind}])
    weights.write_bytes(net.weights or bare.SerializeToString())
    np.savez(inputs, **net.inputs)
    net.check(run(model, weights, inputs, tmp_path), TOLERANCE)
