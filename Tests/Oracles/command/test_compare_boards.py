"""`caffold compare` with the dumps of boards that run another net than they should: the layer is named.

A board is the net with one thing wrong, run by `caffold run --all`.
"""

import json

import numpy as np
import pytest
import small_nets
from small_nets import batch_norm, conv, layer, scale

POOL = "pooling_param { pool: MAX kernel_size: 2 stride: 2 }"
TEXT = (
    conv("first", "data", out=6, more="pad: 1 stride: 2 bias_term: false")
    + batch_norm("bn", "first", more="eps: 0.001")
    + scale("scale", "bn")
    + layer("ReLU", "relu", "scale")
    + conv("second", "relu", out=8, more="pad: 1")
    + layer("Pooling", "pool", "second", None, POOL)
    + layer("InnerProduct", "fc", "pool", None, "inner_product_param { num_output: 5 }")
    + layer("Softmax", "prob", "fc")
)
SHAPE = (1, 3, 16, 16)


def blobs():
    random = np.random.default_rng(5)

    def normal(*shape):
        return random.standard_normal(shape).astype(np.float32)

    return {
        "first": [normal(6, 3, 3, 3) / 4],
        # Some variances are small, so that eps counts.
        "bn": [normal(6) / 8, np.float32([0.01, 0.04, 0.1, 0.5, 1, 2]), np.ones(1, np.float32)],
        "scale": [normal(6), normal(6)],
        "second": [normal(8, 6, 3, 3) / 8, normal(8)],
        "fc": [normal(5, 128) / 8, normal(5)],
    }


def write(folder, text, numbers):
    folder.mkdir()
    definition, weights = small_nets.pair_of(text, numbers, SHAPE)
    (folder / "net.prototxt").write_bytes(definition)
    (folder / "net.caffemodel").write_bytes(weights)
    return folder / "net.prototxt", folder / "net.caffemodel"


def quantised(array):
    """To eight bits, as a board stores weights."""
    step = np.abs(array).max() / 127
    return (np.round(array / step) * step).astype(np.float32)


def each_array(numbers, change):
    return {name: [change(array) for array in arrays] for name, arrays in numbers.items()}


def no_change(text, numbers):
    return text, numbers


def changed(name, place, change):
    """The net with one blob of a layer changed."""

    def fault(text, numbers):
        numbers[name][place] = change(numbers[name][place])
        return text, numbers

    return fault


def replaced(old, new):
    """The net with another definition."""

    def fault(text, numbers):
        assert old in text
        return text.replace(old, new), numbers

    return fault


#: What the board does wrong, and the blob that it shows in first.
FAULTS = {
    "another eps": (replaced("eps: 0.001", "eps: 1e-5"), "bn"),
    "the factor forgotten": (changed("bn", 2, lambda x: x * 2), "bn"),
    "no bias": (changed("second", 1, np.zeros_like), "second"),
    "bias of another channel": (changed("second", 1, lambda x: np.roll(x, 1)), "second"),
    "windows shifted by one": (changed("first", 0, lambda x: np.roll(x, 1, 3)), "first"),
    "kernel upside down": (changed("first", 0, lambda x: x[:, :, ::-1]), "first"),
    "height and width exchanged": (changed("second", 0, lambda x: x.swapaxes(2, 3)), "second"),
    "channels of two filters exchanged": (changed("second", 0, lambda x: x[[1, 0, *range(2, 8)]]), "second"),
    "input channels in another order": (changed("second", 0, lambda x: x[:, ::-1]), "second"),
    "beta left out": (changed("scale", 1, np.zeros_like), "scale"),
    "leaky": (replaced('top: "relu" ', 'top: "relu" relu_param { negative_slope: 0.1 } '), "relu"),
    "mean in the place of the maximum": (replaced("pool: MAX", "pool: AVE"), "pool"),
    "flattened with the channels last": (
        changed("fc", 0, lambda x: x.reshape(5, 8, 4, 4).transpose(0, 2, 3, 1).reshape(5, 128)), "fc",
    ),
    "eight bits": (changed("second", 0, quantised), "second"),
    "half precision in one layer": (
        changed("fc", 0, lambda x: x.astype(np.float16).astype(np.float32)), "fc",
    ),
}  # fmt: skip


@pytest.fixture
def pair(tmp_path):
    return write(tmp_path / "right", TEXT, blobs())


@pytest.fixture
def data(tmp_path):
    """The picture that both are given."""
    path = tmp_path / "data.npy"
    np.save(path, np.random.default_rng(6).uniform(-1, 1, SHAPE).astype(np.float32))
    return path


def dump(command, folder, files, data):
    path = folder / "board.npz"
    done = command.run("run", *files, "--input", data, "--outputs", path, "--all")
    assert done.code == 0, done.stderr
    return path


def compare(command, *arguments):
    done = command.run("compare", *arguments, "--format", "json")
    return done.code, json.loads(done.stdout)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_layer_is_named(command, pair, data, tmp_path, fault):
    change, blob = FAULTS[fault]
    board = dump(command, tmp_path, write(tmp_path / "wrong", *change(TEXT, blobs())), data)
    tolerance = ["--tolerance", "float=1e-5"] if "half" in fault else []
    code, document = compare(command, *pair, "--outputs", board, *tolerance)
    assert (code, document["firstDivergence"]) == (1, blob)
    said = command.run("compare", *pair, "--outputs", board, *tolerance).stdout.splitlines()[-1]
    assert f"that differs is '{blob}', made by " in said
    assert ", which agrees: " in said
    _, each = compare(command, *pair, "--outputs", board, "--each-layer", *tolerance)
    assert [entry["name"] for entry in each["blobs"] if entry["status"] == "differs"] == [blob]


def test_a_right_board(command, pair, data, tmp_path):
    board = dump(command, tmp_path, pair, data)
    assert compare(command, *pair, "--outputs", board)[1]["equal"]


#: Of the pictures that a board is given: what is wrong, and what is said of it.
PICTURES = {
    "BGR in the place of RGB": (
        lambda x: x[:, ::-1],
        "agree in reverse order: one side has RGB, the other BGR",
    ),
    "no mean": (lambda x: x + np.float32([104, 117, 123]).reshape(1, 3, 1, 1), "of its largest number"),
    "another scale": (lambda x: x / 255, "of its largest number"),
    "one channel": (
        lambda x: np.concatenate([x[:, :2], x[:, 1:2]], 1),
        "in 1 of 3 channels, most in channel 2",
    ),
}


@pytest.mark.parametrize("fault", PICTURES)
def test_wrong_pictures(command, pair, data, tmp_path, fault):
    """An input that both the user and the dump give is compared, and no layer is blamed for it."""
    change, words = PICTURES[fault]
    np.save(tmp_path / "board.npy", np.ascontiguousarray(change(np.load(data))))
    board = dump(command, tmp_path, pair, tmp_path / "board.npy")
    code, document = compare(command, *pair, "--outputs", board, "--input", data)
    assert (code, document["firstDivergence"]) == (1, "data")
    said = command.run("compare", *pair, "--outputs", board, "--input", data).stdout.splitlines()[-1]
    assert "that differs is 'data', an input of the net: " in said
    assert words in said
    # Given what the board was given, every layer is right.
    assert compare(command, *pair, "--outputs", board)[1]["equal"]
    _, each = compare(command, *pair, "--outputs", board, "--input", data, "--each-layer")
    assert [entry["name"] for entry in each["blobs"] if entry["status"] == "differs"] == ["data"]


def test_a_whole_net_in_fewer_bits(command, pair, data, tmp_path):
    """Half precision and eight bits everywhere: equal within 1e-2 and 5e-2, not within 1e-4."""
    for dtype, key, change in (
        (np.float16, "half", lambda x: x.astype(np.float16).astype(np.float32)),
        (np.int8, "int8", lambda x: quantised(x) if x.ndim > 1 else x),
    ):
        board = dump(command, tmp_path, write(tmp_path / key, TEXT, each_array(blobs(), change)), data)
        tolerance = 1e-2 if dtype == np.float16 else 5e-2
        assert not compare(command, *pair, "--outputs", board)[1]["equal"]
        assert compare(command, *pair, "--outputs", board, "--tolerance", f"float={tolerance}")[1]["equal"]
    arrays = dict(np.load(dump(command, tmp_path, pair, data)))
    np.savez(tmp_path / "half.npz", data=arrays.pop("data"), **{
        name: array.astype(np.float16) for name, array in arrays.items()
    })  # fmt: skip
    assert compare(command, *pair, "--outputs", tmp_path / "half.npz")[1]["equal"]
