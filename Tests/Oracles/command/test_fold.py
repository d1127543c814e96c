"""The command `fold`: its JSON document, its messages, its selection of rules and layers, odd inputs."""

import os
import subprocess

import nets
import pytest
from caffold import DIGITS


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
