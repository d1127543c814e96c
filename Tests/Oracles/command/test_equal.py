"""'Equal' after reports of users: what is compared of two nets, and what is said where nothing can be."""

import pathlib

import nets
import numpy as np
import pytest
from small_nets import batch_norm, conv, files, layer, normal, pair_of, scale, written

REPORTS = pathlib.Path(__file__).parents[2] / "Fixtures" / "reports"
#: Of a layer that no net here has.
SOME_WEIGHTS = pair_of(conv("elsewhere", "data"), {"elsewhere": [normal(4, 3, 3, 3), normal(4)]})[1]


def test_a_fold_into_the_bottoms_of_a_concat_is_equal(command, tmp_path):
    folder = REPORTS / "concat-affine-verify"
    pair = folder / "net.prototxt", folder / "net.caffemodel"
    result = command.run("fold", *pair, "-o", tmp_path, "--verify", "--format", "json")
    assert result.code == 0, result.stderr
    assert result.document["check"]["compared"] == 1
    assert result.document["verification"]["verdict"] == "equal"
    result = command.run("verify", *pair, *written(tmp_path), "--format", "json")
    assert result.code == 0
    assert [b["name"] for b in result.document["blobs"] if b["madeOtherwise"]] == ["a", "b"]
    # A Concat whose parts are wrong is still found.
    weights = nets.decode_file(written(tmp_path)[1])
    first = next(one for one in weights.layer if one.name == "a")
    first.blobs[0].data[0] *= 1.01
    wrong = tmp_path / "wrong.caffemodel"
    wrong.write_bytes(weights.SerializeToString())
    assert command.run("verify", *pair, written(tmp_path)[0], wrong).code == 1


def test_nothing_but_inputs_is_nothing(command, tmp_path):
    pair = files(tmp_path, layer("VendorThing", "v", "data"), {})
    pair[1].write_bytes(SOME_WEIGHTS)
    result = command.run("verify", *pair, *pair)
    assert result.code == 1
    assert result.stderr.endswith(
        "nothing could be compared: no blob that a layer computes was computed in both nets\n"
    )


def test_an_output_that_cannot_be_compared_is_not_equal(command, tmp_path):
    text = (
        conv("c", "data")
        + layer("VendorThing", "v", "c")
        + layer("InnerProduct", "fc", "v", None, "inner_product_param { num_output: 2 }")
    )
    pair = files(tmp_path, text, {"c": [normal(4, 3, 3, 3), normal(4)], "fc": [normal(2, 5), normal(2)]})
    result = command.run("verify", *pair, *pair)
    assert result.code == 1
    assert "not equal: an output could not be compared: 'fc'; 2 blobs agree within 1.0e-4\n" in result.stderr
    assert command.run("verify", *pair, *pair, "--input-shape", "v=1,5").code == 0


def test_layers_without_their_blobs_are_an_error(command, tmp_path):
    text = conv("c", "data") + conv("d", "c")
    model, weights = files(tmp_path, text, {"c": [normal(4, 3, 3, 3), normal(4)]})
    result = command.run("verify", model, weights, model, weights)
    assert result.code == 2
    assert result.stderr == (
        f"{weights}: error: has no blobs for Convolution 'd'; the net cannot be run without them\n"
    )


def test_weights_of_another_net_are_an_error(command, tmp_path):
    (tmp_path / "other").mkdir()
    model, _ = files(tmp_path, conv("c", "data") + batch_norm("bn", "c"), {})
    _, weights = files(tmp_path / "other", conv("x", "data"), {"x": [normal(4, 3, 3, 3), normal(4)]})
    sentence = (
        f"{weights}: error: has blobs for none of the net's layers, such as Convolution 'c'; its blobs are "
        "for 'x'; give the weights of this net\n"
    )
    for arguments in (
        ["verify", model, weights] * 1 + [model, weights],
        ["fold", model, weights, "-o", tmp_path / "o"],
    ):
        result = command.run(*arguments)
        assert result.code == 2
        assert result.stderr == sentence
    assert not (tmp_path / "o").exists()


def test_notes_about_layers_of_one_type_are_one(command, tmp_path):
    text = conv("c", "data") + "".join(
        layer("VendorThing", f"v{i}", "c" if i == 0 else f"v{i - 1}") for i in range(9)
    )
    pair = files(tmp_path, text, {"c": [normal(4, 3, 3, 3), normal(4)]})
    result = command.run("verify", *pair, *pair)
    lines = [line for line in result.stderr.splitlines() if "VendorThing" in line and "cannot be run" in line]
    assert len(lines) <= 3
    assert any("7 more layers of type VendorThing cannot be run here either" in line for line in lines), lines


def test_shapes_are_asked_for_at_once_and_only_where_they_matter(command, tmp_path):
    text = (
        'input: "a"\ninput: "b"\ninput: "label"\n'
        + layer("Eltwise", "s", "a b")
        + layer("SoftmaxWithLoss", "loss", "s label")
    )
    model, weights = tmp_path / "net.prototxt", tmp_path / "net.caffemodel"
    model.write_text(text)
    weights.write_bytes(SOME_WEIGHTS)
    result = command.run("verify", model, weights, model, weights)
    assert result.code == 2
    assert result.stderr == (
        f"{model}: error: does not say the shapes of its inputs 'a' and 'b'; give --input-shape "
        "a=1,3,224,224 --input-shape b=1,3,224,224\n"
    )
    shapes = ["--input-shape", "a=1,5", "--input-shape", "b=1,5"]
    result = command.run("verify", model, weights, model, weights, *shapes)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize(
    "data",
    [
        'layer { name: "d" type: "DummyData" top: "data" '
        "dummy_data_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }",
        'layer { name: "d" type: "DummyData" top: "data" '
        "dummy_data_param { num: 1 channels: 3 height: 8 width: 8 } }",
        'layer { name: "d" type: "MemoryData" top: "data" top: "label" '
        "memory_data_param { batch_size: 1 channels: 3 height: 8 width: 8 } }",
    ],
)
def test_data_layers_say_their_shapes(command, tmp_path, data):
    model, weights = files(tmp_path, conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    model.write_text(data + "\n" + conv("c", "data"))
    result = command.run("verify", model, weights, model, weights, "--format", "json")
    assert result.code == 0, result.stderr
    shapes = {blob["name"]: blob["shape"] for blob in result.document["blobs"]}
    assert shapes["c"] == [1, 4, 6, 6]


def test_with_nothing_rewritten_nothing_is_run(command, tmp_path):
    """The net has no shapes: it could not be run."""
    model, weights = tmp_path / "net.prototxt", tmp_path / "net.caffemodel"
    model.write_text('input: "data"\n' + layer("ReLU", "r", "data"))
    weights.write_bytes(SOME_WEIGHTS)
    result = command.run("fold", model, weights, "-o", tmp_path / "o", "--verify")
    assert result.code == 0, result.stderr


def test_indices_of_ties_are_no_difference(command, tmp_path):
    """A Scale with factors of 1/3, folded: maxima that were equal are equal but for rounding."""
    text = (
        conv("c", "data", out=6, kernel=1, more="bias_term: false")
        + scale("s", "c", bias=False)
        + layer("ArgMax", "best", "s", None, "argmax_param { axis: 1 }")
        + layer("Power", "after", "best", None, "power_param { scale: 100 }")
    )
    # All channels hold the same but for the order of the rounding.
    weights = np.repeat(normal(1, 3, 1, 1), 6, axis=0)
    factors = np.float32([1, 3, 7, 9, 11, 13])
    blobs = {"c": [weights * factors.reshape(6, 1, 1, 1)], "s": [np.float32(1) / factors]}
    pair = files(tmp_path, text, blobs)
    result = command.run("fold", *pair, "-o", tmp_path / "o", "--verify", "--format", "json")
    assert result.code == 0, result.stderr
    ties = result.document["verification"]["ties"]
    assert [tie["blob"] for tie in ties] == ["best"]
    assert ties[0]["numbers"] > 0


@pytest.mark.parametrize("tolerance", ["1", "inf", "1e300", "nan"])
def test_a_tolerance_that_makes_all_equal_is_refused(command, tmp_path, tolerance):
    pair = files(tmp_path, conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    sentence = "--tolerance must be at least 0 and below 1: at 1, zeros would be equal to any numbers"
    for arguments in (
        ["verify", *pair, *pair],
        ["fold", *pair, "-o", tmp_path / "o"],
        ["export", *pair, "-o", tmp_path / "o.onnx"],
        ["diff", pair[1], pair[1]],
        ["rules", "prove"],
    ):
        result = command.run(*arguments, "--tolerance", tolerance)
        assert result.code == 64
        assert sentence in result.stderr
    assert command.run("compare", *pair, "--outputs", tmp_path, "--tolerance", tolerance).code == 64


# MARK: Nothing to compare

#: Layers whose outputs hold no finite number, whatever the input.
NUMBERLESS = {
    "not a number": "power_param { power: 0.5 scale: 0 shift: -1 }",
    "infinite": "power_param { power: 2 scale: 0 shift: 1e38 }",
}


@pytest.mark.parametrize("name", NUMBERLESS)
def test_outputs_without_a_finite_number_are_not_equal(command, tmp_path, name):
    text = conv("c", "data") + layer("Power", "p", "c", None, NUMBERLESS[name])
    pair = files(tmp_path, text, {"c": [normal(4, 3, 3, 3), normal(4)]})
    result = command.run("verify", *pair, *pair)
    assert result.code == 1
    assert result.stderr.endswith(
        "note: not compared, since no number is finite in either net: 'p'\n"
        "not equal: an output could not be compared: 'p'; 2 blobs agree within 1.0e-4\n"
    )
    result = command.run("verify", *pair, *pair, "--format", "json")
    assert result.document["withoutNumbers"] == ["p"]
    assert result.document["uncomparedOutputs"] == ["p"]
    assert not result.document["equal"]
    # One number that is finite is something to compare.
    mixed = conv("c", "data") + layer("Power", "p", "c", None, "power_param { power: 0.5 }")
    pair = files(tmp_path, mixed, {"c": [normal(4, 3, 3, 3), normal(4)]})
    assert command.run("verify", *pair, *pair).code == 0


@pytest.mark.parametrize("name", NUMBERLESS)
def test_an_export_without_a_finite_number_is_not_proven(command, tmp_path, name):
    text = conv("c", "data") + layer("Power", "p", "c", None, NUMBERLESS[name])
    pair = files(tmp_path, text, {"c": [normal(4, 3, 3, 3), normal(4)]})
    result = command.run("export", *pair, "-o", tmp_path / "net.onnx")
    assert result.code == 1
    assert "not proven: these outputs could not be compared: 'p'; no number of 'p' is finite" in result.stderr
    assert not (tmp_path / "net.onnx").exists()
    assert command.run("export", *pair, "-o", tmp_path / "net.onnx", "--no-check").code == 0
    result = command.run("verify", *pair, tmp_path / "net.onnx")
    assert result.code == 1
    assert "no number is finite in either net: 'p'" in result.stderr


def test_empty_outputs_are_not_equal(command, tmp_path):
    pair = files(tmp_path, conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]}, shape=(0, 3, 8, 8))
    result = command.run("verify", *pair, *pair)
    assert result.code == 1
    assert result.stderr.endswith(
        "nothing could be compared: no number that a layer computes is finite in either net\n"
    )
    assert command.run("export", *pair, "-o", tmp_path / "net.onnx").code == 1


def test_a_dump_without_a_finite_number_is_not_equal(command, tmp_path):
    text = layer("Power", "p", "data", None, NUMBERLESS["not a number"])
    pair = files(tmp_path, text, {})
    pair[1].write_bytes(SOME_WEIGHTS)
    assert command.run("run", *pair, "--outputs", tmp_path / "dump.npz", "--all").code == 0
    result = command.run("compare", *pair, "--outputs", tmp_path / "dump.npz")
    assert result.code == 1
    assert (
        "nothing could be compared: no number is finite here or in the dump" in result.stdout + result.stderr
    )
