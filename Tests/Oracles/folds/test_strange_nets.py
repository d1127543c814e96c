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


# -- names


def gbk(text, raw):
    """The text in GBK, as bytes or as the octal escapes that protobuf's printer writes."""
    return text.encode("gbk") if raw else "".join(f"\\{byte:o}" for byte in text.encode("gbk")).encode()


#: Names of four bytes, as long as what stands for them in the nets below. As replacement characters they are
#: the same.
GBK = {"CCCC": "卷积", "FFFF": "特征"}


def gbk_pair(text, blobs, raw=False):
    """The pair with names in GBK; in the weights names are bytes in any case."""
    text, weights = pair_of(text, blobs)
    for stand_in, name in GBK.items():
        text = text.replace(stand_in.encode(), gbk(name, raw))
        weights = weights.replace(stand_in.encode(), gbk(name, True))
    return text, weights


def gbk_blobs(weights):
    """The blobs of folded weights by the stand-ins of names."""
    for stand_in, name in GBK.items():
        weights = weights.replace(gbk(name, True), stand_in.encode())
    return nets.blobs_by_name(nets.decode(weights))


def written_pair(folder, text, weights, stem="net"):
    files = folder / f"{stem}.prototxt", folder / f"{stem}.caffemodel"
    files[0].write_bytes(text)
    files[1].write_bytes(weights)
    return files


@pytest.fixture
def gbk_blob_values():
    return {
        "CCCC": [normal(4, 3, 1, 1), normal(4)],
        "FFFF": [normal(4, 3, 1, 1), normal(4)],
        "b": [normal(4), normal(4) ** 2 + 0.5, np.ones(1)],
    }


GBK_TEXT = conv("CCCC", "data", kernel=1) + conv("FFFF", "data", kernel=1) + batch_norm("b", "CCCC")


def check_gbk_fold(blobs, after):
    """The BatchNorm is in the convolution that makes its bottom, and the other convolution is as it was."""
    for before, found in zip(blobs["FFFF"], after["FFFF"], strict=True):
        np.testing.assert_array_equal(found, before)
    factor = 1 / np.sqrt(blobs["b"][1] + 1e-5)
    np.testing.assert_allclose(after["CCCC"][0], blobs["CCCC"][0] * factor[:, None, None, None], rtol=1e-5)


@pytest.mark.parametrize("raw", [True, False])
def test_names_that_are_not_utf8_are_told_apart(command, tmp_path, raw, gbk_blob_values):
    text, weights = gbk_pair(GBK_TEXT, gbk_blob_values, raw)
    folded = command.fold(text, weights, tmp_path)
    assert b"BatchNorm" not in folded.definition
    # The other convolution is as it was, letter for letter.
    line = next(line for line in text.splitlines() if gbk("特征", raw) in line)
    assert line in folded.definition
    check_gbk_fold(gbk_blob_values, gbk_blobs(folded.weights))
    assert folded.rewrites[0]["kept"] == [r"\276\355\273\375"]


def test_a_reader_of_a_name_that_is_not_utf8_is_seen(command, tmp_path):
    """The other convolution reads what the first one makes, so the BatchNorm stays."""
    blobs = {
        "CCCC": [normal(4, 3, 1, 1), normal(4)],
        "FFFF": [normal(4, 4, 1, 1), normal(4)],
        "b": [normal(4), normal(4) ** 2 + 0.5, np.ones(1)],
    }
    text = conv("CCCC", "data", kernel=1) + conv("FFFF", "CCCC", kernel=1) + batch_norm("b", "CCCC")
    folded = command.fold(*gbk_pair(text, blobs), tmp_path, "--verify")
    assert b"BatchNorm" not in folded.definition
    assert b"Scale" in folded.definition
    refusal = folded.refused["b"][0]
    assert refusal["reason"] == "other-consumer"
    assert r"blob '\276\355\273\375' is also read by Convolution '\314\330\325\367'" in refusal["message"]


def test_a_plan_with_names_that_are_not_utf8_is_replayed(command, tmp_path, gbk_blob_values):
    files = written_pair(tmp_path, *gbk_pair(GBK_TEXT, gbk_blob_values))
    plan = tmp_path / "plan.json"
    assert command.run("fold", *files, "--plan", plan).code == 0
    assert r'"layer": "\\276\\355\\273\\375"' in plan.read_text()
    result = command.run("apply", plan, "-o", tmp_path / "out")
    assert result.code == 0, result.stderr
    check_gbk_fold(gbk_blob_values, gbk_blobs((tmp_path / "out" / "net.caffemodel").read_bytes()))


@pytest.mark.parametrize("glob", [r"\276\355\273\375", r"\276*", "b"])
def test_layers_are_chosen_by_the_escapes_of_their_names(command, tmp_path, glob, gbk_blob_values):
    files = written_pair(tmp_path, *gbk_pair(GBK_TEXT, gbk_blob_values))
    arguments = ["--ignore", "bn-to-scale", "--skip-layer", glob, "-o", tmp_path / "out"]
    assert command.run("fold", *files, *arguments).code == 0
    assert (tmp_path / "out" / "net.prototxt").read_bytes() == files[0].read_bytes()


def test_an_input_is_given_by_the_escapes_of_its_name(command, tmp_path):
    text = 'layer { name: "in" type: "Input" top: "\\276" input_param { shape { dim: 1 dim: 2 } } }\n'
    text += layer("ReLU", "r", "\\276", "r")
    weights = nets.schema.NetParameter()
    weights.layer.add(name="r", type="ReLU")
    files = written_pair(tmp_path, text.encode(), weights.SerializeToString())
    np.save(tmp_path / "x.npy", np.array([[3, -1]], np.float32))
    result = command.run(
        "verify", *files, *files, "--input", rf"\276={tmp_path / 'x.npy'}", "--format", "json", "-v"
    )
    assert result.code == 0, result.stderr
    largest = {blob["name"]: blob["largest"] for blob in result.document["blobs"]}
    assert largest == {r"\276": 3, "r": 3}


def test_names_that_differ_in_normalisation_are_two(command, tmp_path):
    """`é` as one character and as two: the nets below read them the other way round."""
    composed, decomposed = "\u00e9", "e\u0301"
    made = conv("c1", "data", top=composed) + conv("c2", "data", top=decomposed)
    text = made + layer("Sigmoid", "o1", composed, "o1") + layer("ReLU", "o2", decomposed, "o2")
    swapped = made + layer("Sigmoid", "o1", decomposed, "o1") + layer("ReLU", "o2", composed, "o2")
    blobs = {name: [normal(4, 3, 3, 3), normal(4)] for name in ("c1", "c2")}
    first = written_pair(tmp_path, *pair_of(text, blobs), "a")
    second = written_pair(tmp_path, *pair_of(swapped, blobs), "b")
    assert command.run("verify", *first, *first).code == 0
    result = command.run("verify", *first, *second, "--format", "json")
    assert result.code == 1
    assert result.document["firstDivergence"] == "o1"
    # Both blobs are compared, each with its own.
    names = [blob["name"] for blob in result.document["blobs"]]
    assert composed in names
    assert decomposed in names


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
    assert result.stderr.endswith("1 model: 0 folded, 1 with nothing changed, 0 up to date, 0 failed\n")
