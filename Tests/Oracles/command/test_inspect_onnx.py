"""`caffold inspect` of ONNX files: figures by hand, shapes as onnx infers them, open batches, faults."""

import numpy as np
import onnx
from inspect_runs import inspect, validate


def onnx_net(path, batch=2):
    """Two convolutions, one of half-precision weights by way of a Cast, and a matrix product."""
    rng = np.random.default_rng(3)
    tensors = {
        "w1": rng.standard_normal((4, 3, 3, 3)).astype(np.float32),
        "b1": np.zeros(4, np.float32),
        "half": rng.standard_normal((2, 4, 1, 1)).astype(np.float16),
        "shape": np.array([0, -1], np.int64),
        "matrix": rng.standard_normal((32, 5)).astype(np.float32),
    }
    nodes = [
        onnx.helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], name="first", strides=[2, 2], pads=[1] * 4),
        onnx.helper.make_node("Relu", ["c1"], ["r1"]),
        onnx.helper.make_node("Cast", ["half"], ["w2"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("Conv", ["r1", "w2"], ["c2"], name="second"),
        onnx.helper.make_node("Reshape", ["c2", "shape"], ["flat"]),
        onnx.helper.make_node("MatMul", ["flat", "matrix"], ["y"]),
    ]
    graph = onnx.helper.make_graph(
        nodes, "g",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [batch, 3, 8, 8])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in tensors.items()],
    )  # fmt: skip
    opset = onnx.helper.make_opsetid("", 17)
    onnx.save(onnx.helper.make_model(graph, producer_name="here", ir_version=8, opset_imports=[opset]), path)
    return path


def test_onnx_file(command, tmp_path):
    document = inspect(command, onnx_net(tmp_path / "net.onnx"))
    validate(document, tmp_path)
    rows = {layer["name"]: layer for layer in document["layers"]}
    # A node without a name has that of its first output.
    assert list(rows) == ["first", "r1", "w2", "second", "flat", "y"]
    # By hand: output numbers times the numbers of a filter.
    macs = {"first": 2 * 4 * 4 * 4 * 27, "second": 2 * 2 * 4 * 4 * 4, "y": 2 * 32 * 5}
    assert {name: row["multiplyAdds"] for name, row in rows.items() if row["multiplyAdds"]} == macs
    parameters = {"first": 112, "w2": 8, "y": 160}
    assert {name: row["parameters"] for name, row in rows.items() if row["parameters"]} == parameters
    assert document["outputs"] == [{"name": "y", "shape": [2, 5]}]
    assert document["onnx"] == {
        "irVersion": 8, "opsets": [{"domain": "", "version": 17}], "producer": "here", "openBatches": [],
        "unread": [],
    }  # fmt: skip
    # The input, and both sides of the first convolution, are there at once.
    assert document["peak"] == {"bytes": 4 * 2 * (3 * 64 + 4 * 16), "layer": "first"}
    table = command.run("inspect", tmp_path / "net.onnx").stdout
    assert table.startswith("node ")
    assert "ONNX: format version 8, operator set 17, written by here\n" in table


def test_onnx_shapes_are_those_that_onnx_infers(command, tmp_path):
    path = onnx_net(tmp_path / "net.onnx")
    inferred = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True)
    shapes = {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in [*inferred.graph.value_info, *inferred.graph.output]
    }
    tops = [top for layer in inspect(command, path)["layers"] for top in layer["tops"]]
    assert {top["name"]: top["shape"] for top in tops} == shapes


def test_onnx_open_batch(command, tmp_path):
    path = onnx_net(tmp_path / "net.onnx", batch="N")
    document = inspect(command, path)
    assert document["onnx"]["openBatches"] == ["x"]
    assert document["outputs"][0]["shape"] == [1, 5]
    document = inspect(command, path, "--input-shape", "7,3,8,8")
    assert document["onnx"]["openBatches"] == []
    assert document["outputs"][0]["shape"] == [7, 5]
    assert "batch of 'x' open; shown for 1" in command.run("inspect", path).stdout


def test_onnx_node_that_cannot_be_run(command, tmp_path):
    model = onnx.load(onnx_net(tmp_path / "net.onnx"))
    model.graph.node[3].domain = "com.example"
    onnx.save(model, tmp_path / "other.onnx")
    document = inspect(command, tmp_path / "other.onnx")
    assert not document["complete"]
    assert [layer["obstacle"] is None for layer in document["layers"]] == [True] * 3 + [False] + [True] * 2
    assert document["layers"][3]["type"] == "com.example.Conv"
    assert document["layers"][4]["tops"] == [{"name": "flat", "shape": None}]
    assert command.run("inspect", tmp_path / "other.onnx").code == 0
    (tmp_path / "cut.onnx").write_bytes((tmp_path / "net.onnx").read_bytes()[:100])
    assert command.run("inspect", tmp_path / "cut.onnx").code == 2
    assert command.run("inspect", tmp_path / "net.onnx", tmp_path / "net.caffemodel").code == 64
    refused = command.run("inspect", tmp_path / "net.onnx", "--phase", "TRAIN")
    assert refused.code == 64
    assert "--proto are for a net definition; " in refused.stderr
    assert "is an ONNX file" in refused.stderr


def test_a_net_and_its_export_cost_the_same(command, tmp_path):
    """Folded, then exported: the same parameters and products."""
    assert command.run("fold", *command.DIGITS, "-o", tmp_path).code == 0
    assert command.run("export", *command.DIGITS, "-o", tmp_path / "net.onnx").code == 0
    folded = inspect(command, *(tmp_path / file.name for file in command.DIGITS))["totals"]
    exported = inspect(command, tmp_path / "net.onnx")["totals"]
    for key in ("parameters", "multiplyAdds"):
        assert folded[key] == exported[key]
