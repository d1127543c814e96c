"""Nets and paths that are legal and rare: what went wrong on them once."""

import caffold
import nets
import numpy as np
import pytest
from small_nets import Trap, batch_norm, conv, layer, normal, pair_of, positive, scale

FUSE = ("--extend-select", "fuse-linear")


def split(name, bottom, *tops):
    made = " ".join(f'top: "{top}"' for top in tops)
    return f'layer {{ name: "{name}" type: "Split" bottom: "{bottom}" {made} }}\n'


def eltwise(*bottoms, more=""):
    return layer(
        "Eltwise", "sum", " ".join(bottoms), parameters=f"eltwise_param {{ {more} }}" if more else ""
    )


# -- tops


@pytest.mark.parametrize("written", ["a", "b", "a b"])
def test_a_split_whose_tops_are_rewritten_in_place(command, tmp_path, written):
    text = conv("c", "data") + split("s", "c", "a", "b")
    for name in written.split():
        text += layer("ReLU", f"relu_{name}", name, name)
    trap = Trap(command, tmp_path, text + eltwise("a", "b"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    assert "Split" not in trap.types


def test_a_convolution_with_several_tops_keeps_its_weights(command, tmp_path):
    text = (
        'layer { name: "c" type: "Convolution" bottom: "data" bottom: "data" top: "x" top: "y"'
        " convolution_param { num_output: 4 kernel_size: 1 } }\n"
        + scale("after", "x")
        + eltwise("after", "y")
    )
    blobs = {"c": [normal(4, 3, 1, 1), normal(4)], "after": [positive(4), normal(4)]}
    folded = command.fold(*pair_of(text, blobs), tmp_path)
    kept = nets.blobs_by_name(nets.decode(folded.weights))
    assert np.array_equal(kept["c"][0], blobs["c"][0])
    assert [r["reason"] for r in folded.refused["after"]] == ["other-consumer"]


# -- bottoms


@pytest.mark.parametrize("bottoms", ["a a b", "a b a", "b a a"])
def test_a_value_that_is_added_twice_counts_twice(command, tmp_path, bottoms):
    text = conv("a", "data") + conv("b", "data") + eltwise(*bottoms.split())
    blobs = {name: [normal(4, 3, 3, 3), normal(4)] for name in "ab"}
    trap = Trap(command, tmp_path, text, blobs, flags=FUSE)
    assert trap.types.count("Convolution") == 2


def test_a_part_that_stands_twice_in_a_concat(command, tmp_path):
    text = conv("a", "data") + conv("b", "data") + layer("Concat", "concat", "a b a")
    blobs = {name: [normal(4, 3, 3, 3), normal(4)] for name in "ab"}
    trap = Trap(command, tmp_path, text, blobs, flags=FUSE)
    assert trap.outputs[1]["concat"].shape[1] == 12


# -- parameters


def test_a_depthwise_fork_without_groups_absorbs_what_stands_before_it(command, tmp_path):
    text = layer("ReLU", "relu", "data") + scale("s", "relu", bias=False)
    text += layer(
        "DepthwiseConvolution", "c", "s", parameters="convolution_param { num_output: 3 kernel_size: 3 }"
    )
    blobs = {"s": [positive(3)], "c": [normal(3, 1, 3, 3), normal(3)]}
    folded = command.fold(*pair_of(text, blobs), tmp_path)
    found = nets.blobs_by_name(nets.decode(folded.weights))["c"][0]
    wanted = blobs["c"][0].astype(np.float64) * blobs["s"][0].reshape(3, 1, 1, 1)
    assert "Scale" not in [message.type for message in nets.parse(folded.definition).layer]
    np.testing.assert_array_equal(found, wanted.astype(np.float32))


def test_a_negative_factor_makes_variances_positive(command, tmp_path):
    factor = np.float32(-2)
    blobs = {
        "c": [normal(4, 3, 3, 3), normal(4)],
        "bn": [normal(4) * factor, positive(4) * factor, np.array([factor])],
    }
    trap = Trap(command, tmp_path, conv("c", "data") + batch_norm("bn", "c"), blobs)
    assert trap.warnings("bn") == []


def test_shared_parameters_in_the_old_syntax(command, tmp_path):
    text = """input: "data" input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 5
layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" param: "w" param: "b"
  convolution_param { num_output: 4 kernel_size: 1 } }
layers { name: "p" type: POWER bottom: "c" top: "p" power_param { scale: 2 shift: 1 } }
"""
    blobs = [normal(4, 3, 1, 1), normal(4)]
    weights = nets.schema.NetParameter()
    nets.fill(weights.layers.add(name="c", type=4), blobs)
    folded = command.fold(text.encode(), weights.SerializeToString(), tmp_path)
    assert b"POWER" not in folded.definition
    assert b'param: "w" param: "b"' in folded.definition
    found = nets.blobs_by_name(nets.decode(folded.weights))["c"]
    np.testing.assert_array_equal(found[0], blobs[0] * 2)
    np.testing.assert_array_equal(found[1], blobs[1] * 2 + 1)


def gbk(text, raw):
    """The text in GBK, as bytes or as the octal escapes that protobuf's printer writes."""
    return text.encode("gbk") if raw else "".join(f"\\{byte:o}" for byte in text.encode("gbk")).encode()


@pytest.mark.parametrize("raw", [True, False])
def test_names_that_are_not_utf8_are_told_apart(command, tmp_path, raw):
    """Read as UTF-8, the tops of both convolutions become the same four replacement characters."""
    blobs = {"CCCC": [normal(4, 3, 1, 1), normal(4)], "b": [normal(4), normal(4) ** 2 + 0.5, np.ones(1)]}
    blobs["FFFF"] = [normal(4, 3, 1, 1), normal(4)]
    text, weights = pair_of(conv("CCCC", "data") + conv("FFFF", "data") + batch_norm("b", "CCCC"), blobs)
    # In the weights the names are bytes in any case; here they are as long as their stand-ins.
    for stand_in, name in (("CCCC", "卷积"), ("FFFF", "特征")):
        text = text.replace(stand_in.encode(), gbk(name, raw))
        weights = weights.replace(stand_in.encode(), gbk(name, True))
    folded = command.fold(text, weights, tmp_path)
    assert b"BatchNorm" not in folded.definition
    # The other convolution is as it was, letter for letter.
    line = next(line for line in text.splitlines() if gbk("特征", raw) in line)
    assert line in folded.definition
    nets_before = {layer: values for layer, values in blobs.items()}
    after = {
        layer: nets.blobs_by_name(nets.decode(folded.weights.replace(gbk(name, True), layer.encode())))[layer]
        for layer, name in (("CCCC", "卷积"), ("FFFF", "特征"))
    }
    np.testing.assert_array_equal(after["FFFF"][0], nets_before["FFFF"][0])
    scale = 1 / np.sqrt(blobs["b"][1] + 1e-5)
    np.testing.assert_allclose(after["CCCC"][0], blobs["CCCC"][0] * scale[:, None, None, None], rtol=1e-5)


# -- the proof


@pytest.mark.parametrize("in_place", [True, False])
def test_a_fold_into_the_layer_behind_is_verified(command, tmp_path, in_place):
    top = "pool" if in_place else "s"
    text = layer("Pooling", "pool", "data", parameters="pooling_param { kernel_size: 2 }")
    text += scale("s", "pool", top) + conv("c", top)
    blobs = {"s": [positive(3) + 1, normal(3)], "c": [normal(4, 3, 3, 3), normal(4)]}
    (tmp_path / "net.prototxt").write_bytes(pair_of(text, blobs)[0])
    (tmp_path / "net.caffemodel").write_bytes(pair_of(text, blobs)[1])
    files = [tmp_path / "net.prototxt", tmp_path / "net.caffemodel"]
    result = command.run("fold", *files, "-o", tmp_path / "out", "--verify", "--format", "json")
    assert result.code == 0, result.stderr
    assert [r["rule"] for r in result.document["rewrites"]] == ["affine-conv"]
    renewed = [b["name"] for b in result.document["verification"]["blobs"] if b["relative"] > 1e-4]
    assert renewed == (["pool"] if in_place else [])


# -- paths


@pytest.mark.parametrize("folder", ["日本", "é/é", "a b"])
@pytest.mark.parametrize("is_there", [True, False])
def test_outputs_in_folders_of_any_name(command, tmp_path, folder, is_there):
    text, weights = pair_of(conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    (tmp_path / "net.prototxt").write_bytes(text)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    out = tmp_path / folder
    if is_there:
        out.mkdir(parents=True)
        (out / "et.caffemodel").write_text("precious")
    result = command.run("fold", "net.prototxt", "net.caffemodel", "-o", folder, cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert (out / "net.prototxt").read_bytes() == text
    assert (out / "net.caffemodel").read_bytes() == weights
    if is_there:
        assert (out / "et.caffemodel").read_text() == "precious"


@pytest.mark.parametrize("words", [["-j", "2"], ["-vj", "2"]])
def test_a_batch_behind_links_that_lead_back_up_ends(command, tmp_path, words):
    text, weights = pair_of(conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]})
    folder = tmp_path / "models" / "a"
    folder.mkdir(parents=True)
    (folder / "net.prototxt").write_bytes(text)
    (folder / "net.caffemodel").write_bytes(weights)
    (folder / "up").symlink_to("..")
    (tmp_path / "models" / "b").symlink_to("a")
    arguments = ["--batch", tmp_path / "models", "-o", tmp_path / "out", *words]
    result = caffold.run("fold", *arguments, timeout=20)
    assert result.code == 0, result.stderr
    assert result.stderr.endswith("1 model: 1 folded, 0 unchanged, 0 failed\n")
