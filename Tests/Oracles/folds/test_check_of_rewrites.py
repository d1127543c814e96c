"""The check before anything is written, and --verify, on nets whose right folds they once called wrong."""

import nets
import numpy as np
import pytest
from small_nets import batch_norm, conv, layer, normal, pair_of, positive, scale, statistics

INNER = (
    'layer {{ name: "{0}" type: "InnerProduct" bottom: "{1}" top: "{0}"'
    " inner_product_param {{ num_output: {2} }} }}\n"
)


def inner(name, bottom, out=4):
    return INNER.format(name, bottom, out)


def flatten(bottom):
    return layer("Flatten", "f", bottom)


def check_of(folded):
    return folded.document["check"]


#: Nets with a layer that changes no shape where its bottom has no plane, or planes of several sizes.
RANKS = {
    "behind an inner product": (inner("ip", "data") + flatten("ip"), {"ip": [normal(4, 192), normal(4)]}),
    "twice": (
        flatten("data") + layer("Flatten", "g", "f") + inner("ip", "g"),
        {"ip": [normal(4, 192), normal(4)]},
    ),
    "before a softmax": (
        inner("ip", "data") + flatten("ip") + layer("Softmax", "s", "f"),
        {"ip": [normal(4, 192), normal(4)]},
    ),
    "branches of different kernels": (
        conv("a", "data", kernel=1)
        + conv("b", "data", more="pad: 1")
        + layer(
            "Pooling", "p", "data", parameters=("pooling_param { pool: MAX kernel_size: 3 stride: 1 pad: 1 }")
        )
        + conv("c", "p", kernel=1)
        + layer("Concat", "k", "a b c")
        + batch_norm("n", "k")
        + scale("s", "n"),
        {
            "a": [normal(4, 3, 1, 1), normal(4)],
            "b": [normal(4, 3, 3, 3), normal(4)],
            "c": [normal(4, 3, 1, 1), normal(4)],
            "n": statistics(12),
            "s": [positive(12), normal(12)],
        },
    ),
}


@pytest.mark.parametrize("name", RANKS)
def test_what_the_check_runs_has_the_shapes_that_the_net_has(command, tmp_path, name):
    text, blobs = RANKS[name]
    folded = command.fold(*pair_of(text, blobs), tmp_path)
    check = check_of(folded)
    assert check["passed"]
    assert check["notChecked"] == 0
    assert check["compared"] >= 1


def test_a_single_number_before_an_inner_product(command, tmp_path):
    blobs = {"s": [positive(1), normal(1)], "ip": [normal(4, 25), normal(4)]}
    folded = command.fold(
        *pair_of(scale("s", "data") + inner("ip", "s"), blobs, shape=(1, 1, 5, 5)), tmp_path
    )
    assert check_of(folded)["compared"] == 1


@pytest.mark.parametrize("seed", range(4))
def test_a_channel_that_happens_to_be_small_is_no_difference(command, tmp_path, seed):
    """A thousand sums of two thousand terms each: some come out near nothing in a few samples."""
    numbers = np.random.default_rng(seed)

    def drawn(*shape, size=1.0):
        return (numbers.standard_normal(shape) * size).astype(np.float32)

    mean, variance = abs(drawn(2048)) * 0.4, abs(drawn(2048)) * 0.3 + 0.05
    blobs = {
        "n": [mean, variance, np.ones(1, np.float32)],
        "s": [abs(drawn(2048)) * 0.5 + 0.5, drawn(2048, size=0.3)],
        "ip": [drawn(1000, 2048, size=0.02), drawn(1000, size=0.01)],
    }
    text = layer("ReLU", "r", "data") + batch_norm("n", "r") + scale("s", "n") + inner("ip", "s", 1000)
    folded = command.fold(*pair_of(text, blobs, shape=(1, 2048, 1, 1)), tmp_path)
    assert check_of(folded)["passed"]
    assert check_of(folded)["compared"] == 2


def test_a_rule_that_leaves_a_layer_that_cannot_be_run_has_failed(command, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("""
schema: 1
rules:
  - id: half
    summary: Halves a convolution and leaves its weights.
    match: {c: {type: Convolution, where: c.convolution_param.num_output == 4}}
    transform: [{set: c.convolution_param.num_output, to: 2}]
    rewrite: {keep: c}
""")
    definition, weights = pair_of(conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    result = command.run(
        "fold", tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "-o", tmp_path / "out",
        "--rules", rules, "--isolated",
    )  # fmt: skip
    assert result.code == 1
    assert "afterwards it cannot be run: layer 'c' (Convolution): expected 54 values" in result.stderr
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


#: Layers in place that go into the convolution behind them: their blob then holds what stood there before.
IN_PLACE = {
    "on the input": scale("s", "data", "data") + conv("c", "data") + layer("ReLU", "r", "c", "c"),
    "behind a reader": layer("Power", "p", "data", parameters="power_param { shift: 1 }")
    + layer("TanH", "q", "p")
    + scale("s", "p", "p")
    + conv("c", "p")
    + conv("d", "q")
    + layer("Eltwise", "e", "c d"),
    "beside an unknown layer": layer("Vendor", "u", "data")
    + layer("TanH", "p", "data")
    + scale("s", "p", "p")
    + conv("c", "p"),
    "before an unknown layer": layer("TanH", "p", "data")
    + scale("s", "p", "p")
    + conv("c", "p")
    + layer("Vendor", "u", "c"),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_verify_takes_a_fold_into_the_layer_behind(command, tmp_path, name):
    kernels = {"s": [positive(3), normal(3)], "c": [normal(4, 3, 3, 3), normal(4)]}
    kernels["d"] = [normal(4, 3, 3, 3), normal(4)]
    folded = command.fold(*pair_of(IN_PLACE[name], kernels), tmp_path, "--verify")
    assert "Scale" not in [message.type for message in nets.parse(folded.definition).layer]


def test_layers_that_train_whatever_the_net_does_stay(command, tmp_path):
    text = conv("c", "data") + batch_norm("n", "c") + layer("Dropout", "d", "n")
    text = text.replace('type: "BatchNorm"', 'type: "BatchNorm" phase: TRAIN')
    text = text.replace('type: "Dropout"', 'type: "Dropout" phase: TRAIN')
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "n": statistics(4)}
    folded = command.fold(*pair_of(text, blobs), tmp_path)
    assert not folded.rewrites
    assert folded.refused["n"][0]["message"].startswith("it says 'phase: TRAIN' and so uses the statistics")
    folded = command.fold(*pair_of(text, blobs), tmp_path, "--assume-stored-statistics")
    assert [rewrite["rule"] for rewrite in folded.rewrites] == ["conv-bn"]


def test_a_report_that_nobody_gets_is_an_error(command, tmp_path):
    import subprocess

    definition, weights = pair_of(conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [
                command.BINARY, "fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run",
                "--format", "json",
            ],
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert b"cannot be written to standard output" in done.stderr


def test_names_do_not_command_the_terminal(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(
        'input: "data"\nlayer { name: "a\\033[31m" type: "Dropout" bottom: "data" top: "a" }\n'
    )
    result = command.run("fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run")
    assert "\x1b" not in result.stderr
    assert "'a\\x1B[31m'" in result.stderr
