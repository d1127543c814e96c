"""Each built-in rule meets a numeric oracle that was not written with it; the table says where.

The rules of the default set are run here, each alone, by OpenCV before and after.
"""

import nets
import numpy as np
import opencv
import pytest
from small_nets import HEAD, batch_norm, conv, layer, normal, positive, scale, statistics

SHAPE = (2, 4, 8, 8)
BIAS = [normal(4)]
CONV = [normal(4, 4, 3, 3), normal(4)]


def eltwise(name, bottoms):
    return layer("Eltwise", name, bottoms)


#: Rule -> a net behind `data` on which it does something, its blobs, and the types that are left.
NETS = {
    "conv-bias": (conv("a", "data") + layer("Bias", "b", "a"), {"a": CONV, "b": BIAS}, ["Convolution"]),
    "conv-power": (
        conv("a", "data") + layer("Power", "b", "a", None, "power_param { scale: -2 shift: 0.5 }"),
        {"a": CONV},
        ["Convolution"],
    ),
    "conv-scale": (
        conv("a", "data") + scale("b", "a"),
        {"a": CONV, "b": [positive(4), normal(4)]},
        ["Convolution"],
    ),
    "conv-bn": (
        conv("a", "data") + batch_norm("b", "a"),
        {"a": CONV, "b": statistics(4, 3)},
        ["Convolution"],
    ),
    "conv-bn-scale": (
        conv("a", "data") + batch_norm("b", "a") + scale("c", "b"),
        {"a": CONV, "b": statistics(4, 3), "c": [positive(4), normal(4)]},
        ["Convolution"],
    ),
    "bn-scale": (
        batch_norm("a", "data") + scale("b", "a"),
        {"a": statistics(4), "b": [positive(4), normal(4)]},
        ["Scale"],
    ),
    "bn-to-scale": (batch_norm("a", "data"), {"a": statistics(4, 2)}, ["Scale"]),
    "scale-scale": (
        scale("a", "data") + scale("b", "a", bias=False),
        {"a": [positive(4), normal(4)], "b": [normal(4)]},
        ["Scale"],
    ),
    "affine-conv": (
        scale("a", "data") + conv("b", "a"),
        {"a": [positive(4), normal(4)], "b": CONV},
        ["Convolution"],
    ),
    "equalize": (
        layer("Convolution", "a", "data", None, "convolution_param { num_output: 32 kernel_size: 3 }")
        + layer("ReLU", "r", "a")
        + layer("Convolution", "b", "r", None, "convolution_param { num_output: 4 kernel_size: 1 }"),
        # One channel of many is far larger: it takes the steps from all others.
        {
            "a": [normal(32, 4, 3, 3) * np.where(np.arange(32) == 5, 40, 1)[:, None, None, None], normal(32)],
            "b": [normal(4, 32, 1, 1), normal(4)],
        },
        ["Convolution", "ReLU", "Convolution"],
    ),
    "remove-dropout": (conv("a", "data") + layer("Dropout", "b", "a"), {"a": CONV}, ["Convolution"]),
    "remove-split": (
        layer("ReLU", "r", "data")
        + 'layer { name: "s" type: "Split" bottom: "r" top: "s1" top: "s2" }\n'
        + layer("TanH", "t", "s1")
        + eltwise("e", "s2 t"),
        {},
        ["ReLU", "TanH", "Eltwise"],
    ),
    "remove-power-identity": (layer("Power", "p", "data") + layer("TanH", "t", "p"), {}, ["TanH"]),
    "remove-pooling-identity": (
        layer("Pooling", "p", "data", None, "pooling_param { kernel_size: 1 }") + layer("TanH", "t", "p"),
        {},
        ["TanH"],
    ),
    "remove-concat-of-one": (layer("Concat", "c", "data") + layer("TanH", "t", "c"), {}, ["TanH"]),
    "remove-reshape-identity": (
        layer("Reshape", "r", "data", None, "reshape_param { shape { dim: 0 dim: 4 dim: 8 dim: -1 } }")
        + layer("TanH", "t", "r"),
        {},
        ["TanH"],
    ),
    "remove-excluded": (
        layer("TanH", "t", "data") + layer("ReLU", "r", "t", None, "include { phase: TRAIN }"),
        {},
        ["TanH"],
    ),
}

#: Where the other rules meet their oracle.
ELSEWHERE = {
    "concat-affine": "test_concat.py",
    "conv-dropout-scaled": "test_forks.py",
    # The executor, which OpenCV and NumPy hold to Caffe, runs it; OpenCV reads no Eltwise of one.
    "remove-eltwise-of-one": "test_fuse_linear.py",
}
SETS = {
    "deploy": "test_deploy.py",
    "expand-forks": "test_expand_forks.py",
    "fuse-linear": "test_fuse_linear.py",
    "portable": "test_portable.py",
    "portable-names": "test_portable.py",
    "preprocess": "test_preprocess.py",
    "upgrade": "../formats/test_upgrade.py",
}


def as_scale(net):
    """OpenCV has no Bias: a Scale by 1."""
    for message in net.layer:
        if message.type == "Bias":
            message.type = "Scale"
            message.scale_param.bias_term = True
            if message.blobs:
                nets.fill(message, [np.ones_like(BIAS[0]), BIAS[0]])


@pytest.mark.parametrize("rule", NETS)
def test_a_rule_alone_keeps_what_opencv_computes(command, tmp_path, rule):
    text, blobs, types = NETS[rule]
    text = (HEAD % " ".join(f"dim: {d}" for d in SHAPE) + text).encode()
    weights = nets.schema.NetParameter()
    for message in nets.parse(text).layer:
        if message.name in blobs:
            nets.fill(weights.layer.add(name=message.name, type=message.type), blobs[message.name])
    if not weights.layer:  # a file with nothing in it is no weights file
        weights.layer.add(name="data", type="Input")
    folded = command.fold(text, weights.SerializeToString(), tmp_path, "--select", rule)
    after = nets.parse(folded.definition)
    assert [message.type for message in after.layer if message.type != "Input"] == types
    assert {rewrite["rule"] for rewrite in folded.rewrites} == {rule}
    before = nets.parse(text)
    for message in [m for m in before.layer if m.include]:
        before.layer.remove(message)
    for net in (before, weights):
        as_scale(net)
    inputs = {"data": normal(*SHAPE)}
    pair = (before, weights), (after, nets.decode(folded.weights))
    outputs = [opencv.run(*opencv.prepare(*one), inputs) for one in pair]
    assert max(opencv.differences(*outputs).values()) <= 1e-5


def test_no_rule_is_without_an_oracle(command):
    rules = command.run("rules", "list", "--select", "ALL", "--unsafe", "--format", "json").document["rules"]
    rules = [rule for rule in rules if rule["reports"] is None]
    missing = {r["id"] for r in rules if r["set"] not in SETS} - NETS.keys() - ELSEWHERE.keys()
    assert not missing
    here = command.ROOT / "Tests" / "Oracles" / "folds"
    for name in [*ELSEWHERE.values(), *SETS.values()]:
        assert (here / name).exists()
