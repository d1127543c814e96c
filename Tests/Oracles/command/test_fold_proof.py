"""What `fold --verify` and `verify` find: right folds, wrong ones, conversions, branches of a stage."""

import pytest


def test_a_fold_is_proven_before_anything_is_written(command, pair, tmp_path):
    result = command.run("fold", *pair, "-o", tmp_path / "out", "--verify", "--format", "json")
    assert result.code == 0, result.stderr
    assert result.document["verification"]["equal"]
    assert result.document["verification"]["outputs"] == ["prob"]


@pytest.mark.parametrize("from_layer", ["bn", "scale"])
def test_a_wrong_rule_is_caught_and_nothing_written(command, pair, tmp_path, from_layer):
    """The rule folds one of the two layers that it removes, and forgets the other."""
    kernel = {"bn": "fold-batch-norm", "scale": "fold-scale"}[from_layer]
    (tmp_path / "wrong.yaml").write_text(
        "schema: 1\nrules:\n  - id: conv-bn-scale\n    summary: Forgets a layer.\n    match:\n"
        "      conv: {type: [Convolution, InnerProduct]}\n      bn: {type: BatchNorm, bottom: conv}\n"
        "      scale: {type: Scale, bottom: bn}\n    transform:\n"
        f"      - {{kernel: {kernel}, from: {from_layer}, into: conv}}\n"
        "    rewrite: {keep: conv, remove: [bn, scale]}\n"
    )
    result = command.run(
        "fold", *pair, "-o", tmp_path / "out", "--verify", "--no-check", "--rules", tmp_path / "wrong.yaml"
    )
    assert result.code == 1
    assert "the first blob beyond 1.0e-4 is 'conv1'" in result.stderr
    assert "nothing was written" in result.stderr
    assert not (tmp_path / "out").exists()
    # Without --verify the check of every rewrite stops it.
    result = command.run("fold", *pair, "-o", tmp_path / "out", "--rules", tmp_path / "wrong.yaml")
    assert result.code == 1
    assert "error: rule 'conv-bn-scale' does not keep what layers '" in result.stderr
    assert "nothing was written" in result.stderr
    assert not (tmp_path / "out").exists()


def test_verify_tells_a_forgotten_eps_from_the_right_fold(command, pair, tmp_path):
    """conv2/bn has eps 0.001: a fold with the default instead is another net."""
    right = command.fold_files(*pair, tmp_path / "right")
    text = pair[0].read_text()
    assert "    eps: 0.001\n" in text
    (tmp_path / "wrong").mkdir()
    wrong = tmp_path / "wrong" / pair[0].name
    wrong.write_text(text.replace("    eps: 0.001\n", ""))
    command.fold_files(wrong, pair[1], tmp_path / "wrong" / "out")
    assert right is not None
    for folder, code in [(tmp_path / "right", 0), (tmp_path / "wrong" / "out", 1)]:
        outputs = [next(folder.rglob(f"*{ending}")) for ending in (".prototxt", ".caffemodel")]
        result = command.run("verify", *pair, *outputs)
        assert result.code == code, result.stderr


def test_a_net_that_differs_is_told_in_json_too(command, pair, tmp_path):
    rule = tmp_path / "wrong.yaml"
    rule.write_text(
        "schema: 1\nrules:\n  - id: wrong\n    summary: Forget a Scale.\n    match: {s: {type: Scale}}\n"
        "    rewrite: {remove: s}\n"
    )
    arguments = ["--rules", rule, "--isolated", "--no-check", "--verify", "--format", "json"]
    result = command.run("fold", *pair, "-o", tmp_path / "out", *arguments)
    assert result.code == 1
    assert result.document["outputs"] is None
    assert result.document["verification"]["equal"] is False


def test_verify_compares_what_a_conversion_leaves_alone(command, pair, tmp_path):
    """The first convolution takes other inputs on purpose; a wrong fold behind it is found."""
    arguments = ["--extend-select", "preprocess", "--param", "mean=0.5", "--verify", "--format", "json"]
    result = command.run("fold", *pair, "-o", tmp_path / "out", *arguments)
    assert result.code == 0, result.stderr
    verification = result.document["verification"]
    assert verification["verdict"] == "equal"
    assert len(verification["handedOver"]) == 1
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "schema: 1\nrules:\n  - id: wrong\n    summary: Forget a ReLU.\n    match: {r: {type: ReLU}}\n"
        "    rewrite: {remove: r}\n"
    )
    result = command.run("fold", *pair, "-o", tmp_path / "no", *arguments, "--no-check", "--rules", wrong)
    assert result.code == 1
    assert result.document["verification"]["verdict"] == "different"
    assert not list((tmp_path / "no").glob("*"))


def test_verify_takes_the_branch_of_a_stage(command, pair, tmp_path):
    text = pair[0].read_text()
    branch = (
        'layer {{ name: "{0}" type: "Power" bottom: "fc2" top: "end" power_param {{ scale: {1} }} '
        'include {{ {2}: "fast" }} }}\n'
    )
    pair[0].write_text(text + branch.format("a", 2, "stage") + branch.format("b", 3, "not_stage"))
    other = tmp_path / "other.prototxt"
    other.write_text(text + branch.format("a", 2, "stage") + branch.format("b", 4, "not_stage"))
    nets_of = [pair[0], pair[1], other, pair[1]]
    assert command.run("verify", *nets_of, "--stage", "fast").code == 0
    assert command.run("verify", *nets_of).code == 1
    own = 'state { stage: "fast" }\n'
    for path in (pair[0], other):
        path.write_text(own + path.read_text())
    assert command.run("verify", *nets_of).code == 0
