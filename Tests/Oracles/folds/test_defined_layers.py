"""Layers that definitions of a user describe, in folds, and a known type with another meaning."""

import json
import re

import caffold
import nets
import numpy as np
import onnx_files
import pytest
from small_nets import batch_norm, conv, layer, normal, positive, scale, statistics
from test_ten_layers import close, files, run

#: Linear layers of forks, which take the fields, the number of blobs, or nothing; a BatchNorm of other blobs.
DEFINITIONS = """\
schema: 1
layers:
  - type: VendorDepthwise
    summary: A convolution with a group for each channel.
    means:
      - type: Convolution
        like: layer
        convolution_param: {group: "{layer.bottoms[0].channels}"}
        blobs: layer.blobs
  - type: VendorProduct
    summary: An inner product.
    means:
      - type: InnerProduct
        inner_product_param:
          num_output: "{attr(layer, 'vendor_param.count', 1)}"
          bias_term: "{layer.blobs.count == 2}"
        blobs: layer.blobs
  - type: VendorPlain
    summary: A convolution that has no bias.
    means:
      - type: Convolution
        convolution_param: {num_output: "{layer.blobs[0].shape[0]}", kernel_size: 1, bias_term: false}
        blobs: layer.blobs
  - type: BatchNorm
    summary: A normalisation by a mean and a variance that are divided by nothing.
    where: [{that: layer.blobs.count == 2, because: it has other blobs than a mean and a variance}]
    means:
      - {type: BatchNorm, like: layer, blobs: ["layer.blobs[0]", "layer.blobs[1]", "ones([1])"]}
"""
FIELDS = "convolution_param { num_output: 6 kernel_size: 3 bias_term: false }"


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "definitions.yaml"
    path.write_text(DEFINITIONS)
    assert caffold.run("rules", "check", path).code == 0
    return path


def folded(text, blobs, folder, rules, *flags):
    """The types of the folded net's layers, and its blobs by layer; what it computes is what the net did."""
    model, weights = files(text, blobs, folder)
    before = run(model, weights, folder, "--rules", rules)
    new = folder / "new.prototxt", folder / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    done = caffold.run("fold", model, weights, "--rules", rules, "--verify", *names, *flags)
    assert done.code == 0, done.stderr
    close(run(*new, folder, "--rules", rules), before.astype(float))
    layers = nets.parse(new[0].read_bytes()).layer
    return [one.type for one in layers][1:], nets.blobs_by_name(nets.decode(new[1].read_bytes()))


def test_a_normalisation_goes_into_a_convolution_that_a_definition_describes(tmp_path, rules):
    text = layer("VendorDepthwise", "c", "data", None, FIELDS) + batch_norm("n", "c") + scale("top", "n")
    kernel, gamma, beta, stored = normal(6, 1, 3, 3), positive(6), normal(6), statistics(6, 2)
    types, blobs = folded(text, {"c": [kernel], "n": stored, "top": [gamma, beta]}, tmp_path, rules)
    assert types == ["VendorDepthwise"]
    weights, bias = (np.asarray(one).astype(float) for one in blobs["c"])
    factor = gamma / np.sqrt(stored[1].astype(float) / 2 + 1e-5)
    close(weights.reshape(kernel.shape), kernel * factor.reshape(-1, 1, 1, 1))
    close(bias.ravel(), beta - stored[0].astype(float) / 2 * factor)


def test_what_stands_before_goes_in_too(tmp_path, rules):
    text = scale("s", "data") + layer("VendorDepthwise", "top", "s", None, FIELDS)
    blobs = {"s": [positive(6), normal(6)], "top": [normal(6, 1, 3, 3)]}
    assert folded(text, blobs, tmp_path, rules)[0] == ["VendorDepthwise"]


def test_a_definition_that_goes_by_the_blobs_has_a_bias_where_one_is_added(tmp_path, rules):
    text = layer("VendorProduct", "p", "data", None, "vendor_param { count: 3 }") + scale("top", "p")
    blobs = {"p": [normal(3, 150)], "top": [positive(3), normal(3)]}
    types, blobs = folded(text, blobs, tmp_path, rules)
    assert types == ["VendorProduct"]
    assert len(blobs["p"]) == 2


def test_a_definition_without_a_bias_takes_a_factor_and_no_summand(tmp_path, rules):
    text = layer("VendorPlain", "c", "data") + scale("top", "c", bias=False)
    weights = {"c": [normal(4, 6, 1, 1)], "top": [positive(4)]}
    assert folded(text, weights, tmp_path, rules)[0] == ["VendorPlain"]
    text = layer("VendorPlain", "c", "data") + scale("top", "c")
    weights["top"].append(normal(4))
    assert folded(text, weights, tmp_path, rules)[0] == ["VendorPlain", "Scale"]
    why = caffold.run("why", "top", tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "--rules", rules)
    assert "the definition of VendorPlain gives its layer no bias where" in why.stdout
    assert "'convolution_param.bias_term' asks for one" in why.stdout


def test_a_batch_norm_of_two_blobs_by_a_definition(tmp_path, rules):
    mean, variance = normal(6), positive(6)
    text = layer("TanH", "t", "data") + batch_norm("top", "t", more="eps: 0.5")
    model, weights = files(text, {"top": [mean, variance]}, tmp_path)
    made = run(model, weights, tmp_path, "--rules", rules)
    x = np.tanh(np.load(tmp_path / "data.npz")["data"].astype(float))
    wide = [one.astype(float).reshape(1, -1, 1, 1) for one in (mean, variance)]
    want = (x - wide[0]) / np.sqrt(wide[1] + 0.5)
    close(made, want)
    # Without the definition it has a blob too few.
    bare = caffold.run("run", model, weights, "--outputs", tmp_path / "bare.npz")
    assert "expected 3 parameter blobs, found 2" in bare.stderr
    onnx_files.export(model, weights, tmp_path / "net.onnx", "--no-fold", "--rules", rules)
    close(
        onnx_files.run(tmp_path / "net.onnx", {"data": np.load(tmp_path / "data.npz")["data"]})["top"], want
    )
    new = tmp_path / "new.prototxt", tmp_path / "new.caffemodel"
    names = ("--output-model", new[0], "--output-weights", new[1])
    select = ("--rules", rules, "--select", "expand-forks", "--verify")
    done = caffold.run("fold", model, weights, *select, *names)
    assert done.code == 0, done.stderr
    assert [len(one) for one in nets.blobs_by_name(nets.decode(new[1].read_bytes())).values()] == [3]
    close(run(*new, tmp_path), want)


def test_a_batch_norm_of_two_blobs_is_folded(tmp_path, rules):
    """One with three blobs beside it is what it always was."""
    text = conv("a", "data", out=6) + batch_norm("n", "a") + conv("b", "n", out=6) + batch_norm("top", "b")
    blobs = {
        "a": [normal(6, 6, 3, 3), normal(6)],
        "n": [normal(6), positive(6)],
        "b": [normal(6, 6, 3, 3), normal(6)],
        "top": statistics(6, 2),
    }
    assert folded(text, blobs, tmp_path, rules)[0] == ["Convolution", "Convolution"]


def test_levels_of_definitions_share_a_limit(tmp_path):
    """Each level makes 60 layers of the next: the third would run 216,000."""
    levels = ["VendorOne", "VendorTwo", "VendorThree", "ReLU"]
    text = "schema: 1\nlayers:\n"
    for outer, inner in zip(levels, levels[1:], strict=False):
        text += (
            f"  - type: {outer}\n    summary: Sixty layers, one behind the other.\n    means:\n"
            "      - {op: Identity, input: x, output: 'step[0]'}\n"
            f"      - {{type: {inner}, each: {{i: 60}}, bottom: 'step[i]', top: 'step[i + 1]'}}\n"
            "      - {op: Identity, input: 'step[60]'}\n"
        )
    rules = tmp_path / "levels.yaml"
    rules.write_text(text)
    assert caffold.run("rules", "check", rules).code == 0
    for kind, is_run in (("VendorThree", True), ("VendorTwo", True), ("VendorOne", False)):
        model, weights = files(layer(kind, "top", "data"), {}, tmp_path)
        done = caffold.run("run", model, weights, "--rules", rules, "--outputs", tmp_path / "made.npz")
        assert ("layers" in done.stderr and "makes more than" in done.stderr) != is_run, done.stderr


#: A definition by a layer that another defines; and one that leads to itself until a condition ends it.
NESTED = """\
schema: 1
layers:
  - type: VendorOuter
    summary: Another layer.
    means: [{type: VendorInner}]
  - type: VendorInner
    summary: A ReLU of two channels.
    where: [{that: "layer.bottoms[0].channels == 2", because: it does not have two channels}]
    means: [{type: ReLU}]
  - type: VendorLoop
    summary: Itself, with one step less.
    let: {n: "attr(layer, 'vendor_param.n', 20)"}
    where: [{that: n > 0, because: it has no step}]
    means: [{type: VendorLoop, vendor_param: {n: "{n - 1}"}}]
"""


@pytest.mark.parametrize(
    ("kind", "run_says", "export_says"),
    [
        ("VendorOuter", "layer 'top' (VendorInner): ", "VendorInner 'top' cannot be exported: "),
        (
            "VendorLoop",
            "its layers are defined by other layers",
            "to layers of its type",
        ),
    ],
)
def test_a_definition_that_fails_says_why(kind, run_says, export_says, tmp_path):
    """Everywhere, with the name that the layer has in the net and the type of the part that fails."""
    rules = tmp_path / "nested.yaml"
    rules.write_text(NESTED)
    assert caffold.run("rules", "check", rules).code == 0
    model, weights = files(layer(kind, "top", "data"), {}, tmp_path)
    for command in ("inspect", "run"):
        outputs = () if command == "inspect" else ("--outputs", tmp_path / "made.npz")
        done = caffold.run(command, model, weights, "--rules", rules, *outputs)
        assert run_says in done.stdout + done.stderr
    export = caffold.run("export", model, weights, "--rules", rules, "-o", tmp_path / "net.onnx")
    assert export.code == 2
    assert export_says in export.stderr
    assert "no definition says" not in export.stderr


def test_a_layer_inside_of_a_definition_is_told_once(tmp_path):
    """By the type inside, with the name that the layer has in the net, however deep it lies."""
    rules = tmp_path / "nested.yaml"
    rules.write_text(
        NESTED + "  - {type: VendorThird, summary: The outer one., means: [{type: VendorOuter}]}\n"
    )
    for kind in ("VendorInner", "VendorOuter", "VendorThird"):
        model, weights = files(layer(kind, "top", "data"), {}, tmp_path)
        done = caffold.run("run", model, weights, "--rules", rules, "--outputs", tmp_path / "made.npz")
        why = "cannot be run by the definition of its type: it does not have two channels"
        assert f": layer 'top' (VendorInner): {why}\n" in done.stderr


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("VendorInner", "it does not have two channels"),
        (
            "VendorOuter",
            "its definition has a layer of type VendorInner: it does not have two channels",
        ),
        (
            "VendorMade",
            "its definition has a layer of type VendorUnknown, which cannot be run here",
        ),
    ],
)
def test_verify_cuts_where_a_definition_does_not_describe_a_layer(kind, why, tmp_path):
    """Also a layer inside of another definition; and the comparison goes on behind the layer."""
    rules = tmp_path / "nested.yaml"
    rules.write_text(NESTED + "  - {type: VendorMade, summary: Who knows., means: [{type: VendorUnknown}]}\n")
    text = layer(kind, "top", "data") + layer("ReLU", "behind", "top")
    model, weights = files(text, {}, tmp_path)
    verify = caffold.run("verify", model, weights, model, weights, "--rules", rules, "--format", "json")
    (cut,) = json.loads(verify.stdout)["cuts"]
    assert (cut["layer"], cut["type"], cut["why"]) == ("top", kind, why)
    pair = [model, weights, model, weights]
    behind = caffold.run(
        "verify", *pair, "--rules", rules, "--input-shape", "top=1,3,4,4", "--format", "json"
    )
    assert behind.code == 0, behind.stderr
    assert "behind" in [blob["name"] for blob in json.loads(behind.stdout)["blobs"]]


@pytest.mark.parametrize("kind", ["VendorInner", "VendorOuter"])
def test_a_condition_holds_for_the_shape_that_is_given(kind, tmp_path):
    """Of a net without shapes, or for another shape than the net's."""
    rules = tmp_path / "nested.yaml"
    rules.write_text(NESTED)
    model, weights = files(layer(kind, "top", "data"), {}, tmp_path)
    for text in (model.read_text(), re.sub(r"layer .*Input.*", 'input: "data"', model.read_text())):
        model.write_text(text)
        flags = ["--rules", rules, "--input-shape", "1,2,4,4"]
        made = tmp_path / "made.npz"
        done = caffold.run("run", model, weights, *flags, "--outputs", made)
        assert done.code == 0, done.stderr
        assert np.load(made)["top"].shape == (1, 2, 4, 4)
        verify = caffold.run("verify", model, weights, model, weights, *flags, "--format", "json")
        assert (verify.code, json.loads(verify.stdout)["cuts"]) == (0, [])
        inspected = caffold.run("inspect", model, weights, *flags, "--format", "json")
        assert json.loads(inspected.stdout)["layers"][-1]["obstacle"] is None
        onnx = tmp_path / "net.onnx"
        export = caffold.run("export", model, weights, *flags, "-o", onnx)
        assert export.code == 0, export.stderr
        compared = caffold.run("verify", model, weights, onnx, *flags)
        assert compared.code == 0, compared.stderr
        np.save(tmp_path / "data.npy", np.ones((1, 2, 4, 4), np.float32))
        given = ["--rules", rules, "--input", tmp_path / "data.npy"]
        done = caffold.run("run", model, weights, *given, "--outputs", made)
        assert done.code == 0, done.stderr
        # What the net itself gives suits the definition no more.
        flags[-1] = "1,3,4,4"
        assert caffold.run("run", model, weights, *flags, "--outputs", made).code == 1


def test_a_condition_holds_for_the_shape_that_the_other_net_gives(tmp_path):
    """A net without shapes is run on those of the net beside it, or on a file without the first axis."""
    rules = tmp_path / "nested.yaml"
    rules.write_text(NESTED)
    first, weights = files(layer("VendorInner", "top", "data"), {}, tmp_path)
    first.write_text(re.sub(r"shape \{.*?\}", "shape { dim: 1 dim: 2 dim: 4 dim: 4 }", first.read_text()))
    second = tmp_path / "second.prototxt"
    second.write_text(re.sub(r"layer .*Input.*", 'input: "data"', first.read_text()))
    np.save(tmp_path / "data.npy", np.ones((2, 4, 4), np.float32))
    for flags in ([], ["--input", f"data={tmp_path / 'data.npy'}"]):
        pair = [first, weights, second, weights, "--rules", rules, *flags, "--format", "json"]
        done = caffold.run("verify", *pair)
        assert done.code == 0, done.stderr + done.stdout
        assert json.loads(done.stdout)["cuts"] == []


def test_a_shape_may_be_given_for_a_layer_that_another_shape_cuts(tmp_path):
    """What cannot be run is known only when the shapes of the inputs are."""
    rules = tmp_path / "nested.yaml"
    rules.write_text(NESTED)
    text = layer("VendorInner", "top", "data") + layer("ReLU", "behind", "top")
    model, weights = files(text, {}, tmp_path)
    model.write_text(re.sub(r"shape \{.*?\}", "shape { dim: 1 dim: 2 dim: 4 dim: 4 }", model.read_text()))
    pair = ["verify", model, weights, model, weights, "--rules", rules]
    assert caffold.run(*pair).code == 0
    top = ["--input-shape", "top=1,3,4,4"]
    done = caffold.run(*pair, "--input-shape", "data=1,3,4,4", *top, "--format", "json")
    assert done.code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [cut["layer"] for cut in found["cuts"]] == ["top"]
    assert "behind" in [blob["name"] for blob in found["blobs"]]
    # Here the layer is run, and its top is not the user's to shape.
    done = caffold.run(*pair, *top)
    assert (done.code, "the inputs of this net are 'data'" in done.stderr) == (2, True)


def test_definitions_in_a_circle_are_refused(tmp_path):
    """Where nothing can end it: with the place of the layer that closes it."""
    rules = tmp_path / "circle.yaml"
    rules.write_text(
        "schema: 1\nlayers:\n"
        "  - {type: VendorOne, summary: The other., means: [{type: VendorTwo}]}\n"
        "  - {type: VendorTwo, summary: The other., means: [{type: VendorOne}]}\n"
    )
    done = caffold.run("rules", "check", rules)
    assert done.code == 2
    assert ":4:" in done.stderr
    assert "the definitions of 'VendorOne' and 'VendorTwo' form a circle" in done.stderr
