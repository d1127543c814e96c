"""Ten layers of a fork described in YAML alone: run, folded through, expanded, verified and exported."""

import caffold
import nets
import numpy as np
import onnx_files
import pytest
from small_nets import HEAD, batch_norm, conv, layer, normal, positive, scale, statistics
from test_expand_forks import BVLC
from test_portable import written

RULES = caffold.ROOT / "Tests/Fixtures/fork-layers/ten.yaml"
SHAPE = (2, 6, 5, 5)
X = normal(*SHAPE)
ONE = {"c": [normal(6, 6, 3, 3), normal(6)]}
GAMMA, MEAN, VARIANCE, KERNEL = normal(6), normal(6), positive(6), normal(6, 1, 1, 1)
POOL = layer("Pooling", "p", "data", None, "pooling_param { pool: AVE global_pooling: true }")


def wide(values):
    return values.astype(float).reshape(1, -1, 1, 1)


def relu(x, slope=0.0):
    return np.where(x > 0, x, slope * x)


#: Type -> the net behind `data`, its blobs, and the top that NumPy computes.
NETS = {
    "VendorNorm": (
        layer("VendorNorm", "top", "data", None, "vendor_norm_param { floor: 0.5 }"),
        {"top": [GAMMA, MEAN, VARIANCE]},
        lambda x: (x - wide(MEAN)) / np.sqrt(wide(VARIANCE) + 0.5) * wide(GAMMA),
    ),
    "VendorGain": (layer("VendorGain", "top", "data"), {"top": [GAMMA]}, lambda x: 2 * x * wide(GAMMA)),
    "VendorDepthwise": (
        layer(
            "VendorDepthwise", "top", "data", None,
            "convolution_param { num_output: 6 kernel_size: 1 bias_term: false }",
        ),
        {"top": [KERNEL]},
        lambda x: x * wide(KERNEL.ravel()),
    ),
    "VendorGate": (layer("VendorGate", "top", "data"), {}, lambda x: x / (1 + np.exp(-x))),
    "VendorClip": (
        layer("VendorClip", "top", "data", None, "vendor_clip_param { limit: 1 }"),
        {},
        lambda x: np.clip(x, 0, 1),
    ),
    "VendorExcite": (
        POOL + layer("VendorExcite", "top", "p data data"),
        {},
        lambda x: x.mean(axis=(2, 3), keepdims=True) * x + x,
    ),
    "VendorShift": (
        layer("VendorShift", "top", "data", None, "vendor_shift_param { by: 2 }"),
        {},
        lambda x: np.roll(x, -2, axis=1),
    ),
    "VendorPyramid": (
        layer("VendorPyramid", "top", "data", None, "vendor_pyramid_param { levels: 3 }"),
        {},
        lambda x: relu(x, 1 / 2) + relu(x, 1 / 3) + relu(x, 1 / 4),
    ),
    "VendorMax": (
        layer("TanH", "t", "data")
        + layer("VendorMax", "top", "data t", None, "vendor_max_param { scale: 3 }"),
        {},
        lambda x: 3 * np.maximum(x, np.tanh(x)),
    ),
    "VendorBlend": (
        layer("VendorBlend", "half", "data") + layer("VendorBlend", "top", "data half"),
        {},
        lambda x: 0.75 * x,
    ),
}  # fmt: skip


def files(text, blobs, folder):
    model, weights = folder / "net.prototxt", folder / "net.caffemodel"
    model.write_bytes((HEAD % " ".join(f"dim: {d}" for d in SHAPE) + text).encode())
    weights.write_bytes(written(model.read_bytes(), blobs))
    return model, weights


def made_by(model, weights, folder, *flags):
    """What the net makes, by name."""
    np.savez(folder / "data.npz", data=X)
    made = folder / "made.npz"
    done = caffold.run("run", model, weights, "--input", folder / "data.npz", "--outputs", made, *flags)
    assert done.code == 0, done.stderr
    return np.load(made)


def run(model, weights, folder, *flags):
    return made_by(model, weights, folder, *flags)["top"]


def close(got, want):
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-5 * max(1, np.abs(want).max())


def test_the_file_is_right():
    assert caffold.run("rules", "check", RULES).code == 0
    assert caffold.run("rules", "test", RULES).code == 0


@pytest.mark.parametrize("kind", NETS)
def test_layer(kind, tmp_path):
    text, blobs, compute = NETS[kind]
    model, weights = files(text, blobs, tmp_path)
    want = compute(X.astype(float))
    close(run(model, weights, tmp_path, "--rules", RULES), want)
    new = tmp_path / "new.prototxt", tmp_path / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    done = caffold.run(
        "fold", model, weights, "--rules", RULES, "--select", "expand-forks", "--verify", *names
    )
    assert done.code == 0, done.stderr
    assert {layer.type for layer in nets.parse(new[0].read_bytes()).layer} <= BVLC
    # Without the definitions: the layers are Caffe's.
    close(run(*new, tmp_path), want)
    onnx_files.export(model, weights, tmp_path / "net.onnx", "--no-fold", "--rules", RULES)
    close(onnx_files.run(tmp_path / "net.onnx", {"data": X})["top"], want)


@pytest.mark.parametrize("kind", ["VendorNorm", "VendorGain", "VendorBlend"])
def test_it_is_folded_as_one_layer(kind, tmp_path):
    text, blobs, _ = NETS[kind]
    if kind == "VendorBlend":
        text = layer(kind, "top", "data")
    model, weights = files(conv("c", "data", out=6) + text.replace('"data"', '"c"'), blobs | ONE, tmp_path)
    before = run(model, weights, tmp_path, "--rules", RULES)
    new = tmp_path / "new.prototxt", tmp_path / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    done = caffold.run("fold", model, weights, "--rules", RULES, "--verify", *names)
    assert done.code == 0, done.stderr
    assert [layer.type for layer in nets.parse(new[0].read_bytes()).layer] == ["Input", "Convolution"]
    close(run(*new, tmp_path), before.astype(float))


#: What a fold leaves of a convolution, the layer, and a convolution with a BatchNorm and a Scale behind it.
LEFT = {
    "VendorNorm": [],
    "VendorGain": [],
    # Both layers of the net read the convolution.
    "VendorBlend": ["VendorBlend", "VendorBlend"],
    "VendorExcite": ["Pooling", "VendorExcite"],
    "VendorMax": ["TanH", "VendorMax"],
}


@pytest.mark.parametrize("kind", NETS)
def test_what_stands_around_it_is_folded(kind, tmp_path):
    text, blobs, _ = NETS[kind]
    text = conv("c", "data", out=6) + text.replace('"data"', '"c"')
    text += conv("d", "top", out=6, kernel=1) + batch_norm("n", "d") + scale("end", "n")
    blobs = blobs | ONE | {
        "d": [normal(6, 6, 1, 1), normal(6)], "n": statistics(6, 2), "end": [positive(6), normal(6)],
    }  # fmt: skip
    model, weights = files(text, blobs, tmp_path)
    new = tmp_path / "new.prototxt", tmp_path / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    done = caffold.run("fold", model, weights, "--rules", RULES, "--verify", *names)
    assert done.code == 0, done.stderr
    left = LEFT.get(kind, [kind])
    types = [layer.type for layer in nets.parse(new[0].read_bytes()).layer]
    assert types == ["Input", "Convolution", *left, "Convolution"]


def test_a_normalisation_goes_into_the_depthwise_convolution(tmp_path):
    text, blobs, _ = NETS["VendorDepthwise"]
    text = text.replace('top: "top"', 'top: "d"') + batch_norm("n", "d") + scale("top", "n")
    blobs = {"top": [positive(6), normal(6)], "n": statistics(6, 2)} | {"d": blobs["top"]}
    text = text.replace('name: "top" type: "VendorDepthwise"', 'name: "d" type: "VendorDepthwise"')
    model, weights = files(text, blobs, tmp_path)
    before = run(model, weights, tmp_path, "--rules", RULES)
    new = tmp_path / "new.prototxt", tmp_path / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    done = caffold.run("fold", model, weights, "--rules", RULES, "--verify", *names)
    assert done.code == 0, done.stderr
    assert [layer.type for layer in nets.parse(new[0].read_bytes()).layer] == ["Input", "VendorDepthwise"]
    close(run(*new, tmp_path, "--rules", RULES), before.astype(float))


def test_the_reasons_of_each_definition_are_told(tmp_path):
    model, weights = files(layer("VendorBlend", "top", "data data data"), {}, tmp_path)
    why = caffold.run("why", "top", model, weights, "--rules", RULES, "--select", "expand-forks")
    assert "it does not halve one; it does not blend two" in why.stdout + why.stderr
