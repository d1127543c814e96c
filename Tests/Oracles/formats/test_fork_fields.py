"""Fields of a fork's own caffe.proto (`--proto`): read, set, and written as Python protobuf reads them."""

import caffe_schema
import numpy as np
import pytest
from google.protobuf import text_format, unknown_fields

PROTO = """\
syntax = "proto2";
package vendor;
message LayerParameter {
  optional GainParameter gain_param = 1000;
  optional TuningParameter tuning_param = 1001;
}
message GainParameter {
  enum Mode { PLAIN = 0; SQUARED = 3; }
  optional float alpha = 1 [default = 0.5];
  optional Mode mode = 2 [default = SQUARED];
}
message TuningParameter {
  optional bool fast = 1;
  optional sint32 bias = 2;
  optional fixed32 mask = 3;
  optional sfixed64 offset = 4;
  optional double rate = 5;
  optional string note = 6;
  optional GainParameter.Mode mode = 7;
  optional InnerParameter inner = 8;
  optional uint32 large = 9;
}
message InnerParameter { optional int32 depth = 1; }
"""

FORK = caffe_schema.build(
    {
        "LayerParameter": "gain_param:1000:GainParameter tuning_param:1001:TuningParameter",
        "GainParameter": "alpha:1:float=0.5 mode:2:GainMode=SQUARED",
        "TuningParameter": (
            "fast:1:bool bias:2:sint32 mask:3:fixed32 offset:4:sfixed64 rate:5:double note:6:string "
            "mode:7:GainMode inner:8:InnerParameter large:9:uint32"
        ),
        "InnerParameter": "depth:1:int32",
    },
    {"GainMode": "PLAIN=0 SQUARED=3"},
)

RULES = """\
schema: 1
rules:
  - id: conv-gain
    summary: Fold a gain, and say so in the convolution.
    match:
      conv: {type: Convolution}
      gain: {type: VendorGain, bottom: conv, where: "gain.gain_param.mode == 'SQUARED'"}
    let:
      s: "gain.blobs[0] * gain.gain_param.alpha ** 2"
    transform:
      - {kernel: fold-affine, into: conv, scale: s}
      - {set: conv.tuning_param.fast, to: "true"}
      - {set: conv.tuning_param.bias, to: "-3"}
      - {set: conv.tuning_param.mask, to: "7"}
      - {set: conv.tuning_param.offset, to: "-9"}
      - {set: conv.tuning_param.rate, to: "gain.gain_param.alpha / 4"}
      - {set: conv.tuning_param.note, to: "gain.name"}
      - {set: conv.tuning_param.mode, to: "gain.gain_param.mode"}
      - {set: conv.tuning_param.inner.depth, to: "2"}
      - {set: conv.tuning_param.large, to: "4000000000"}
    rewrite: {remove: gain}
"""

NET = """\
input: "data"
input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 3 kernel_size: 1 bias_term: false } }
layer { name: "gain" type: "VendorGain" bottom: "conv" top: "gain" %s }
"""


def fold(command, folder, gain_parameters="", *, proto=PROTO, rules=RULES):
    net = text_format.Parse(NET % gain_parameters, FORK["NetParameter"]())
    random = np.random.default_rng(3)
    blobs = {"conv": random.standard_normal((3, 2, 1, 1)), "gain": random.standard_normal(3)}
    weights = FORK["NetParameter"]()
    weights.CopyFrom(net)
    for layer in weights.layer:
        blob = layer.blobs.add()
        blob.shape.dim.extend(blobs[layer.name].shape)
        blob.data.extend(blobs[layer.name].ravel())
        # What protobuf stores is what both sides know.
        blobs[layer.name] = np.asarray(blob.data, np.float64).reshape(blobs[layer.name].shape)
    (folder / "fork.proto").write_text(proto)
    (folder / "rules.yaml").write_text(rules)
    flags = ("--rules", folder / "rules.yaml", "--proto", folder / "fork.proto")
    folded = command.fold((NET % gain_parameters).encode(), weights.SerializeToString(), folder, *flags)
    definition = text_format.Parse(folded.definition.decode(), FORK["NetParameter"]())
    stored = FORK["NetParameter"].FromString(folded.weights)
    return folded, definition, stored, blobs


@pytest.mark.parametrize(
    ("parameters", "alpha"), [("", 0.5), ("gain_param { alpha: 2 }", 2), ("gain_param { mode: 3 }", 0.5)]
)
def test_defaults_and_enum_names_are_those_of_the_file(command, tmp_path, parameters, alpha):
    _, definition, stored, blobs = fold(command, tmp_path, parameters)
    assert [layer.name for layer in definition.layer] == ["conv"]
    expected = blobs["conv"] * (blobs["gain"] * alpha**2)[:, None, None, None]
    np.testing.assert_array_equal(
        np.asarray(stored.layer[0].blobs[0].data, np.float32).reshape(expected.shape),
        expected.astype(np.float32),
    )


def test_fields_are_set_in_the_text_and_on_the_wire(command, tmp_path):
    _, definition, stored, _ = fold(command, tmp_path)
    for layer in (definition.layer[0], stored.layer[0]):
        tuning = layer.tuning_param
        assert (tuning.fast, tuning.bias, tuning.mask, tuning.offset) == (True, -3, 7, -9)
        assert (tuning.rate, tuning.note, tuning.inner.depth) == (0.125, "gain", 2)
        assert (tuning.mode, tuning.large) == (3, 4_000_000_000)
        # Nothing was written as a field that the fork does not have.
        assert not len(unknown_fields.UnknownFieldSet(tuning))
        assert layer.convolution_param.num_output == 3


def test_another_value_of_the_enum_is_no_match(command, tmp_path):
    folded, definition, _, _ = fold(command, tmp_path, "gain_param { mode: PLAIN }")
    assert len(definition.layer) == 2
    assert folded.rewrites == []


def test_a_value_that_the_field_cannot_hold_is_refused_with_its_place(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(NET % "gain_param { alpha: BIG }")
    (tmp_path / "fork.proto").write_text(PROTO)
    (tmp_path / "rules.yaml").write_text(RULES)
    result = command.run(
        "fold", "net.prototxt", "--definition-only", "--rules", "rules.yaml", "--proto", "fork.proto",
        "--dry-run", cwd=tmp_path,
    )  # fmt: skip
    assert result.code == 2
    assert result.stderr == (
        "net.prototxt:5:88: error: expected a number for 'alpha', found the word BIG\n"
        '  layer { name: "gain" type: "VendorGain" bottom: "conv" top: "gain" gain_param { alpha: BIG } }\n'
        "                                                                                         ^\n"
    )


# -- Faulty files


@pytest.mark.parametrize(
    ("proto", "message"),
    [
        (
            "message LayerParameter { optional GainParameter gain_param = 1000 }",
            "fork.proto:1:67: error: expected ';', found '}'\n"
            "  message LayerParameter { optional GainParameter gain_param = 1000 }\n"
            "                                                                    ^\n",
        ),
        (
            "message GainParameter { }",
            "fork.proto: error: the file declares no 'LayerParameter', so no layer could have its fields; "
            "the part that a fork adds is enough: 'message LayerParameter { optional MyParameter my_param = "
            "1000; }'\n",
        ),
        (None, "fork.proto: error: cannot be opened: no such file or directory\n"),
    ],
)
@pytest.mark.parametrize("arguments", [("rules", "list"), ("rules", "check"), ("rules", "test")])
def test_a_faulty_file_is_refused_with_its_place(command, tmp_path, arguments, proto, message):
    if proto is not None:
        (tmp_path / "fork.proto").write_text(proto)
    result = command.run(*arguments, "--proto", "fork.proto", cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (2, "", message)


def test_disagreements_with_caffe_are_warnings(command, tmp_path):
    fields = "".join(f"  optional float f{n} = {100 + n};\n" for n in range(5))
    (tmp_path / "fork.proto").write_text(f"message LayerParameter {{\n{fields}}}\n")
    few = command.run("rules", "list", "--proto", "fork.proto", cwd=tmp_path)
    assert few.code == 0
    assert few.stderr.splitlines()[0] == (
        "fork.proto: warning: 5 fields differ from Caffe's schema, the first one is 'f0' in line 2; "
        "this file is followed; 'caffold rules check --proto' lists all"
    )
    all_of_them = command.run("rules", "check", "--proto", "fork.proto", cwd=tmp_path)
    assert all_of_them.code == 0
    assert all_of_them.stderr.splitlines()[:3] == [
        "fork.proto:2:18: warning: 'f0' of 'LayerParameter' has the number 100, elsewhere that of "
        "'transform_param'; this file is followed",
        "    optional float f0 = 100;",
        "                   ^",
    ]
    assert all_of_them.stderr.count("warning: ") == 5
