"""The JSON Schema of rule files, as a validator reads it that nobody here wrote."""

import json
import random

import caffold
import jsonschema
import pytest
from json_schema import validate
from ruamel.yaml import YAML

SCHEMAS = caffold.ROOT / "Documentation" / "schemas"
SCHEMA = SCHEMAS / "rules.schema.json"
RULE_FILES = sorted(
    path
    for folder in ("rules", "Tests/Fixtures")
    for path in (caffold.ROOT / folder).rglob("*.yaml")
    # A project file has a schema of its own.
    if "one-line-errors" not in str(path) and path.name != "caffold.yaml"
)


@pytest.fixture(scope="module")
def schema(command):
    """The schema in the repository, which is the one that the command prints."""
    for name, flags in {"rules": [], "project": ["--project"]}.items():
        printed = command.run("rules", "schema", *flags).stdout
        assert (SCHEMAS / f"{name}.schema.json").read_text() == printed, "run `make reference`"
    return SCHEMA


def test_every_rule_file_is_valid(schema):
    assert len(RULE_FILES) > 40
    code, output = validate("--schemafile", schema, *RULE_FILES)
    assert code == 0, output


@pytest.mark.parametrize("arguments", [["my-rule"], ["--layer", "VendorClip"]])
def test_a_new_file_is_valid_and_names_the_schema(command, schema, tmp_path, arguments):
    text = command.run("rules", "new", *arguments).stdout
    path = tmp_path / "new.yaml"
    path.write_text(text)
    code, output = validate("--schemafile", schema, path)
    assert code == 0, output
    first, *rest = text.splitlines()
    assert first == "# yaml-language-server: $schema=caffold-rules.schema.json"
    assert any("rules schema > caffold-rules.schema.json" in line for line in rest)


def keys(node):
    """Where the keys of mappings begin in the text of a YAML node, as offsets."""
    if node.id == "mapping":
        for key, value in node.value:
            yield key.start_mark.index
            yield from keys(value)
    elif node.id == "sequence":
        for item in node.value:
            yield from keys(item)


def test_misspelt_keys_are_refused(command, schema, tmp_path):
    """A letter too many in a key, at random: what `rules check` calls an unknown key, the schema refuses."""
    drawn = random.Random(21)
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    path = tmp_path / "r.yaml"
    refused = 0
    for file in RULE_FILES:
        text = file.read_text()
        places = list(keys(YAML(typ="safe", pure=True).compose(text)))
        for place in drawn.sample(places, min(8, len(places))):
            path.write_text(text[:place] + "x" + text[place:])
            if ": error: unknown key 'x" not in command.run("rules", "check", path).stderr:
                continue  # the name of a capture, a field of Caffe, …
            refused += 1
            document = YAML(typ="safe", pure=True).load(path.read_text())
            assert not validator.is_valid(document), f"{file}: 'x{text[place : place + 20]}…'"
    assert refused >= 100


RULE = {
    "id": "r",
    "summary": "S.",
    "match": "{conv: {type: Convolution}, bn: {type: BatchNorm, bottom: conv}}",
    "rewrite": "{keep: conv, remove: bn}",
}


def rule_file(**changes):
    """A rule file with one rule, keys changed or, by None, left out."""
    keys = {key: value for key, value in {**RULE, **changes}.items() if value is not None}
    return "schema: 1\nrules:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in keys.items()) + "\n"


ACCEPTED = {
    "the plain rule": rule_file(),
    "conditions that look like values": rule_file(where="[true, 1 == 1]"),
    "one word for a list": rule_file(tags="a", allow="other-consumer"),
    "a kernel": rule_file(transform="[{kernel: fold-batch-norm, from: bn, into: conv}]"),
    "an assignment": rule_file(transform="[{set: conv.convolution_param.bias_term, to: true}]"),
    "bottoms of all forms": rule_file(
        match="{a: {bottom: $x}, b: {bottom: [a, $y]}, c: {bottom: {any_order: [b, $x]}},"
        " bn: {bottom: {one_of: c}}}",
        rewrite="{remove: bn}",
    ),
    "a new layer": rule_file(
        rewrite="{replace: bn, with: {type: Scale, name: '{bn.name}_s',"
        " scale_param: {axis: 1}, blobs: ['ones([2])']}}"
    ),
    "parameters of all kinds": rule_file(
        parameters="{a: {type: numbers, default: [1, 2], where: all(a > 0), summary: S.},"
        " b: {one_of: [x, y], summary: S.}, c: {type: number, default: 1/3, summary: S.}}",
        tests="[{name: t, net: '', parameters: {b: x, a: 3}, expect: unmatched}]",
    ),
    "a layout": "schema: 1\nlayouts: [{id: l, type: BN, blobs: [gamma, beta], epsilon: 1e-5}]\n",
}

REFUSED = {
    "no schema": "rules: []\n",
    "a schema to come": "schema: 2\n",
    "an unknown key of the file": "schema: 1\nrule: []\n",
    "an unknown key of a rule": rule_file(prioity=1),
    "no summary": rule_file(summary=None),
    "no match": rule_file(match=None),
    "an id with capitals": rule_file(id="Conv"),
    "a safety that there is not": rule_file(safety="exakt"),
    "an allowance that there is not": rule_file(allow="[other-consumers]"),
    "a priority in words": rule_file(priority="high"),
    "an empty match": rule_file(match="{}"),
    "a capture with a hyphen": rule_file(match="{batch-norm: {type: BatchNorm}}"),
    "an unknown key of a capture": rule_file(match="{bn: {types: BatchNorm}}"),
    "two forms of bottom": rule_file(match="{bn: {bottom: {any_order: [$a], one_of: $b}}}"),
    "a kernel that there is not": rule_file(transform="[{kernel: winograd}]"),
    "an argument that there is not": rule_file(
        transform="[{kernel: fold-batch-norm, from: bn, into: conv, eps: 1}]"
    ),
    "an argument that is missing": rule_file(transform="[{kernel: fold-batch-norm, from: bn}]"),
    "an assignment without a value": rule_file(transform="[{set: 'conv.blobs[0]'}]"),
    "replace without with": rule_file(rewrite="{replace: bn}"),
    "a new layer without a type": rule_file(rewrite="{replace: bn, with: {name: x}}"),
    "a parameter of no kind": rule_file(parameters="{a: {default: 1, summary: S.}}"),
    "a parameter of two kinds": rule_file(parameters="{a: {type: text, one_of: [x], summary: S.}}"),
    "a parameter without a summary": rule_file(parameters="{a: {type: text}}"),
    "a parameter of a type that there is not": rule_file(parameters="{a: {type: vector, summary: S.}}"),
    "a test without a net": rule_file(tests="[{name: a, expect: unmatched}]"),
    "an expectation that there is not": rule_file(tests="[{name: a, net: '', expect: unmatchd}]"),
    "a reason that there is not": rule_file(
        tests="[{name: a, net: '', expect: {refused: {reason: bad-luck}}}]"
    ),
    "a role that there is not": "schema: 1\nlayouts: [{id: l, type: BN, blobs: [gama]}]\n",
    "a layout of nothing": "schema: 1\nlayouts: [{id: l, type: BN}]\n",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_schema_and_check_accept(command, schema, tmp_path, name):
    path = tmp_path / "r.yaml"
    path.write_text(ACCEPTED[name])
    assert command.run("rules", "check", path).stderr.endswith("no errors\n")
    code, output = validate("--schemafile", schema, path)
    assert code == 0, output


@pytest.mark.parametrize("name", REFUSED)
def test_schema_and_check_refuse(command, schema, tmp_path, name):
    path = tmp_path / "r.yaml"
    path.write_text(REFUSED[name])
    assert command.run("rules", "check", path).code == 2
    code, output = validate("--schemafile", schema, path)
    assert code == 1, output
    assert "Schema validation errors" in output
