"""`caffold verify` of a net and an ONNX file: right ones, wrong ones, and those that other programs wrote."""

import caffold
import numpy as np
import onnx
import onnx_files
import pytest
from caffold import DIGITS
from onnx import numpy_helper


@pytest.fixture
def model(command, tmp_path):
    path = tmp_path / "digits.onnx"
    onnx_files.export(*DIGITS, path)
    return path


def verify(path, *flags):
    return caffold.run("verify", *DIGITS, path, "--format", "json", *flags)


def test_a_right_file_is_equal(model):
    result = verify(model)
    assert (result.code, result.document["verdict"]) == (0, "equal")
    assert {"prob", "fc2"} <= {blob["name"] for blob in result.document["blobs"]}


def test_a_weight_that_is_off_is_found(model):
    graph = onnx.load(model)
    weights = next(w for w in graph.graph.initializer if w.name.startswith("fc2"))
    values = numpy_helper.to_array(weights).copy()
    values[0] += 0.5
    weights.CopyFrom(numpy_helper.from_array(values, weights.name))
    onnx.save(graph, model)
    result = verify(model)
    assert (result.code, result.document["verdict"]) == (1, "different")
    assert result.document["firstDivergence"] == "fc2"


def test_other_names_are_matched_by_their_order(model):
    graph = onnx.load(model)
    for node in graph.graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                names[place] = {"data": "input.1", "prob": "output.1"}.get(name, name)
    graph.graph.input[0].name = "input.1"
    graph.graph.output[0].name = "output.1"
    onnx.save(graph, model)
    assert verify(model).code == 0


def test_a_blob_may_be_what_it_was_before_it_was_written_over(model):
    """Other converters give a convolution's value the name of its blob, and the ReLU's in place another."""
    graph = onnx.load(model)
    relu = next(node for node in graph.graph.node if node.op_type == "Relu")
    before, after = relu.input[0], relu.output[0]
    for node in graph.graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                names[place] = {before: after, after: "behind"}.get(name, name)
    onnx.save(graph, model)
    result = verify(model)
    assert (result.code, result.document["verdict"]) == (0, "equal")
    assert after in {blob["name"] for blob in result.document["blobs"]}


def test_a_dropout_drops_nothing(model):
    graph = onnx.load(model)
    last = graph.graph.node[-1]
    graph.graph.node.insert(
        len(graph.graph.node) - 1, onnx.helper.make_node("Dropout", [last.input[0]], ["kept"])
    )
    last.input[0] = "kept"
    onnx.save(graph, model)
    assert verify(model).code == 0
    graph.graph.node[-2].input.extend(["", "training"])
    graph.graph.initializer.append(numpy_helper.from_array(np.array(True), "training"))
    onnx.save(graph, model)
    result = caffold.run("verify", *DIGITS, model)
    assert result.code == 2
    assert "expected false for the input 'training_mode', found true" in result.stderr


def test_an_operator_that_nobody_knows_is_named(model):
    graph = onnx.load(model)
    graph.graph.node[-1].domain = "org.example"
    graph.opset_import.append(onnx.helper.make_opsetid("org.example", 1))
    onnx.save(graph, model)
    result = caffold.run("verify", *DIGITS, model)
    assert result.code == 2
    assert "its operator is of the domain 'org.example'" in result.stderr


def test_an_input_that_the_net_lacks_is_named(model):
    graph = onnx.load(model)
    graph.graph.input.append(onnx.helper.make_tensor_value_info("mask", onnx.TensorProto.FLOAT, [1]))
    onnx.save(graph, model)
    result = caffold.run("verify", *DIGITS, model)
    assert result.code == 2
    assert "has the input 'mask', which the net does not have" in result.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["x.caffemodel"], "an ONNX file has its own weights"),
        (["--double"], "--double is for nets"),
        (["--samples", "3"], "--samples is for nets"),
    ],
)
def test_options_that_do_not_fit_are_said(model, flags, message):
    result = caffold.run("verify", *DIGITS, model, *flags)
    assert result.code == 64
    assert message in result.stderr


def test_values_from_a_file(model, tmp_path):
    np.save(tmp_path / "data.npy", np.ones((1, 1, 8, 8), np.float32))
    result = verify(model, "--input", tmp_path / "data.npy")
    assert (result.code, result.document["samples"]) == (0, 1)
