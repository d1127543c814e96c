"""Small nets after public reports of users: folded rightly, or refused with the true reason.

The nets are in Tests/Fixtures/reports, a folder each.
"""

import re

import caffold
import nets
import numpy as np
import pytest

REPORTS = caffold.ROOT / "Tests" / "Fixtures" / "reports"


def fold(command, folder, *flags, model="net.prototxt", weights="net.caffemodel", out=None):
    paths = [REPORTS / folder / model, *([REPORTS / folder / weights] if weights else [])]
    target = ["-o", out] if out else ["--dry-run"]
    return command.run("fold", *paths, *flags, *target)


def folded(command, folder, out, *flags, **names):
    """The definition and the blobs by layer of a fold that must succeed."""
    model, weights = (
        REPORTS / folder / names.get("model", "net.prototxt"),
        REPORTS / folder / "net.caffemodel",
    )
    done = command.fold_files(model, REPORTS / folder / names.get("weights", weights.name), out, *flags)
    return nets.parse(done.definition), nets.blobs_by_name(nets.decode(done.weights)), done


def stored(folder, weights="net.caffemodel"):
    return nets.blobs_by_name(nets.decode((REPORTS / folder / weights).read_bytes()))


def types(net):
    return [nets.layer_type(layer) for layer in nets.layers(net)]


def affine(mean, variance, eps, factor=1.0, gamma=1.0, beta=0.0):
    """Factor and summand of a normalisation, in float64."""
    f = 1.0 / np.float64(factor)
    mean, variance = np.float64(mean).ravel() * f, np.float64(variance).ravel() * f
    scale = np.float64(gamma) / np.sqrt(variance + np.float64(np.float32(eps)))
    return scale, np.float64(beta) - mean * scale


def assert_folded(blobs, layer, weight, bias, scale, shift):
    wanted = np.float64(weight) * scale.reshape(-1, 1, 1, 1)
    np.testing.assert_allclose(blobs[layer][0].ravel(), wanted.ravel(), rtol=2e-7, atol=0)
    np.testing.assert_allclose(
        blobs[layer][1].ravel(), np.float64(bias) * scale + shift, rtol=1e-6, atol=1e-7
    )


# -- normalisations


def test_negative_variance(command, tmp_path):
    net, blobs, _ = folded(command, "negative-variance", tmp_path)
    assert types(net) == ["Input", "Convolution", "ReLU"]
    old = stored("negative-variance")
    mean, variance, factor = old["e_bn"]
    assert (variance / factor < -0.001 * 1e-5).any()
    gamma, beta = (blob.ravel() for blob in old["e_sc"])
    scale, shift = affine(mean, variance, 1e-5, factor.item(), gamma, beta)
    assert_folded(blobs, "e", old["e"][0], 0.0, scale, shift)


def test_a_variance_below_minus_eps_is_refused(command):
    result = fold(command, "negative-variance", weights="nan.caffemodel")
    assert result.code == 0
    assert "BatchNorm 'e_bn' stays" in result.stderr
    assert "and variance + eps (1e-05) has to be above 0" in result.stderr


def test_a_scale_that_intel_has_moved_into_the_batch_norm(command, tmp_path):
    net, blobs, done = folded(command, "intel-5-blobs-no-scale", tmp_path)
    assert types(net) == ["Input", "Convolution", "ReLU"]
    old = stored("intel-5-blobs-no-scale")
    mean, variance, factor, gamma, beta = old["k1n"]
    scale, shift = affine(mean, variance, 1e-4, factor.item(), gamma.ravel(), beta.ravel())
    assert_folded(blobs, "k1", old["k1"][0], 0.0, scale, shift)
    assert not done.document["warnings"]
    result = fold(command, "intel-5-blobs-no-scale", "--verify", out=tmp_path / "verified")
    assert result.code == 0, result.stderr
    assert "checked 1 rewrite," in result.stderr
    assert "equal: 2 blobs" in result.stderr


def test_nvcaffe_three_blobs_that_load_nowhere(command):
    result = fold(command, "nvcaffe-proto-bvlc-weights")
    assert "'scale_bias: true', for which NVCaffe has 5 blobs, and the weights have 3" in result.stderr
    assert "the net loads in no Caffe" in result.stderr
    assert "conv-bn\n" not in result.stderr


def test_nvcaffe_without_scale_divides_by_the_factor(command, tmp_path):
    net, blobs, done = folded(command, "nvcaffe-scale-bias-false", tmp_path)
    assert types(net) == ["Input", "Convolution", "ReLU"]
    old = stored("nvcaffe-scale-bias-false")
    mean, variance, factor = old["k1n"]
    assert factor.item() != 1
    gamma, beta = (blob.ravel() for blob in old["k1s"])
    scale, shift = affine(mean, variance, 1e-5, factor.item(), gamma, beta)
    assert_folded(blobs, "k1", old["k1"][0], 0.0, scale, shift)
    assert any("NVCaffe 0.16 does not divide" in w["message"] for w in done.document["warnings"])


def test_bn_with_var_eps(command, tmp_path):
    net, blobs, done = folded(command, "bn-four-blobs-dialects", tmp_path, model="var_eps.prototxt")
    assert types(net) == ["Convolution"]
    old = stored("bn-four-blobs-dialects")
    gamma, beta, mean, variance = (blob.ravel() for blob in old["bn"])
    scale, shift = affine(mean, variance, 1e-3, 1.0, gamma, beta)
    assert_folded(blobs, "c", old["c"][0], old["c"][1].ravel(), scale, shift)
    assert not done.document["warnings"]


def test_bn_with_statistics_of_the_batch(command):
    result = fold(command, "bn-four-blobs-dialects", model="batch.prototxt")
    assert "BN 'bn' stays" in result.stderr
    assert "uses the statistics of the batch" in result.stderr


def test_what_the_files_leave_open_of_a_bn_is_said(command, tmp_path):
    text = (REPORTS / "bn-four-blobs-dialects" / "batch.prototxt").read_text()
    plain = tmp_path / "plain.prototxt"
    plain.write_text(text[: text.index("bn_param")] + "}")
    weights = REPORTS / "bn-four-blobs-dialects" / "net.caffemodel"
    result = command.run("fold", plain, weights, "--dry-run")
    assert result.code == 0, result.stderr
    assert result.stderr.count("override the layout 'bn-four-blobs'") == 1
    # the layout for the other forks, in a rule file
    rules = tmp_path / "inverse.yaml"
    rules.write_text(
        "schema: 1\nlayouts:\n  - id: bn-four-blobs\n    type: BN\n"
        "    scale: layer.blobs[0] * layer.blobs[3]\n"
        "    shift: layer.blobs[1] - layer.blobs[2] * layer.blobs[0] * layer.blobs[3]\n"
    )
    done = command.fold_files(plain, weights, tmp_path, "--rules", rules, "--no-check")
    old, blobs = stored("bn-four-blobs-dialects"), nets.blobs_by_name(nets.decode(done.weights))
    gamma, beta, mean, inverse = (np.float64(blob.ravel()) for blob in old["bn"])
    scale = gamma * inverse
    assert_folded(blobs, "c", old["c"][0], old["c"][1].ravel(), scale, beta - mean * scale)
    assert not done.document["warnings"]


def test_bn_in_learn_mode_without_weights(command):
    result = fold(command, "bn-learn-definition-only", "--definition-only", weights=None)
    assert "BN 'b' stays" in result.stderr
    assert "uses the statistics of the batch" in result.stderr


def test_segnet_in_training(command, tmp_path):
    result = fold(command, "segnet-train", "--extend-select", "deploy", out=tmp_path)
    assert result.code == 0, result.stderr
    assert "bn_mode" in result.stderr
    assert "--assume-stored-statistics" not in result.stderr


def test_a_bn_that_gives_its_statistics_too(command, tmp_path):
    text = (REPORTS / "bn-four-blobs-dialects" / "var_eps.prototxt").read_text()
    model = tmp_path / "net.prototxt"
    text = text.replace('top: "bn"', 'top: "bn" top: "mean" top: "variance"')
    weights = REPORTS / "bn-four-blobs-dialects" / "net.caffemodel"
    behind = 'layer { name: "s" type: "Silence" bottom: "mean" bottom: "variance" }'
    behind += 'layer { name: "r" type: "ReLU" bottom: "bn" top: "r" }'
    for net in (text, text + behind):
        model.write_text(net)
        result = command.run("fold", model, weights, "--dry-run")
        assert "BN 'bn' stays" in result.stderr


def test_scales_of_a_quantised_layer(command, tmp_path):
    text = (REPORTS / "negative-variance" / "net.prototxt").read_text()
    weights = REPORTS / "negative-variance" / "net.caffemodel"
    for field, refused in (("scale_params: 0.5", True), ("bw_params: 8", False)):
        model = tmp_path / "net.prototxt"
        model.write_text(
            text.replace("convolution_param", f"quantization_param {{ {field} }} convolution_param")
        )
        result = command.run("fold", model, weights, "--dry-run")
        assert result.code == 0, result.stderr
        assert ("'quantization_param', whose scales would no longer fit" in result.stderr) == refused


# -- definitions


@pytest.mark.parametrize(
    ("model", "place", "sentence"),
    [
        ("conv", "3:97: error", "'convolution_param' has no field 'kernelsize'; did you mean 'kernel_size'?"),
        (
            "eps",
            "4:81: error",
            "'batch_norm_param' has no field 'use_global_stat'; did you mean 'use_global_stats'?",
        ),
        ("epsilon", "4:104: error", "'batch_norm_param' has no field 'epsilon'; did you mean 'eps'?"),
        ("grp", "3:112: error", "'convolution_param' has no field 'groups'; did you mean 'group'?"),
        ("grp", "3:122: error", "'convolution_param' has no field 'padding'; did you mean 'pad'?"),
        ("net", "5:35: error", "a 'layer' has no field 'botom'; did you mean 'bottom'?"),
        (
            "param",
            "4:62: error",
            "a 'layer' has no field 'batchnorm_param'; did you mean 'batch_norm_param'?",
        ),
        ("top", "5:48: error", "a 'layer' has no field 'Top'; did you mean 'top'?"),
        ("brace", "7:1: error", "expected '}' to close 'layer' of line 3, found the end of the text"),
        ("case", "5:27: warning", "layer 'k1s' has the unknown type 'scale'"),
    ],
)
def test_typos(command, model, place, sentence):
    result = fold(command, "typos", model=f"{model}.prototxt")
    assert f"{model}.prototxt:{place}: {sentence}" in result.stderr
    assert result.code == (2 if "error" in place else 0)


def test_a_blob_that_nothing_writes(command):
    result = fold(command, "typos", model="blob.prototxt")
    assert "layer 'k1r' reads blob 'k_1', which no layer or input makes; did you mean 'k1'?" in result.stderr


@pytest.mark.parametrize(
    ("model", "place", "sentence"),
    [
        (
            "net",
            "1:27",
            "the old syntax 'layers' has types without quotes, such as CONVOLUTION; found \"Input\"",
        ),
        ("mixed", "7:1", "the file mixes 'layer' and 'layers'"),
        ("v2words", "6:27", "expected a string for 'type', found the word RELU; write \"ReLU\""),
    ],
)
def test_mixed_generations(command, model, place, sentence):
    result = fold(command, "mixed-generations", model=f"{model}.prototxt")
    assert result.code == 2
    assert f"{model}.prototxt:{place}: error: {sentence}" in result.stderr


def test_byte_order_mark(command, tmp_path):
    result = fold(command, "bom-crlf", out=tmp_path)
    assert result.code == 0, result.stderr
    assert "Caffe and OpenCV cannot read the file; remove the mark with: sed -i" in result.stderr
    assert "1 × conv-bn-scale" in result.stderr


def test_two_makers_of_one_blob(command):
    result = fold(command, "two-makers-one-blob")
    assert "layers 'm1' and 'm2' both make blob 't'; Caffe rejects the net" in result.stderr


# -- shared parameters


def test_branches_that_share_all(command, tmp_path):
    net, blobs, done = folded(command, "siamese-shared", tmp_path)
    assert types(net) == ["Convolution", "ReLU", "Convolution", "ReLU", "Eltwise"]
    old = stored("siamese-shared")
    for branch in "LR":
        mean, variance, factor = old[f"n{branch}"]
        gamma, beta = (blob.ravel() for blob in old[f"g{branch}"])
        scale, shift = affine(mean, variance, 1e-5, factor.item(), gamma, beta)
        weight, bias = old[f"f{branch}"]
        assert_folded(blobs, f"f{branch}", weight, bias.ravel(), scale, shift)
    assert [list(spec.name for spec in layer.param) for layer in net.layer if layer.param] == [
        ["fw", "fb"]
    ] * 2
    assert [rewrite["rule"] for rewrite in done.rewrites] == ["conv-bn-scale"] * 2


def test_branches_with_a_normalisation_each_stay(command, tmp_path):
    text = (REPORTS / "siamese-shared" / "net.prototxt").read_text()
    model = tmp_path / "net.prototxt"
    right = text.index('name: "nR"')
    model.write_text(text[:right] + text[right:].replace('param { name: "m"', 'param { name: "m2"', 1))
    weights = REPORTS / "siamese-shared" / "net.caffemodel"
    result = command.run("fold", model, weights, "--dry-run")
    assert "shares its parameter 'fw' with" in result.stderr
    assert "conv-bn-scale\n" not in result.stderr


def test_a_plan_of_branches_that_share_all(command, tmp_path):
    plan = tmp_path / "plan.json"
    paths = [REPORTS / "siamese-shared" / name for name in ("net.prototxt", "net.caffemodel")]
    assert command.run("fold", *paths, "--plan", plan).code == 0
    result = command.run("apply", plan, "--dry-run")
    assert result.code == 0, result.stderr
    assert "2 × conv-bn-scale" in result.stderr


# -- deploy


def test_a_net_saved_while_it_trained(command, tmp_path):
    result = fold(command, "dumped-net-phase-train")
    assert "says 'phase: TRAIN'" in result.stderr
    assert "--extend-select deploy" in result.stderr
    net, _, _ = folded(command, "dumped-net-phase-train", tmp_path, "--extend-select", "deploy")
    assert types(net) == [
        "Input",
        *["Convolution", "ReLU"],
        "Convolution",
        "Convolution",
        "Concat",
        "Convolution",
    ]
    assert "phase" not in (tmp_path / "folded.prototxt").read_text()


@pytest.mark.parametrize(
    "folder", ["dumped-net-phase-train", "digits-all-in-one", "data-for-train-only", "ssd-train"]
)
def test_a_deploy_net_is_verified(command, tmp_path, folder):
    result = fold(command, folder, "--extend-select", "deploy", "--verify", out=tmp_path)
    assert result.code == 0, result.stderr
    assert re.search(r"^equal: ([3-9]|\d\d) blobs", result.stderr, re.MULTILINE), result.stderr


def test_all_in_one(command, tmp_path):
    result = fold(command, "digits-all-in-one")
    assert "add --stage train, --stage val or --stage deploy" in result.stderr
    net, _, done = folded(command, "digits-all-in-one", tmp_path, "--stage", "deploy")
    assert types(net) == ["Input", "Convolution", "InnerProduct", "Softmax"]
    assert not done.document["warnings"]
    # without the stage the result has an input and the report speaks of the stage
    net, _, done = folded(command, "digits-all-in-one", tmp_path, "--extend-select", "deploy")
    assert types(net) == ["Input", "Convolution", "InnerProduct", "Softmax"]
    assert any("--stage deploy" in warning["message"] for warning in done.document["warnings"])


def test_data_for_training_only(command, tmp_path):
    result = fold(command, "data-for-train-only")
    assert "layer 'data' makes it in the other phase only: fold with --extend-select deploy" in result.stderr
    net, _, done = folded(command, "data-for-train-only", tmp_path, "--extend-select", "deploy")
    assert types(net) == ["Input", "Convolution", "InnerProduct", "Softmax"]
    assert nets.input_shapes(net) == {"data": (1, 3, 16, 16)}
    assert not done.document["warnings"]


def test_a_detector_in_training(command, tmp_path):
    net, _, done = folded(command, "ssd-train", tmp_path, "--extend-select", "deploy")
    assert types(net)[0] == "Input"
    assert nets.input_shapes(net) == {"data": (4, 3, 32, 32)}
    assert not {"BatchNorm", "Scale", "MultiBoxLoss", "AnnotatedData"} & set(types(net))
    assert not done.document["warnings"]


def test_types_of_a_fork_are_added_by_a_file(command, tmp_path):
    model, rules, out = tmp_path / "net.prototxt", tmp_path / "types.yaml", tmp_path / "out.prototxt"
    model.write_text(
        'layer { name: "d" type: "Camera" top: "data" top: "label" }\n'
        'layer { name: "p" type: "Power" bottom: "data" top: "p" }\n'
        'layer { name: "l" type: "Penalty" bottom: "p" bottom: "label" top: "l" }\n'
    )
    rules.write_text("schema: 1\ntypes:\n  data-layers: [Camera]\n  losses: [Penalty]\n")
    flags = ("--definition-only", "--select", "deploy", "--param", "input_shape=1,3,8,8")
    result = command.run("fold", model, *flags, "--rules", rules, "--output-model", out)
    assert result.code == 0, result.stderr
    assert types(nets.parse(out.read_bytes())) == ["Input", "Power"]
