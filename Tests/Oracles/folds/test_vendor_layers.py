"""Layers that only a fork knows: folds of them are checked and verified as their layouts say."""

import caffe_schema as schema
import numpy as np
import pytest

NET = """
input: "data" input_shape { dim: 1 dim: 3 dim: 5 dim: 5 }
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 }
}
layer { name: "gain" type: "VendorGain" bottom: "conv" top: "gain" vendor_gain_param { alpha: 3 } }
layer { name: "relu" type: "ReLU" bottom: "gain" top: "relu" }
"""

RULE = """
schema: 1
layouts:
  - id: vendor-gain
    type: VendorGain
    blobs: [gamma, beta]
    scale: "layer.blobs[0] * attr(layer, 'vendor_gain_param.alpha', 1)"
    shift: "layer.blobs[1]"
rules:
  - id: fold-gain
    summary: Fold a vendor's gain.
    match:
      conv: {type: Convolution}
      gain: {type: VendorGain, bottom: conv}
    transform:
      - {kernel: fold-affine, into: conv, scale: SCALE, shift: SHIFT}
    rewrite: {remove: gain}
"""
SCALE = "\"gain.blobs[0] * attr(gain, 'vendor_gain_param.alpha', 1)\""
SHIFT = '"gain.blobs[1]"'
WRONG = {
    "alpha forgotten": ('"gain.blobs[0]"', SHIFT),
    "shift forgotten": (SCALE, "0"),
    "right": (SCALE, SHIFT),
}


@pytest.fixture
def files(tmp_path):
    """The net, its weights, and a way to write the rule."""
    random = np.random.default_rng(7)
    net = schema.NetParameter()
    for name, shapes in {"conv": [(4, 3, 3, 3), (4,)], "gain": [(4,), (4,)]}.items():
        layer = net.layer.add(name=name, type={"conv": "Convolution", "gain": "VendorGain"}[name])
        for shape in shapes:
            blob = layer.blobs.add()
            blob.shape.dim.extend(shape)
            blob.data.extend(random.normal(size=shape).astype(np.float32).ravel())
    (tmp_path / "net.prototxt").write_text(NET)
    (tmp_path / "net.caffemodel").write_bytes(net.SerializeToString())

    def rule(variant):
        scale, shift = WRONG[variant]
        path = tmp_path / "rule.yaml"
        path.write_text(RULE.replace("SCALE", scale).replace("SHIFT", shift))
        return path

    return tmp_path / "net.prototxt", tmp_path / "net.caffemodel", rule


@pytest.mark.parametrize("variant", [name for name in WRONG if name != "right"])
@pytest.mark.parametrize("proof", [["--verify", "--no-check"], []])
def test_a_wrong_fold_is_caught(command, files, tmp_path, variant, proof):
    model, weights, rule = files
    result = command.run("fold", model, weights, "--rules", rule(variant), "-o", tmp_path / "out", *proof)
    assert result.code == 1, result.stderr
    assert not list((tmp_path / "out").glob("*"))


def test_the_right_fold_is_checked_and_verified(command, files, tmp_path):
    model, weights, rule = files
    arguments = ["--rules", rule("right"), "-o", tmp_path / "out", "--verify", "--format", "json"]
    result = command.run("fold", model, weights, *arguments)
    assert result.code == 0, result.stderr
    assert result.document["check"]["compared"] == 1
    assert result.document["verification"]["equal"] is True
    assert {blob["name"] for blob in result.document["verification"]["blobs"]} >= {"relu"}


def test_verify_takes_layouts_from_rule_files(command, files, tmp_path):
    model, weights, rule = files
    path = rule("right")
    assert command.run("fold", model, weights, "--rules", path, "-o", tmp_path / "out").code == 0
    folded = [tmp_path / "out" / "net.prototxt", tmp_path / "out" / "net.caffemodel"]
    known = command.run("verify", model, weights, *folded, "--rules", path, "--format", "json")
    assert known.code == 0
    assert "relu" in {blob["name"] for blob in known.document["blobs"]}
    # Without it, what one net computes and the other cannot is no reason to call them different, nor equal.
    unknown = command.run("verify", model, weights, *folded, "--format", "json")
    assert unknown.code == 1
    assert unknown.document["verdict"] == "nothing-compared"
    assert set(unknown.document["skipped"]) == {"gain", "relu"}
