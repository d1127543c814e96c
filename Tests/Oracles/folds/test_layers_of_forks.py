"""Ten more layers of forks: several tops, groups, repeated fields, negative axes, defaults of the fork's
caffe.proto, definitions that use others. Each is run, expanded, exported, and compared with NumPy."""

import json

import caffold
import nets
import numpy as np
import onnx_files
import pytest
from small_nets import layer, normal, positive
from test_expand_forks import BVLC
from test_ten_layers import X, close, files, made_by

FOLDER = caffold.ROOT / "Tests/Fixtures/fork-edges"
FLAGS = ("--rules", FOLDER / "layers.yaml", "--proto", FOLDER / "fork.proto")
B, G, GAMMA = normal(6), positive(6), normal(6)
WEIGHTS, BIAS = normal(4, 6, 1, 1), normal(4)
MIX = "convolution_param { num_output: 4 }"


def wide(values):
    return values.astype(float).reshape(1, -1, 1, 1)


def gate(x):
    return np.clip((x + 3) / 6, 0, 1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def means(x):
    return x.mean(axis=(2, 3), keepdims=True)


def group_norm(x, groups, floor):
    parts = np.split(x, groups, axis=1)
    normal = [
        (p - p.mean(axis=(1, 2, 3), keepdims=True)) / np.sqrt(p.var(axis=(1, 2, 3), keepdims=True) + floor)
        for p in parts
    ]
    return np.concatenate(normal, axis=1) * wide(GAMMA)


def mix(x):
    return np.einsum("oc,nchw->nohw", WEIGHTS[:, :, 0, 0].astype(float), x) + wide(BIAS)


#: Name -> type, further bottoms, number of tops, parameters, blobs, and the tops that NumPy computes.
CASES = {
    "maxout": ("Maxout", 0, 1, "", [], lambda x: [x.reshape(2, 3, 2, 5, 5).max(2)]),
    "maxout of three": (
        "Maxout", 0, 1, "maxout_param { group_size: 3 axis: 1 }", [],
        lambda x: [x.reshape(2, 2, 3, 5, 5).max(2)],
    ),
    "parts": (
        "Parts", 0, 3, "parts_param { sizes: 1 sizes: 3 sizes: 2 }", [],
        lambda x: np.split(x, [1, 4], axis=1),
    ),
    "parts of one size": ("Parts", 0, 2, "", [], lambda x: np.split(x, 2, axis=1)),
    "parts of a negative axis": (
        "Parts", 0, 3, "parts_param { axis: -3 }", [], lambda x: np.split(x, 3, axis=1),
    ),
    "blend": (
        "Blend", 1, 1, "blend_param { coefficients: [2, -0.5] mode: MEAN }", [],
        lambda x: [(2 * x - 0.5 * np.tanh(x)) / 2],
    ),
    "blend of one": ("Blend", 0, 1, "blend_param { coefficients: 3 }", [], lambda x: [3 * x]),
    "excite": ("Excite", 0, 1, "", [], lambda x: [x * gate(means(x))]),
    "excite softly": ("Excite", 0, 1, "excite_param { hard: false }", [], lambda x: [x * sigmoid(means(x))]),
    "gate": ("Gate", 0, 1, "", [], lambda x: [gate(x)]),
    "unit": ("Unit", 0, 1, "", [], lambda x: [np.clip(x, 0, 1)]),
    "lift": ("Lift", 0, 1, "", [B, G], lambda x: [(x + wide(B)) * wide(G) * 3]),
    "mix": ("Mix", 0, 1, MIX, [WEIGHTS, BIAS], lambda x: [mix(x)]),
    "group norm": ("GroupNorm", 0, 1, "", [GAMMA], lambda x: [group_norm(x, 2, 0.001)]),
    "group norm of three": (
        "GroupNorm", 0, 1, "group_norm_param { groups: 3 floor: 0.5 }", [GAMMA],
        lambda x: [group_norm(x, 3, 0.5)],
    ),
}  # fmt: skip
#: Those in Caffe layers: they can be expanded.
IN_LAYERS = {"Blend", "Excite", "Gate", "Unit", "Lift", "Mix"}


def layer_of(kind, others, tops, parameters, before="data"):
    bottoms = f"{before} other" if others else before
    text = layer("TanH", "other", before) if others else ""
    names = [f"top{place}" for place in range(tops)]
    return text + layer(kind, "layer", bottoms, '" top: "'.join(names), parameters), names


def fold(model, weights, folder, *flags):
    new = folder / "new.prototxt", folder / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    done = caffold.run("fold", model, weights, *flags, "--verify", *names)
    assert done.code == 0, done.stderr
    return new, [layer.type for layer in nets.parse(new[0].read_bytes()).layer]


def test_the_file_is_right():
    for command in ("check",), ("test",), ("prove", "--instances", "50"):
        done = caffold.run("rules", *command, *FLAGS[1:])
        assert done.code == 0, done.stderr


@pytest.mark.parametrize("name", CASES)
def test_layer(name, tmp_path):
    kind, others, tops, parameters, blobs, compute = CASES[name]
    text, names = layer_of(kind, others, tops, parameters)
    model, weights = files(text, {"layer": blobs}, tmp_path)
    want = compute(X.astype(float))
    made = made_by(model, weights, tmp_path, *FLAGS)
    for top, value in zip(names, want):
        close(made[top], value)
    onnx_files.export(model, weights, tmp_path / "net.onnx", "--no-fold", *FLAGS)
    exported = onnx_files.run(tmp_path / "net.onnx", {"data": X})
    for top, value in zip(names, want):
        close(exported[top], value)
    new, types = fold(model, weights, tmp_path, *FLAGS, "--select", "expand-forks")
    if kind in IN_LAYERS:
        assert set(types) <= BVLC
        close(made_by(*new, tmp_path)["top0"], want[0])
    else:
        assert kind in types


def test_shapes_are_known_without_weights(tmp_path):
    text = layer("Excite", "a", "data") + layer("Mix", "b", "a", None, MIX) + layer("ShuffleUp", "c", "b")
    model, _ = files(text, {}, tmp_path)
    done = caffold.run("inspect", model, *FLAGS, "--format", "json")
    tops = [layer["tops"][0]["shape"] for layer in json.loads(done.stdout)["layers"]]
    assert tops[1:] == [[2, 6, 5, 5], [2, 4, 5, 5], [2, 1, 10, 10]]
    assert "cannot be run" not in notes(model)


@pytest.mark.parametrize("before", ["Convolution", "Mix"])
def test_a_lift_goes_into_what_stands_before_it(before, tmp_path):
    text = layer(before, "c", "data", None, "convolution_param { num_output: 6 kernel_size: 1 }")
    text += layer("Lift", "top0", "c", None, "lift_param { gain: 0.5 }")
    blobs = {"c": [normal(6, 6, 1, 1), normal(6)], "top0": [B, G]}
    model, weights = files(text, blobs, tmp_path)
    want = made_by(model, weights, tmp_path, *FLAGS)["top0"]
    new, types = fold(model, weights, tmp_path, *FLAGS)
    assert types == ["Input", before]
    close(made_by(*new, tmp_path, *FLAGS)["top0"], want)


#: Unusual forms: the type, its parameters, and why no definition describes the layer.
UNUSUAL = {
    "groups that do not divide": (
        "Maxout", "maxout_param { group_size: 4 }", "its groups do not divide the axis",
    ),
    "another axis": (
        "Maxout", "maxout_param { group_size: 1 axis: 2 }", "its axis is not that of the channels",
    ),
    "sizes of others": ("Parts", "parts_param { sizes: 5 }", "its sizes do not sum up to the channels"),
    "no coefficients": ("Blend", "", "it has another number of coefficients than bottoms"),
}  # fmt: skip


def notes(model):
    done = caffold.run("inspect", model, *FLAGS)
    assert done.code == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", UNUSUAL)
def test_a_layer_in_an_unusual_form_cuts_the_net(name, tmp_path):
    kind, parameters, why = UNUSUAL[name]
    text = layer("AbsVal", "a", "data") + layer(kind, "layer", "a", "l", parameters)
    text += layer("TanH", "top0", "l")
    model, weights = files(text, {}, tmp_path)
    done = caffold.run("verify", model, weights, model, weights, "--input-shape", "l=2,6,5,5", *FLAGS)
    assert done.code == 0, done.stderr
    assert why in done.stdout + done.stderr
    assert "both nets were given the same random values" in done.stdout + done.stderr
    # Without weights too.
    assert f"'layer' ({kind}): cannot be run by the definition of its type: {why}" in notes(model)
    done = caffold.run("export", model, weights, "-o", tmp_path / "net.onnx", *FLAGS)
    assert done.code == 2
    assert why in done.stderr
