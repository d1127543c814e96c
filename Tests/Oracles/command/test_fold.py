"""The command `fold`: its proof, its JSON document, its selection of rules, its report."""

import os
import subprocess

import nets
import pytest
import small_nets
from caffold import DIGITS


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


def test_a_single_factor_that_is_no_number_is_refused(command, pair, tmp_path):
    """One factor for all channels is held to the same as one for each."""
    (tmp_path / "nan.yaml").write_text(
        "schema: 1\nrules:\n  - id: conv-nan\n    summary: Multiplies by no number.\n    match:\n"
        "      conv: {type: Convolution}\n      bn: {type: BatchNorm, bottom: conv}\n    transform:\n"
        '      - {kernel: fold-affine, into: conv, scale: "0 / 0"}\n    rewrite: {keep: conv, remove: bn}\n'
    )
    flags = ["--rules", tmp_path / "nan.yaml", "--select", "conv-nan", "--format", "json"]
    result = command.run("fold", *pair, "-o", tmp_path / "out", *flags)
    assert result.code == 0, result.stderr
    assert result.document["rewrites"] == []
    reasons = {refusal["reason"] for refusal in result.document["refusals"]}
    assert "not-finite" in reasons


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


def shape_of(value):
    """The document's structure with its values replaced by their types."""
    if isinstance(value, dict):
        return {key: shape_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return type(value).__name__


def test_json_document(command, pair, tmp_path):
    document = command.fold_files(*pair, tmp_path).document
    file = {"path": "str", "bytes": "int"}
    assert shape_of(
        {
            key: document[key]
            for key in document.keys() - {"rewrites", "refusals", "warnings", "check", "precision"}
        }
    ) == {
        "caffold": {"version": "str"},
        "command": "str",
        "config": "NoneType",
        "phase": "str",
        "inputs": {"model": file, "weights": file},
        "outputs": {"model": file, "weights": file},
        "layers": {
            "before": "int",
            "after": "int",
            "types": [{"type": "str", "before": "int", "after": "int"}],
        },
        "upgrade": "NoneType",
        "target": "NoneType",
        "overlaps": [],
        "verification": "NoneType",
        "plan": "NoneType",
        "report": "NoneType",
    }
    assert document.keys() >= {"rewrites", "refusals", "warnings"}
    assert document["check"]["passed"]
    assert document["check"]["compared"] == len(document["rewrites"])
    assert {site["status"] for site in document["check"]["sites"]} == {"passed"}
    assert (document["command"], document["phase"]) == ("fold", "TEST")
    assert document["layers"]["before"] == 26
    assert document["layers"]["after"] == 14
    assert sum(row["before"] for row in document["layers"]["types"]) == 26
    assert sum(row["after"] for row in document["layers"]["types"]) == 14
    for side, paths in (
        ("inputs", pair),
        ("outputs", [tmp_path / "folded.prototxt", tmp_path / "folded.caffemodel"]),
    ):
        for key, path in zip(("model", "weights"), paths):
            assert document[side][key] == {"path": str(path), "bytes": path.stat().st_size}
    for rewrite in document["rewrites"]:
        keys = {"rule", "layers", "kept", "removed", "added", "renamed", "cleared", "check"}
        assert rewrite.keys() == keys
        assert set(rewrite["kept"] + rewrite["removed"]) <= set(rewrite["layers"].values())
    assert document["refusals"] == []


def test_json_is_stable(command, pair, tmp_path):
    runs = [command.run("fold", *pair, "--dry-run", "--format", "json").stdout for _ in range(3)]
    assert len(set(runs)) == 1


def test_data_goes_to_standard_output_and_words_to_standard_error(command, pair, tmp_path):
    human = command.run("fold", *pair, "-o", tmp_path / "a")
    assert human.stdout == ""
    assert "BatchNorm" in human.stderr
    machine = command.run("fold", *pair, "-o", tmp_path / "b", "--format", "json")
    assert machine.stdout.count("\n{") == 0, "more than one document"
    assert machine.document["outputs"]["model"]["path"].endswith("digits.prototxt")


def test_verbose_names_what_went_where(command, pair, tmp_path):
    result = command.run("fold", *pair, "-o", tmp_path / "out", "-v")
    for name in ("conv1/bn", "conv2/scale", "pool/drop", "conv3/pw"):
        assert name in result.stderr, name


def test_definition_only_gives_the_same_definition(command, pair, tmp_path):
    folded = command.fold_files(*pair, tmp_path)
    alone = tmp_path / "alone.prototxt"
    result = command.run("fold", pair[0], "--definition-only", "--output-model", alone, "--format", "json")
    assert result.code == 0, result.stderr
    assert alone.read_bytes() == folded.definition
    assert result.document["inputs"]["weights"] is None


def test_isolated_without_rules_changes_nothing(command, pair, tmp_path):
    folded = command.fold_files(*pair, tmp_path, "--isolated")
    assert (folded.definition, folded.weights) == tuple(path.read_bytes() for path in pair)
    assert folded.rewrites == []


def test_select_and_ignore(command, pair, tmp_path):
    everything = command.fold_files(*pair, tmp_path)
    rules = sorted({rewrite["rule"] for rewrite in everything.rewrites})
    assert len(rules) >= 2, rules
    for chosen in rules:
        (tmp_path / chosen).mkdir()
        only = command.fold_files(*pair, tmp_path / chosen, "--select", chosen)
        assert {rewrite["rule"] for rewrite in only.rewrites} == {chosen}
    (tmp_path / "rest").mkdir()
    rest = command.fold_files(*pair, tmp_path / "rest", "--ignore", rules[0])
    assert rules[0] not in {rewrite["rule"] for rewrite in rest.rewrites}


def test_unknown_selector_is_an_error_with_a_suggestion(command, pair, tmp_path):
    result = command.run("fold", *pair, "-o", tmp_path / "out", "--select", "remove-dropuot")
    assert result.code in (2, 64)
    assert "did you mean 'remove-dropout'" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--only-layer", "--skip-layer"])
def test_a_layer_that_is_not_there_cannot_be_left_alone(command, pair, tmp_path, option):
    result = command.run("fold", *pair, "-o", tmp_path / "out", option, "conv2x")
    assert result.code == 2
    assert result.stderr == (
        f"{pair[0]}: error: has no layer 'conv2x', which {option} names; did you mean 'conv2'?\n"
    )
    assert command.run("fold", *pair, "-o", tmp_path / "out", option, "conv9*").code == 0


def test_a_plan_that_cannot_be_written_leaves_no_nets(command, pair, tmp_path):
    result = command.run("fold", *pair, "-o", tmp_path / "out", "--plan", "/proc/nowhere/plan.json")
    assert result.code == 2
    assert not list((tmp_path / "out").glob("*")), "the nets were written"


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


@pytest.mark.parametrize("size", [3037000500, 4294967296, 9223372036854775807])
@pytest.mark.parametrize(
    "layer",
    [
        'type: "Concat" bottom: "x" bottom: "x"',
        'type: "InnerProduct" bottom: "x" inner_product_param { num_output: 2 }',
        'type: "Reshape" bottom: "x" reshape_param { shape { dim: -1 } }',
        'type: "Pooling" bottom: "x" pooling_param { kernel_size: 2 }',
        'type: "Flatten" bottom: "x"',
    ],
)
def test_inputs_of_impossible_sizes_end_no_process(command, tmp_path, size, layer):
    net = tmp_path / "net.prototxt"
    net.write_text(
        f'input: "x" input_shape {{ dim: {size} dim: {size} dim: {size} dim: 2 }}\n'
        f'layer {{ name: "l" top: "l" {layer} }}\n'
        'layer { name: "r" type: "Reshape" bottom: "l" top: "r" reshape_param { shape { dim: -1 } } }\n'
    )
    assert command.run("fold", net, "--definition-only", "--dry-run").code in (0, 2)
    weights = tmp_path / "net.caffemodel"
    weights.write_bytes(DIGITS[1].read_bytes())
    result = command.run("verify", net, weights, net, weights)
    assert result.code == 2, result.stderr
    assert "error: " in result.stderr


def test_names_of_a_rule_mean_the_net_as_it_was(command, pair, tmp_path):
    first = '{set: "fc.blobs[1]", to: "fc.blobs[1] * 0"}'
    second = '{set: "fc.blobs[0]", to: "fc.blobs[0] * 0 + total"}'
    written = []
    for place, steps in enumerate([(first, second), (second, first)]):
        rule = tmp_path / f"rule{place}.yaml"
        rule.write_text(
            "schema: 1\nrules:\n  - id: order\n    summary: Two steps.\n"
            "    safety: approximate\n    once: true\n"
            "    match: {fc: {type: InnerProduct, name: fc2}}\n"
            '    let: {total: "sum(abs(fc.blobs[1]))"}\n'
            f"    transform: [{', '.join(steps)}]\n    rewrite: {{keep: fc}}\n"
        )
        arguments = ["--rules", rule, "--isolated", "--unsafe", "--no-check", "-o", tmp_path / str(place)]
        assert command.run("fold", *pair, *arguments).code == 0
        written.append((tmp_path / str(place) / "digits.caffemodel").read_bytes())
    assert written[0] == written[1]
    blobs = next(layer for layer in nets.decode(written[0]).layer if layer.name == "fc2").blobs
    assert blobs[0].data[0] > 0


def test_weights_of_another_net_are_said_once(command, pair, tmp_path):
    text = pair[0].read_text()
    for name in ("conv", "fc"):
        text = text.replace(f'name: "{name}', f'name: "other_{name}')
    pair[0].write_text(text)
    run = command.run("fold", *pair, "--dry-run")
    assert run.code == 2
    assert (
        "has blobs for none of the net's layers, such as Convolution 'other_conv1'; its blobs are for "
        "'conv1', 'conv1/bn', 'conv1/scale' and 13 more" in " ".join(run.stderr.split())
    )


def norms_by_batch(count):
    """Convolutions, each with a BatchNorm that uses the statistics of the batch."""
    text = 'input: "data"\n'
    for index in range(count):
        bottom = f"bn{index - 1}" if index else "data"
        text += (
            f'layer {{ name: "c{index}" type: "Convolution" bottom: "{bottom}" top: "c{index}"'
            " convolution_param { num_output: 2 kernel_size: 1 } }\n"
            f'layer {{ name: "bn{index}" type: "BatchNorm" bottom: "c{index}" top: "bn{index}"'
            " batch_norm_param { use_global_stats: false } }\n"
        )
    return text


def test_a_reason_that_many_layers_share_is_said_once(command, tmp_path):
    model = tmp_path / "net.prototxt"
    model.write_text(norms_by_batch(9))
    arguments = ["fold", model, "--definition-only", "--dry-run"]
    reason = (
        "says 'use_global_stats: false' and so uses the statistics of the batch;"
        " --assume-stored-statistics folds the stored ones"
    )
    assert [line for line in command.run(*arguments).stderr.splitlines() if line.startswith("note:")] == [
        f"note: BatchNorm 'bn0' stays: it {reason}",
        "note: 8 more BatchNorm layers stay for the same reason:"
        " 'bn1', 'bn2', 'bn3' and 5 more; -v lists each",
    ]
    each = [f"note: BatchNorm 'bn{index}' stays: it {reason}" for index in range(9)]
    verbose = command.run(*arguments, "-v").stderr
    assert all(line in verbose for line in each)
    assert len(command.run(*arguments, "--format", "json").document["refusals"]) == 9


def test_a_batch_says_a_shared_reason_once(command, tmp_path):
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "net.prototxt").write_text(norms_by_batch(9))
    weights = nets.schema.NetParameter()
    for index in range(9):
        blobs = [small_nets.normal(2, 2, 1, 1), small_nets.normal(2)]
        nets.fill(weights.layer.add(name=f"c{index}", type="Convolution"), blobs)
        nets.fill(weights.layer.add(name=f"bn{index}", type="BatchNorm"), small_nets.statistics(2))
    (tmp_path / "nets" / "net.caffemodel").write_bytes(weights.SerializeToString())
    said = command.run("fold", "--batch", tmp_path / "nets", "-o", tmp_path / "out", "--dry-run")
    assert "BatchNorm 'bn0' and 8 more stay: it says 'use_global_stats: false'" in said.stdout + said.stderr


def test_layers_behind_a_concat_are_told_apart(command, tmp_path):
    """Scales behind an Eltwise, and Scales behind a Concat of one: the same obstacle, not the same reason."""
    text = 'input: "data" input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }\n'
    for index in range(5):
        text += small_nets.layer("Eltwise", f"e{index}", "data data")
        text += small_nets.scale(f"s{index}", f"e{index}")
    for index in range(5):
        text += small_nets.layer("Eltwise", f"f{index}", "data data")
        text += small_nets.layer("Concat", f"c{index}", f"f{index} data")
        text += small_nets.scale(f"t{index}", f"c{index}")
    (tmp_path / "net.prototxt").write_text(text)
    notes = [
        line
        for line in command.run(
            "fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run"
        ).stderr.splitlines()
        if line.startswith("note:")
    ]
    assert [line.split("stay")[0] for line in notes] == [
        "note: Scale 's0' ", "note: 4 more Scale layers ", "note: Scale 't0' ", "note: 4 more Scale layers ",
    ]  # fmt: skip


def test_different_reasons_and_a_few_alike_are_said_each(command, tmp_path):
    model = tmp_path / "net.prototxt"
    model.write_text(norms_by_batch(3) + 'layer { name: "d" type: "Silence" bottom: "c1" }\n')
    notes = [
        line
        for line in command.run("fold", model, "--definition-only", "--dry-run").stderr.splitlines()
        if line.startswith("note:")
    ]
    assert len(notes) == 3
    assert "note: BatchNorm 'bn1' stays: blob 'c1' is also read by Silence 'd'" in notes


def test_an_unknown_command_gets_a_suggestion(command):
    done = command.run("inspct", "net.prototxt")
    assert done.code == 64
    assert done.stderr == "error: there is no command 'inspct'; did you mean 'inspect'?\n"
    assert command.run("xyzzy").stderr == "error: there is no command 'xyzzy'; 'caffold --help' lists them\n"


def test_a_reader_of_progress_that_is_gone_ends_no_run(command, tmp_path):
    """The run ends as it would: a pipe that nobody reads raises a signal, which would end it."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [command.BINARY, "fold", *DIGITS, "-o", tmp_path / "out", "--verify"],
        capture_output=True,
        pass_fds=[writing],
        env={**os.environ, "CAFFOLD_PROGRESS": str(writing)},
        check=False,
    )
    os.close(writing)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "digits.caffemodel").exists()
