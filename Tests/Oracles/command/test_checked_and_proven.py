"""'Checked' and 'proven' after reports of users: what a fold's check finds, and what a proof needs."""

import pathlib

import nets
import numpy as np
import pytest
from small_nets import batch_norm, conv, files, layer, normal, scale, statistics, written

REPORTS = pathlib.Path(__file__).parents[2] / "Fixtures" / "reports"


def rules(folder, text):
    path = folder / "rules.yaml"
    path.write_text("schema: 1\nrules:\n" + text)
    return path


# MARK: check

SATURATING = {
    "relu6": ("ReLU6", "", "{type: ReLU6}"),
    "clip": ("Clip", "clip_param { min: 0 max: 9 }", "{type: Clip, where: x.clip_param.max == 9}"),
    "large": ("Clip", "clip_param { min: 0 max: 9e6 }", "{type: Clip, where: x.clip_param.max > 9}"),
}


@pytest.mark.parametrize("name", SATURATING)
def test_what_bends_far_out_is_reached(command, tmp_path, name):
    kind, parameters, match = SATURATING[name]
    text = conv("c", "data") + layer(kind, "x", "c", None, parameters) + conv("d", "x")
    pair = files(
        tmp_path,
        text,
        {"c": [normal(4, 3, 3, 3) / 100, normal(4) / 100], "d": [normal(4, 4, 3, 3), normal(4)]},
    )
    wrong = rules(
        tmp_path,
        f"  - id: to-relu\n    summary: Forget where it bends.\n    match: {{x: {match}}}\n"
        "    rewrite: {replace: x, with: {type: ReLU}}\n",
    )
    arguments = ["fold", *pair, "-o", tmp_path / "o", "--rules", wrong, "--isolated"]
    checked = command.run(*arguments)
    assert checked.code == 1
    assert "rule 'to-relu' does not keep what layer 'x' computes" in checked.stderr
    assert command.run(*arguments, "--no-check", "--verify").code == 1
    assert command.run("rules", "prove", wrong).code == 1
    assert command.run(*arguments, "--no-check").code == 0
    assert command.run("verify", *pair, *written(tmp_path / "o")).code == 1


def test_conversions_do_not_switch_the_check_off(command, tmp_path):
    folder = REPORTS / "deploy-unchecked"
    pair = folder / "net.prototxt", folder / "net.caffemodel"
    wrong = ["--rules", folder / "bad.yaml"]
    for deploy in ([], ["--extend-select", "deploy"]):
        result = command.run("fold", *pair, "-o", tmp_path / "o", *wrong, *deploy)
        assert result.code == 1
        assert "rule 'conv-tanh-gain' " in result.stderr or "'conv-tanh-gain'" in result.stderr
        assert "do not keep what" in result.stderr or "does not keep what" in result.stderr
    assert not (tmp_path / "o").exists() or not list((tmp_path / "o").iterdir())
    # Without it all is right, the folds are checked, and both nets agree where both still are.
    arguments = [
        "fold",
        *pair,
        "-o",
        tmp_path / "o",
        "--extend-select",
        "deploy",
        "--verify",
        "--format",
        "json",
    ]
    result = command.run(*arguments)
    assert result.code == 0, result.stderr
    assert result.document["check"]["compared"] >= 1
    assert result.document["verification"]["verdict"] == "equal"


def test_folds_beside_preprocessing_are_checked(command, tmp_path):
    text = conv("c", "data") + scale("s", "c") + layer("ReLU", "r", "s")
    pair = files(tmp_path, text, {"c": [normal(4, 3, 3, 3), normal(4)], "s": [normal(4), normal(4)]})
    wrong = rules(
        tmp_path,
        "  - id: wrong-scale\n    summary: Twice the factor.\n    priority: 60\n"
        "    match: {conv: {type: Convolution}, scale: {type: Scale, bottom: conv}}\n"
        "    transform:\n"
        "      - {kernel: fold-affine, into: conv, scale: 'scale.blobs[0] * 2', shift: 'scale.blobs[1]'}\n"
        "    rewrite: {keep: conv, remove: scale}\n",
    )
    arguments = ["fold", *pair, "-o", tmp_path / "o", "--extend-select", "preprocess", "--param", "mean=0.5"]
    result = command.run(*arguments, "--rules", wrong)
    assert result.code == 1
    assert "'wrong-scale'" in result.stderr
    result = command.run(*arguments, "--verify", "--format", "json")
    assert result.code == 0, result.stderr
    assert result.document["check"]["compared"] >= 1
    assert result.document["check"]["conversions"] >= 1


def test_branches_of_other_resolution_are_checked(command, tmp_path):
    """A BatchNorm behind the Concat of branches from blobs of different sizes, in a net of large planes."""
    text = (
        layer("ReLU", "r", "data")
        + layer("Pooling", "small", "r", None, "pooling_param { pool: AVE kernel_size: 4 stride: 4 }")
        + layer("Sigmoid", "held", "small")
        + conv("a", "r", kernel=2, more="stride: 2 bias_term: false")
        + layer(
            "Deconvolution", "b", "held", None,
            "convolution_param { num_output: 4 kernel_size: 2 stride: 2 bias_term: false }",
        )
        + layer("Concat", "cat", "a b")
        + batch_norm("bn", "cat")
        + layer("ReLU", "end", "bn")
    )  # fmt: skip
    blobs = {"a": [normal(4, 3, 2, 2)], "b": [normal(3, 4, 2, 2)], "bn": statistics(8)}
    pair = files(tmp_path, text, blobs, (1, 3, 1024, 2048))
    result = command.run("fold", *pair, "-o", tmp_path / "o", "--format", "json")
    assert result.code == 0, result.stderr
    assert result.document["check"]["notChecked"] == 0
    assert result.document["check"]["compared"] >= 1


LAYOUT = """schema: 1
layouts:
  - id: bn-four-blobs
    type: [BN, CuDNNBatchNorm]
    scale: layer.blobs[0] * layer.blobs[3]
    shift: layer.blobs[1] - layer.blobs[2] * layer.blobs[0] * layer.blobs[3]
"""


def test_a_layout_that_overrides_a_built_in_one_is_what_check_and_verify_use(command, tmp_path):
    """A fork's BN stores the inverse of the deviation: the executor's own BN would compute something else."""
    text = conv("c", "data", more="bias_term: false") + layer("BN", "bn", "c") + layer("ReLU", "r", "bn")
    weights, gamma, beta, mean = normal(4, 3, 3, 3), normal(4), normal(4), normal(4)
    inverse = np.abs(normal(4)) + np.float32(0.5)
    pair = files(tmp_path, text, {"c": [weights], "bn": [gamma, beta, mean, inverse]})
    layout = tmp_path / "layout.yaml"
    layout.write_text(LAYOUT)
    arguments = ["fold", *pair, "-o", tmp_path / "o", "--rules", layout, "--verify", "--format", "json"]
    result = command.run(*arguments)
    assert result.code == 0, result.stderr
    assert result.document["check"]["compared"] == 1
    assert result.document["verification"]["verdict"] == "equal"
    folded = nets.blobs_by_name(nets.decode_file(written(tmp_path / "o")[1]))["c"]
    factors = (gamma * inverse).astype(np.float64)
    assert np.allclose(folded[0], weights * factors.reshape(4, 1, 1, 1), rtol=1e-6)
    assert np.allclose(folded[1].ravel(), beta - mean * factors, rtol=1e-5, atol=1e-6)
    both = [*pair, *written(tmp_path / "o")]
    assert command.run("verify", *both, "--rules", layout).code == 0
    assert command.run("verify", *both).code == 1


def test_a_rewrite_of_weights_that_are_no_numbers_is_not_checked(command, tmp_path):
    text = conv("c", "data") + batch_norm("bn", "c") + scale("s", "bn")
    blobs = {
        "c": [normal(4, 3, 3, 3) * np.float32(np.nan), normal(4)],
        "bn": statistics(4),
        "s": [normal(4), normal(4)],
    }
    pair = files(tmp_path, text, blobs)
    result = command.run("fold", *pair, "-o", tmp_path / "o", "--format", "json")
    check = result.document["check"]
    assert (check["compared"], check["notChecked"]) == (0, 1)
    assert check["sites"][0]["reason"] == "no number of blob 's' is finite, before or after"
    result = command.run("fold", *pair, "-o", tmp_path / "o2", "--verify")
    assert result.code == 1
    assert "no number of 's' is finite, in the original or in the folded net" in result.stderr
    assert not (tmp_path / "o2").exists()


OFF_BY_A_HUNDREDTH = """  - id: larger
    summary: Make weights a hundredth larger.
    once: true
    {keys}
    match: {{c: {{type: Convolution}}}}
    transform: [{{set: "c.blobs[0]", to: "c.blobs[0] * 1.01"}}]
    rewrite: {{keep: c}}
"""


@pytest.mark.parametrize(
    ("keys", "flags", "code", "allowed"),
    [
        ("safety: exact", [], 1, 1e-6),
        ("tolerance: 0.02", [], 0, 0.02),
        ("tolerance: 0.005", [], 1, 0.005),
        # That of the rule holds, if it is the larger one.
        ("tolerance: 0.02", ["--tolerance", "1e-3"], 0, 0.02),
        ("tolerance: 0.005", ["--tolerance", "0.02"], 0, 0.02),
        ("safety: approximate\n    tolerance: 0.02", ["--unsafe"], 0, 0.02),
        ("safety: approximate\n    tolerance: 0.005", ["--unsafe"], 1, 0.005),
        # Measured and not judged, unless the run is given a tolerance.
        ("safety: approximate", ["--unsafe"], 0, None),
        ("safety: approximate", ["--unsafe", "--tolerance", "1e-3"], 1, 1e-3),
        ("safety: approximate", ["--unsafe", "--tolerance", "0.02"], 0, 0.02),
    ],
)
def test_the_tolerance_of_a_rule(command, tmp_path, keys, flags, code, allowed):
    pair = files(tmp_path, conv("c", "data"), {"c": [normal(4, 3, 3, 3), np.zeros(4, np.float32)]})
    rule = rules(tmp_path, OFF_BY_A_HUNDREDTH.format(keys=keys))
    arguments = ["--rules", rule, "--isolated", "--no-config", "--dry-run", *flags]
    result = command.run("fold", *pair, *arguments, "--format", "json")
    assert result.code == code, result.stderr
    (site,) = result.document["check"]["sites"]
    assert site["relative"] == pytest.approx(0.01, rel=0.02)
    assert site["allowed"] == allowed
    assert site["status"] == ("passed" if code == 0 else "failed")
    if code == 0:
        assert "largest relative error 0.010 at 'c'" in command.run("fold", *pair, *arguments).stderr


# MARK: prove


def test_a_condition_that_cannot_be_evaluated_is_a_failure(command, tmp_path):
    path = rules(
        tmp_path,
        "  - id: reads-too-far\n    summary: Reads a number that is not there.\n"
        "    match: {a: {type: ReLU}, b: {type: Scale, bottom: a}}\n"
        '    where: "sum(reshape(b.blobs[0], [3, -1])) < 1000"\n'
        "    rewrite: {replace: a, with: {type: ReLU}}\n    once: true\n",
    )
    result = command.run("rules", "prove", path)
    assert result.code == 1
    assert "rule 'reads-too-far' is wrong: an expression cannot be evaluated" in result.stderr


def test_too_few_nets_are_not_enough(command, tmp_path):
    """Only the net of its test matches, and hardly ever."""
    path = rules(
        tmp_path,
        "  - id: rare\n    summary: Hardly ever.\n"
        "    match: {a: {type: Scale}, b: {type: AbsVal, bottom: a}}\n"
        '    where: "a.blobs[0].count == 7 and all(a.blobs[0] > 0)"\n'
        "    rewrite: {keep: a, replace: b, with: {type: AbsVal}}\n    once: true\n"
        "    tests:\n      - name: t\n        net: |\n"
        '          input: "data" input_shape { dim: 1 dim: 7 }\n'
        '          layer { name: "a" type: "Scale" bottom: "data" top: "a" }\n'
        '          layer { name: "b" type: "AbsVal" bottom: "a" top: "b" }\n'
        "        expect: rewritten\n",
    )
    result = command.run("rules", "prove", path)
    assert result.code == 1
    assert "not enough: " in result.stderr
    assert "were compared, at least 30 are needed; the rule refused " in result.stderr


def test_what_is_not_compared_is_not_counted(command):
    result = command.run("rules", "prove", "deploy-softmax", "remove-split", "--instances", "40")
    assert result.code == 0, result.stderr
    lines = result.stderr.splitlines()
    assert any("remove-split" in line and line.rstrip().endswith("held on 40 of 40 nets") for line in lines)
    assert lines[-1] == "2 rules: 1 held, 1 not compared, since they change the net on purpose"
