"""A layer is understood whole or not at all: fused ReLUs, fields of forks, convolutions of unknown types."""

import pathlib

import caffe_schema as schema
import nets
import numpy as np
import numpy_layers
import pytest

REPORTS = pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "reports"
FORK = REPORTS / "intel-fused-relu"
OTHER_TYPES = sorted((REPORTS / "other-conv-types").glob("[A-Z]*.prototxt"))


def convolution(x, layer, blobs):
    bias = blobs[1].ravel() if len(blobs) > 1 else None
    return numpy_layers.convolution(x, blobs[0], bias, 1, [1, 1], [0, 0], [1, 1])


def batch_norm(x, layer, blobs):
    """Intel's five blobs: sums of mean and variance, what divides them, γ and β."""
    mean, variance = (blobs[place].ravel() / blobs[2].ravel()[0] for place in (0, 1))
    mean, variance = (numpy_layers.per_channel(values, x) for values in (mean, variance))
    return scale((x - mean) / np.sqrt(variance + np.float32(1e-5)), layer, blobs[3:])


def scale(x, layer, blobs):
    factor, shift = (numpy_layers.per_channel(blob.ravel(), x) for blob in blobs)
    return x * factor + shift


COMPUTED = {"Convolution": convolution, "BatchNorm": batch_norm, "Scale": scale}


def run(text, weights, x):
    """The output of a chain of layers, in float64; a field `relu: true` of a layer is a ReLU behind it."""
    blobs = {
        layer.name: [nets.array(blob).astype(np.float64) for blob in layer.blobs]
        for layer in nets.decode(weights).layer
    }
    x = x.astype(np.float64)
    for line in text.splitlines():
        if 'type: "' not in line:
            continue
        name, kind = (line.split(f'{field}: "')[1].split('"')[0] for field in ("name", "type"))
        if kind in COMPUTED:
            x = COMPUTED[kind](x, line, blobs[name])
        if "relu: true" in line:
            x = np.maximum(x, 0)
    return 1 / (1 + np.exp(-x))


def test_a_fused_relu_is_kept(command, tmp_path):
    before = FORK / "net.prototxt", FORK / "net.caffemodel"
    after = tmp_path / "net.prototxt", tmp_path / "net.caffemodel"
    result = command.run("fold", *before, "-o", tmp_path, "--verify", "--format", "json")
    assert result.code == 0, result.stderr
    assert [rewrite["rule"] for rewrite in result.document["rewrites"]] == ["conv-bn", "bn-to-scale"]
    text = after[0].read_text()
    assert text.count("relu: true") == 2
    x = np.random.default_rng(3).normal(size=(2, 3, 6, 6))
    values = [run(model.read_text(), weights.read_bytes(), x) for model, weights in (before, after)]
    assert np.ptp(values[0]) > 0.1
    np.testing.assert_allclose(values[1], values[0], atol=1e-6)


def test_a_fold_across_a_fused_relu_is_called_different(command, tmp_path):
    """The oracle of the test above, and the executor, see a ReLU that a wrong fold loses."""
    lost = tmp_path / "lost.prototxt"
    lost.write_text((FORK / "net.prototxt").read_text().replace("relu: true engine", "engine"))
    weights = FORK / "net.caffemodel"
    result = command.run("verify", FORK / "net.prototxt", weights, lost, weights)
    assert result.code == 1, result.stdout + result.stderr


@pytest.mark.parametrize("model", OTHER_TYPES, ids=lambda path: path.stem)
def test_behind_a_convolution_of_an_unknown_type_one_scale_is_left(command, tmp_path, model):
    weights = REPORTS / "other-conv-types" / "w.caffemodel"
    result = command.run("fold", model, weights, "-o", tmp_path, "--format", "json")
    assert result.code == 0, result.stderr
    text = (tmp_path / model.name).read_text()
    assert "BatchNorm" not in text
    assert text.count('type: "Scale"') == 1
    assert [rewrite["rule"] for rewrite in result.document["rewrites"]] == ["bn-scale"]
    assert not any("channels" in refusal["message"] for refusal in result.document["refusals"])


NET = """
input: "data" input_shape {{ dim: 1 dim: 3 dim: 5 dim: 5 }}
layer {{
  name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param {{ num_output: 2 kernel_size: 1 {field} }}
}}
layer {{ name: "bn" type: "BatchNorm" bottom: "c" top: "bn" }}
"""


def pair(folder, field):
    random = np.random.default_rng(5)
    net = schema.NetParameter()
    for name, kind, shapes in (
        ("c", "Convolution", [(2, 3, 1, 1), (2,)]),
        ("bn", "BatchNorm", [(2,), (2,), (1,)]),
    ):
        layer = net.layer.add(name=name, type=kind)
        for shape in shapes:
            blob = layer.blobs.add()
            blob.shape.dim.extend(shape)
            blob.data.extend(random.uniform(0.5, 2, size=shape).astype(np.float32).ravel())
    (folder / "net.prototxt").write_text(NET.format(field=field))
    (folder / "net.caffemodel").write_bytes(net.SerializeToString())
    return folder / "net.prototxt", folder / "net.caffemodel"


def test_a_field_of_unknown_meaning_keeps_the_layer(command, tmp_path):
    model, weights = pair(tmp_path, "saturate: 1.5")
    arguments = ["fold", model, weights, "-o", tmp_path / "out", "--format", "json"]
    result = command.run(*arguments)
    assert result.code == 0, result.stderr
    refusal = next(r for r in result.document["refusals"] if r["reason"] == "unexplained-field")
    assert refusal["message"].startswith(f"'convolution_param.saturate' ({model}:5:")
    # Who knows that it changes nothing says so, and then it folds and is checked.
    rules = tmp_path / "mine.yaml"
    rules.write_text("schema: 1\nharmless_fields: [convolution_param.saturate]\n")
    result = command.run(*arguments, "--rules", rules, "--verify")
    assert result.code == 0, result.stderr
    assert [rewrite["rule"] for rewrite in result.document["rewrites"]] == ["conv-bn"]
    assert result.document["check"]["compared"] == 1
    folded = tmp_path / "out" / "net.prototxt", tmp_path / "out" / "net.caffemodel"
    assert command.run("verify", model, weights, *folded, "--rules", rules).code == 0


def test_missing_weights_of_a_normalize_are_warned_of(command, tmp_path):
    model, weights = pair(tmp_path, "")
    model.write_text(model.read_text() + 'layer { name: "n" type: "Normalize" bottom: "bn" top: "n" }\n')
    result = command.run("fold", model, weights, "--dry-run")
    assert "the weights file has no blobs for Normalize 'n'" in result.stderr
