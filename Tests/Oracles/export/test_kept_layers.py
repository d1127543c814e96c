"""`caffold export --keep-unknown`: a layer that no operators say is a node for a runtime that has an
implementation of it."""

import caffe_schema as schema
import numpy as np
import onnx
import onnx_files
import pytest
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

NET = """
input: "data" input_shape { dim: 2 dim: 3 dim: 4 dim: 4 }
layer { name: "relu" type: "ReLU" bottom: "data" top: "a" }
layer { name: "clip" type: "VendorClip" bottom: "a" top: "v"
  vendor_param { low: 0.25 high: 1.5 steps: 3 steps: 4 } }
layer { name: "twice" type: "Power" bottom: "v" top: "out" power_param { scale: 2 } }
"""


class VendorClip(OpRun):
    """min(max(x · factor per channel, low), high)."""

    op_domain = "caffe"

    def _run(self, x, factor, **attributes):
        low, high = attributes["vendor_param.low"], attributes["vendor_param.high"]
        return (np.clip(x * factor.reshape(1, -1, 1, 1), low, high).astype(np.float32),)


@pytest.fixture
def net(tmp_path):
    (tmp_path / "net.prototxt").write_text(NET)
    weights = schema.NetParameter()
    blob = weights.layer.add(name="clip", type="VendorClip").blobs.add(data=[1, 2, 3])
    blob.shape.dim.append(3)
    (tmp_path / "net.caffemodel").write_bytes(weights.SerializeToString())
    return tmp_path / "net.prototxt", tmp_path / "net.caffemodel"


def test_a_runtime_with_an_implementation_runs_the_file(command, net, tmp_path):
    path = tmp_path / "net.onnx"
    report = onnx_files.export(*net, path, "--keep-unknown", "--input-shape", "v=2,3,4,4")
    assert [layer["name"] for layer in report["layers"] if layer["kept"]] == ["clip"]
    assert report["proof"]["proven"]
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    node = next(node for node in model.graph.node if node.domain == "caffe")
    assert {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute} == {
        "vendor_param.low": 0.25,
        "vendor_param.high": 1.5,
        "vendor_param.steps": [3, 4],
    }
    data = np.random.default_rng(0).normal(size=(2, 3, 4, 4)).astype(np.float32)
    (found,) = ReferenceEvaluator(model, new_ops=[VendorClip]).run(["out"], {"data": data})
    factor = np.float32([1, 2, 3]).reshape(1, 3, 1, 1)
    assert np.array_equal(found, 2 * np.clip(np.maximum(data, 0) * factor, 0.25, 1.5))


def test_without_a_shape_the_message_says_which(command, net, tmp_path):
    said = onnx_files.export(*net, tmp_path / "net.onnx", "--keep-unknown", code=2)
    assert "nothing says the shape of 'v'; give --input-shape 'v=1,3,224,224'" in said
    assert not (tmp_path / "net.onnx").exists()
