"""Where outputs go, and which files a run never replaces."""

import nets
import pytest
from caffold import DIGITS, tree


def test_output_folder_is_made(command, pair, tmp_path):
    result = command.run("fold", *pair, "-o", tmp_path / "a" / "b")
    assert result.code == 0, result.stderr
    assert tree(tmp_path / "a" / "b").keys() == {"digits.prototxt", "digits.caffemodel"}


def test_default_output_stands_beside_the_input(command, pair):
    before = tree(pair[0].parent)
    assert command.run("fold", *pair).code == 0
    after = tree(pair[0].parent)
    assert after.keys() - before.keys() == {"digits_inference.prototxt", "digits_inference.caffemodel"}
    assert all(after[name] == before[name] for name in before)


def test_both_ways_to_name_outputs_give_the_same_bytes(command, pair, tmp_path):
    folded = command.fold_files(*pair, tmp_path)
    assert command.run("fold", *pair, "-o", tmp_path / "out").code == 0
    written = tree(tmp_path / "out")
    assert written == {"digits.prototxt": folded.definition, "digits.caffemodel": folded.weights}


def test_it_works_from_any_folder(command, pair, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    result = command.run("fold", *pair, "-o", "out", cwd=tmp_path / "elsewhere")
    assert result.code == 0, result.stderr
    assert len(tree(tmp_path / "elsewhere" / "out")) == 2


@pytest.mark.parametrize("target", ["model", "weights", "both"])
def test_inputs_are_not_overwritten_without_force(command, pair, tmp_path, target):
    before = tree(pair[0].parent)
    outputs = [tmp_path / "m.prototxt", tmp_path / "w.caffemodel"]
    if target in ("model", "both"):
        outputs[0] = pair[0]
    if target in ("weights", "both"):
        outputs[1] = pair[1]
    arguments = ["fold", *pair, "--output-model", outputs[0], "--output-weights", outputs[1]]
    result = command.run(*arguments)
    assert result.code == 2, result.stderr
    assert "--force" in result.stderr
    assert tree(pair[0].parent) == before
    assert not {"m.prototxt", "w.caffemodel"} & tree(tmp_path).keys(), "half of the pair was written"
    assert command.run(*arguments, "--force").code == 0
    assert nets.parse_file(outputs[0]).name == "digits"
    assert len(outputs[1].read_bytes()) < len(before["digits.caffemodel"])


RELU_RULE = (
    "schema: 1\nrules:\n  - id: mine\n    summary: Remove the last ReLU.\n    safety: approximate\n"
    "    match: {relu: {type: ReLU, name: nothing}}\n    rewrite: {remove: relu}\n"
)


def test_no_file_that_the_run_reads_is_replaced(command, pair, tmp_path):
    """Rules, project file and schema are as precious as the net; so is what a link to them leads to."""
    rules, schema, config = (tmp_path / name for name in ("r.yaml", "fork.proto", "caffold.yaml"))
    rules.write_text(RELU_RULE)
    schema.write_text("message LayerParameter { optional int32 vendor = 5000; }\n")
    config.write_text("schema: 1\n")
    (tmp_path / "link").symlink_to(rules)
    flags = ["--rules", rules, "--proto", schema, "--config", config]
    before = tree(tmp_path)
    for target in (rules, schema, config, tmp_path / "link"):
        for option in ("--plan", "--output-model", "--output-weights"):
            result = command.run("fold", *pair, *flags, option, target)
            assert (result.code, tree(tmp_path)) == (2, before), f"{option} {target}: {result.stderr}"
            assert "is an input of this run" in result.stderr or "is the input '" in result.stderr
    # A plan is applied to other outputs than itself.
    plan = tmp_path / "plan.json"
    assert command.run("fold", *pair, "--plan", plan, "--no-config").code == 0
    text = plan.read_text()
    result = command.run("apply", plan, "--output-model", plan)
    assert (result.code, plan.read_text()) == (2, text), result.stderr


@pytest.mark.parametrize("target", ["-", "/dev/stdout", "/dev/null"])
@pytest.mark.parametrize("option", ["-o", "--output-model", "--output-weights", "--plan"])
def test_stand_ins_for_output_are_errors(command, pair, option, target):
    """Outputs are whole files that appear at once; a stream cannot be one."""
    before = tree(pair[0].parent)
    result = command.run("fold", *pair, option, target, cwd=pair[0].parent)
    assert result.code == (64 if target == "-" else 2), result.stderr
    assert "error: " in result.stderr.lower()
    assert result.stdout == ""
    assert tree(pair[0].parent) == before


def test_one_named_output_takes_the_other_beside_it(command, pair, tmp_path):
    for option, name in {"--output-model": "m.prototxt", "--output-weights": "w.caffemodel"}.items():
        folder = tmp_path / option
        assert command.run("fold", *pair, option, folder / name).code == 0
        stem = name.split(".")[0]
        assert tree(folder).keys() == {f"{stem}.prototxt", f"{stem}.caffemodel"}
    assert tree(pair[0].parent).keys() == {path.name for path in DIGITS}


def test_a_link_to_the_input_is_the_input(command, pair, tmp_path):
    before = tree(pair[0].parent)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "digits.caffemodel").symlink_to(pair[1])
    result = command.run("fold", *pair, "-o", tmp_path / "out")
    assert result.code == 2, result.stderr
    assert tree(pair[0].parent) == before


def test_dry_run_writes_nothing(command, pair, tmp_path):
    before = tree(tmp_path)
    result = command.run("fold", *pair, "-o", tmp_path / "out", "--dry-run", "--format", "json")
    assert result.code == 0, result.stderr
    assert tree(tmp_path) == before
    assert not (tmp_path / "out").exists()
    real = command.fold_files(*pair, tmp_path)
    assert result.document["rewrites"] == real.document["rewrites"]
    assert result.document["layers"] == real.document["layers"]
    assert result.document["outputs"] is None
