"""What `caffold why` says of each trap that other tools fell into: whole texts, in Tests/Fixtures/why.

`CAFFOLD_UPDATE_CASES=1` writes what the command prints; read the difference before you commit it.
"""

import os

import conftest
import numpy as np
import pytest
import small_nets
from small_nets import batch_norm, conv, layer, scale

FOLDER = conftest.caffold.ROOT / "Tests" / "Fixtures" / "why"
SHARED = 'param { name: "w" } param { name: "b" }'


def deconv(name, bottom, group):
    parameters = f"convolution_param {{ num_output: 6 kernel_size: 4 stride: 2 group: {group} }}"
    return layer("Deconvolution", name, bottom, None, parameters)


def fixed(*shape):
    """Numbers that are the same in every run, whatever other tests have drawn."""
    return (np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape) % 7 - 3) / 4


def statistics(channels, factor=1.0, variance=0.5):
    return [fixed(channels) * factor, np.full(channels, variance * factor), np.array([factor])]


CONV, BN = [fixed(4, 3, 3, 3), fixed(4)], statistics(4)
SCALE = [fixed(4) + 2, fixed(4)]
#: By name of the file: the net, its blobs, the layer that is asked about, and flags.
TRAPS = {
    "01-eps": (
        conv("conv", "data") + batch_norm("bn", "conv", "conv", "eps: 0.5"),
        {"conv": CONV, "bn": BN},
        "bn",
    ),
    "02-factor-0": (
        conv("conv", "data") + batch_norm("bn", "conv", "conv"),
        {"conv": CONV, "bn": statistics(4, 0)},
        "bn",
    ),
    "03-nothing-absorbs-it": (
        batch_norm("bn", "data") + layer("ReLU", "relu", "bn"),
        {"bn": statistics(3)},
        "bn",
    ),
    "03-behind-a-pooling": (
        layer("Pooling", "pool", "data", None, "pooling_param { kernel_size: 2 }") + scale("scale", "pool"),
        {"scale": [fixed(3), fixed(3)]},
        "scale",
    ),
    "04-no-beta": (
        conv("conv", "data", more="bias_term: false") + scale("scale", "conv", bias=False),
        {"conv": CONV[:1], "scale": SCALE[:1]},
        "scale",
    ),
    "05-interleaved": (
        conv("a", "data") + conv("b", "data") + batch_norm("bn_b", "b") + batch_norm("bn_a", "a"),
        {"a": CONV, "b": CONV, "bn_a": BN, "bn_b": BN},
        "bn_b",
    ),
    "06-behind-a-relu": (
        conv("conv", "data")
        + batch_norm("bn", "conv", "conv")
        + layer("ReLU", "relu", "conv", "conv")
        + scale("scale", "conv", "conv"),
        {"conv": CONV, "bn": BN, "scale": SCALE},
        "scale",
    ),
    "07-deconvolution": (
        deconv("up", "data", 3) + scale("scale", "up"),
        {"up": [fixed(3, 2, 4, 4), fixed(6)], "scale": [fixed(6) + 2, fixed(6)]},
        "scale",
    ),
    "08-two-readers": (
        conv("conv", "data") + layer("ReLU", "relu", "conv") + scale("scale", "conv"),
        {"conv": CONV, "scale": SCALE},
        "scale",
    ),
    "08-many-readers": (
        conv("conv", "data")
        + scale("scale", "conv")
        + "".join(layer("ReLU", f"relu{number}", "conv") for number in range(6)),
        {"conv": CONV, "scale": SCALE},
        "scale",
    ),
    "09-output": (
        conv("conv", "data", "a") + layer("Dropout", "drop", "a", "dropped") + conv("two", "a", "b"),
        {"conv": CONV, "two": [fixed(4, 4, 3, 3), fixed(4)]},
        "drop",
    ),
    "10-second-dropout": (
        conv("conv", "data") + layer("Dropout", "one", "conv", "conv") + layer("Dropout", "two", "conv"),
        {"conv": CONV},
        "two",
    ),
    "11-not-in-place": (
        conv("conv", "data") + batch_norm("bn", "conv", "normal") + scale("scale", "normal", "result"),
        {"conv": CONV, "bn": BN, "scale": SCALE},
        "bn",
    ),
    "12-channels": (
        conv("conv", "data") + scale("scale", "conv"),
        {"conv": CONV, "scale": [fixed(5), fixed(5)]},
        "scale",
    ),
    "13-variance": (
        conv("conv", "data") + batch_norm("bn", "conv"),
        {"conv": CONV, "bn": statistics(4, variance=-1)},
        "bn",
    ),
    "14-gamma-0": (
        conv("conv", "data") + scale("scale", "conv"),
        {"conv": CONV, "scale": [np.array([1, 0, -1, 2]), fixed(4)]},
        "scale",
    ),
    "16-a-chain": (
        conv("conv", "data")
        + "".join(batch_norm(f"bn{i}", "conv", "conv") + scale(f"s{i}", "conv", "conv") for i in range(3)),
        {"conv": CONV, **{f"bn{i}": BN for i in range(3)}, **{f"s{i}": SCALE for i in range(3)}},
        "conv",
    ),
    "batch-statistics": (
        conv("conv", "data") + batch_norm("bn", "conv", more="use_global_stats: false"),
        {"conv": CONV, "bn": BN},
        "bn",
    ),
    "scale-of-two-bottoms": (
        conv("conv", "data")
        + conv("two", "data")
        + layer("Scale", "scale", "conv two", None, "scale_param { axis: 0 }"),
        {"conv": CONV, "two": CONV},
        "scale",
    ),
    "scale-of-another-axis": (
        conv("conv", "data")
        + layer("Scale", "scale", "conv", None, "scale_param { axis: 2 bias_term: true }"),
        {"conv": CONV, "scale": [fixed(6), fixed(6)]},
        "scale",
    ),
    "power-of-two": (
        conv("conv", "data") + layer("Power", "power", "conv", None, "power_param { power: 2 scale: 3 }"),
        {"conv": CONV},
        "power",
    ),
    "padding-before": (
        scale("scale", "data") + conv("conv", "scale", more="pad: 1"),
        {"scale": [fixed(3), fixed(3) + 1], "conv": CONV},
        "scale",
    ),
    "shared-weights": (
        layer(
            "Convolution", "a", "data", None, f"{SHARED} convolution_param {{ num_output: 4 kernel_size: 3 }}"
        )
        + layer(
            "Convolution", "b", "data", None, f"{SHARED} convolution_param {{ num_output: 4 kernel_size: 3 }}"
        )
        + batch_norm("bn", "a"),
        {"a": CONV, "b": CONV, "bn": BN},
        "bn",
    ),
    "fused-relu": (
        conv("conv", "data", more="relu: true") + batch_norm("bn", "conv"),
        {"conv": CONV, "bn": BN},
        "bn",
    ),
    "unknown-field": (
        conv("conv", "data", more="gain: 3") + batch_norm("bn", "conv"),
        {"conv": CONV, "bn": BN},
        "bn",
    ),
    "random-dropout": (
        conv("conv", "data")
        + layer("Dropout", "drop", "conv", None, "dropout_param { sample_weights_test: true }"),
        {"conv": CONV},
        "drop",
    ),
    "scale-bias-three-blobs": (
        conv("conv", "data") + batch_norm("bn", "conv", more="scale_bias: true"),
        {"conv": CONV, "bn": BN},
        "bn",
    ),
    "learn-mode": (
        conv("conv", "data") + layer("BN", "bn", "conv", None, "bn_param { bn_mode: LEARN }"),
        {"conv": CONV, "bn": BN[:2]},
        "bn",
    ),
}


def write(folder, name):
    text, blobs, asked = TRAPS[name]
    definition, weights = small_nets.pair_of(text, blobs)
    (folder / "net.prototxt").write_bytes(definition)
    (folder / "net.caffemodel").write_bytes(weights)
    return asked, folder / "net.prototxt", folder / "net.caffemodel"


@pytest.mark.parametrize("name", TRAPS)
def test_whole_texts(command, name, tmp_path):
    done = command.run("why", *write(tmp_path, name))
    said = (done.stdout + done.stderr).replace(f"{tmp_path}/", "")
    path = FOLDER / f"{name}.txt"
    if os.environ.get("CAFFOLD_UPDATE_CASES"):
        path.write_text(said)
    assert said == path.read_text()
    assert done.code == 0


def test_no_text_is_left_over():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(TRAPS)
