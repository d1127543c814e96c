"""Fields that rules write into layers: what is no value of theirs is said before it is written."""

import pytest

NET_OF_ONE = (
    'input: "data"\ninput_shape { dim: 1 dim: 4 dim: 5 dim: 5 }\n'
    'layer { name: "c" type: "Convolution" bottom: "data" top: "c"'
    " convolution_param { num_output: 4 kernel_size: 1 } }\n"
)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("bottoms: c", "a layer's 'bottoms' cannot be written here; did you mean 'bottom'?"),
        ("sigmoid_param: {engin: CAFFE}", "there is no field 'engin' here; did you mean 'engine'?"),
        ("elu_param: 3", "field 'elu_param' takes a mapping, not '3'"),
        ("inner_product_param: {num_output: big}", "field 'num_output' takes a number, not 'big'"),
        ("power_param: {scale: 1 / 2}", "field 'scale' takes a number, not '1 / 2'"),
        (
            "lrn_param: {norm_region: WITHIN}",
            "field 'norm_region' takes one of ACROSS_CHANNELS, WITHIN_CHANNEL, not 'WITHIN'",
        ),
        (
            "power_param: {scale: c.power_param.scale}",
            "field 'scale' takes a number, not 'c.power_param.scale'; an expression stands in braces:"
            ' "{c.power_param.scale}"',
        ),
        (
            "sigmoid_params: {engine: CAFFE}",
            "note: Caffe has no field 'sigmoid_params', so it cannot be checked;"
            " did you mean 'sigmoid_param'?",
        ),
    ],
)
def test_fields_of_new_layers_are_held_against_the_schema(command, tmp_path, field, message):
    path = tmp_path / "rules.yaml"
    path.write_text(
        "schema: 1\nrules:\n  - id: r\n    summary: S.\n    match: {c: {type: ReLU}}\n"
        f"    rewrite: {{replace: c, with: {{type: Sigmoid, {field}}}}}\n"
    )
    result = command.run("rules", "check", path)
    assert result.code == (0 if message.startswith("note") else 2)
    assert f"{message}\n" in result.stderr
    assert result.stderr.count("rules.yaml:") == 1


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ('{set: c.convolution_param.group, to: "5 / 2"}', "must be a whole number from 0 on"),
        ('{set: c.convolution_param.num_output, to: "-4"}', "must be a whole number from 0 on"),
    ],
)
def test_a_value_that_no_field_of_the_type_has_is_refused(command, tmp_path, assignment, reason):
    (tmp_path / "net.prototxt").write_text(NET_OF_ONE)
    (tmp_path / "rules.yaml").write_text(
        "schema: 1\nrules:\n  - id: r\n    summary: S.\n    once: true\n    match: {c: {type: Convolution}}\n"
        f"    transform: [{assignment}]\n    rewrite: {{keep: c}}\n"
    )
    result = command.run(
        "fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run", "--isolated", "-v",
        "--rules", tmp_path / "rules.yaml",
    )  # fmt: skip
    assert reason in result.stderr


def test_a_convolution_is_not_written_over_what_it_reads(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(
        NET_OF_ONE + 'layer { name: "s" type: "ReLU" bottom: "c" top: "c" }\n'
    )
    (tmp_path / "rules.yaml").write_text(
        "schema: 1\nrules:\n  - id: r\n    summary: S.\n    match: {s: {type: ReLU}}\n"
        "    rewrite: {replace: s, with: {type: Convolution, convolution_param:"
        " {num_output: 4, kernel_size: 1}}}\n"
    )
    result = command.run(
        "fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run", "--isolated", "-v",
        "--rules", tmp_path / "rules.yaml",
    )  # fmt: skip
    assert "would write over 'c' while it reads it" in result.stderr


def test_rules_that_were_not_tried_are_named(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(NET_OF_ONE)
    (tmp_path / "rules.yaml").write_text(
        "schema: 1\nrules:\n"
        "  - {id: near, summary: S., safety: approximate, match: {c: {type: ReLU}}, rewrite: {remove: c}}\n"
        "  - {id: other, summary: S., safety: conversion, match: {c: {type: ReLU}}, rewrite: {remove: c}}\n"
    )
    result = command.run(
        "fold",
        tmp_path / "net.prototxt",
        "--definition-only",
        "--dry-run",
        "--rules",
        tmp_path / "rules.yaml",
    )
    assert "note: rule 'near' was not tried: it is approximate; add --unsafe\n" in result.stderr
    assert (
        "note: rule 'other' was not tried: it converts the net; add --extend-select other\n" in result.stderr
    )
