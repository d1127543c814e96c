"""`caffold check`: forms of the report, exit codes, suppressions, baselines, targets."""

import json

import caffold
import nets
import pytest
import sarif_schema
import small_nets
from json_schema import validate

SCHEMAS = caffold.ROOT / "Documentation" / "schemas"

FAULTY = """\
name: "faulty"
input: "data"
input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  convolution_param { num_output: 4 kernal_size: 3 }
}
layer { name: "wide" type: "Pooling" bottom: "conv" top: "wide" pooling_param { kernel_size: 9 stride: 40 } }
layer { name: "r" type: "ReLU" bottom: "cnv" top: "r" }
layer { name: "r" type: "Relu" bottom: "conv" top: "wide" }
"""

CLEAN = """\
input: "data"
input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 }
}
"""


def put(folder, text, name="net.prototxt"):
    path = folder / name
    path.write_text(text)
    return path


def check(command, *arguments, code):
    result = command.run("check", *arguments)
    assert result.code == code, result.stdout + result.stderr
    return result


def rules(document):
    return [finding["rule"] for net in document["nets"] for finding in net["findings"]]


# -- findings


def test_findings_and_their_places(command, tmp_path):
    path = put(tmp_path, FAULTY)
    document = check(command, path, "--format", "json", code=1).document
    found = [
        (finding["rule"], finding["severity"], finding["place"]["line"], finding["place"]["column"])
        for finding in document["nets"][0]["findings"]
    ]
    assert found == [
        ("misspelt-field", "error", 9, 37),
        ("unmade-bottom", "error", 12, 40),
        ("repeated-name", "warning", 13, 9),
        ("misspelt-type", "warning", 13, 25),
        ("second-maker", "error", 13, 52),
    ]
    for finding in document["nets"][0]["findings"]:
        assert finding["place"]["path"] == str(path)
        assert finding["reason"]
        assert not finding["reason"].endswith(".")


def test_a_clean_net(command, tmp_path):
    result = check(command, put(tmp_path, CLEAN), code=0)
    assert result.stdout == "nothing found in 1 net\n"
    assert result.stderr == ""


def test_a_window_that_does_not_fit(command, tmp_path):
    text = CLEAN.replace("kernel_size: 3", "kernel_size: 9")
    document = check(command, put(tmp_path, text), "--format", "json", code=1).document
    assert rules(document) == ["impossible-window"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('net: "train.prototxt"\nbase_lr: 0.1\n', "solver"),
        ("item { name: 'a' }\n", "malformed-net"),
        ("layer { name: \n", "syntax"),
    ],
)
def test_what_is_no_net_is_a_finding(command, tmp_path, text, rule):
    document = check(command, put(tmp_path, text), "--format", "json", code=1).document
    assert rules(document) == [rule]
    assert document["nets"][0]["findings"][0]["place"]["line"] >= 1


def test_what_cannot_be_read(command, tmp_path):
    check(command, tmp_path / "absent.prototxt", code=2)
    check(command, put(tmp_path, CLEAN), "--target", "mnm", code=2)
    check(command, put(tmp_path, CLEAN), "--ignore", "misspelt-feld", code=2)
    check(command, put(tmp_path, CLEAN), "--statistics", "--format", "sarif", code=64)
    assert check(command, code=64).stderr
    (tmp_path / "net.onnx").write_bytes(b"\x08\x08")
    run = check(command, tmp_path / "net.onnx", code=64)
    assert f"'{tmp_path}/net.onnx' is an ONNX file" in " ".join(run.stderr.split())


def weights(folder, **blobs):
    """The files of a net of two layers whose blobs are as given."""
    net = small_nets.conv("one", "data", out=2, kernel=1) + small_nets.scale("two", "one")
    text, binary = small_nets.pair_of(net, blobs)
    (folder / "net.prototxt").write_bytes(text)
    stored = nets.decode(binary)
    for name in blobs.keys() - {"one", "two"}:
        nets.fill(stored.layer.add(name=name, type="Convolution"), blobs[name])
    (folder / "net.caffemodel").write_bytes(stored.SerializeToString())
    return folder / "net.prototxt", folder / "net.caffemodel"


def test_weights(command, tmp_path):
    channels = 3
    good = {
        "one": [small_nets.normal(2, channels, 1, 1), small_nets.normal(2)],
        "two": [small_nets.normal(2), small_nets.normal(2)],
    }
    files = weights(tmp_path, **good)
    assert rules(check(command, *files, "--format", "json", code=0).document) == []
    broken = small_nets.normal(2)
    broken[1] = float("nan")
    files = weights(
        tmp_path, **{**good, "two": [broken, small_nets.normal(2)], "three": [small_nets.normal(2)]}
    )
    document = check(command, *files, "--format", "json", code=1).document
    assert sorted(rules(document)) == ["not-finite", "superfluous-blobs"]
    files = weights(tmp_path, **{**good, "one": [small_nets.normal(2, 5, 1, 1), small_nets.normal(2)]})
    assert rules(check(command, *files, "--format", "json", code=1).document) == ["blob-size"]
    files = weights(tmp_path, **{**good, "two": [small_nets.normal(2)]})
    assert rules(check(command, *files, "--format", "json", code=1).document) == ["missing-blobs"]
    files = weights(tmp_path, other=[small_nets.normal(2)])
    assert rules(check(command, *files, "--format", "json", code=0).document) == ["other-net"]


def test_several_nets(command, tmp_path):
    paths = [put(tmp_path, CLEAN, "a.prototxt"), put(tmp_path, FAULTY, "b.prototxt")]
    document = check(command, *paths, "--format", "json", code=1).document
    assert [net["model"] for net in document["nets"]] == [str(path) for path in paths]
    assert not document["nets"][0]["findings"]


# -- suppressions


def test_suppressions(command, tmp_path):
    text = (
        FAULTY.replace(
            "  convolution_param {",
            "  # caffold: ignore misspelt-field because the fork calls it so\n  convolution_param {",
        )
        .replace(
            'layer { name: "r" type: "ReLU"',
            '# caffold: ignore unmade-bottom because it comes at run time\nlayer { name: "r" type: "ReLU"',
        )
        .replace(
            'top: "wide" }\n',
            'top: "wide" } # caffold: ignore second-maker, repeated-*, misspelt-type because so\n',
        )
    )
    document = check(command, put(tmp_path, text), "--format", "json", code=0).document
    assert rules(document) == []
    suppressed = {entry["finding"]["rule"]: entry["because"] for entry in document["nets"][0]["suppressed"]}
    assert suppressed == {
        "misspelt-field": "the fork calls it so",
        "unmade-bottom": "it comes at run time",
        "second-maker": "so",
        "repeated-name": "so",
        "misspelt-type": "so",
    }


def test_suppressions_are_looked_at_themselves(command, tmp_path):
    text = CLEAN.replace("layer {", "# caffold: ignore dead-layer because of the past\nlayer {")
    document = check(command, put(tmp_path, text), "--format", "json", code=0).document
    assert rules(document) == ["unused-suppression"]
    text = FAULTY.replace("layer {\n", "# caffold: ignore misspelt-field\nlayer {\n", 1)
    document = check(command, put(tmp_path, text), "--format", "json", code=1).document
    assert "misspelt-field" not in rules(document)
    assert "suppression-without-reason" in rules(document)
    # A name that nothing has; a name that another run looks for is left alone.
    text = CLEAN.replace(
        "layer {", "# caffold: ignore misspelt-feld, mnn-crop-offset, not-finite because so\nlayer {"
    )
    document = check(command, put(tmp_path, text), "--format", "json", code=0).document
    found = document["nets"][0]["findings"]
    assert [(entry["rule"], entry["severity"]) for entry in found] == [("unknown-suppression", "warning")]
    assert found[0]["reason"] == "no check or rule is called 'misspelt-feld'"
    assert found[0]["remedy"] == "did you mean 'misspelt-field'?"
    # A name of several that finds nothing.
    text = FAULTY.replace(
        "layer {\n", "# caffold: ignore misspelt-field, dead-layer because so\nlayer {\n", 1
    )
    document = check(command, put(tmp_path, text), "--format", "json", code=1).document
    idle = [entry for entry in document["nets"][0]["findings"] if entry["rule"] == "unused-suppression"]
    assert [entry["reason"] for entry in idle] == ["nothing of 'dead-layer' is found here to be suppressed"]
    # A comment that says nothing.
    for comment in ("# caffold: ignore", "# caffold: ignore because so", "# caffold: skip dead-layer"):
        text = CLEAN.replace("layer {", f"{comment}\nlayer {{")
        document = check(command, put(tmp_path, text), "--format", "json", code=0).document
        assert rules(document) == ["unknown-suppression"]
        assert document["nets"][0]["findings"][0]["reason"] == "the comment does not say what to ignore"
    # Behind the last field of a layer there is nothing to be about; a string is no comment.
    text = CLEAN.replace('name: "conv"', 'name: "# caffold: ignore x because y"')
    assert rules(check(command, put(tmp_path, text), "--format", "json", code=0).document) == []


# -- baselines


def test_baseline(command, tmp_path):
    path, baseline = put(tmp_path, FAULTY), tmp_path / "baseline.json"
    check(command, path, "--write-baseline", baseline, code=0)
    code, output = validate("--schemafile", SCHEMAS / "baseline.schema.json", baseline)
    assert code == 0, output
    result = check(command, path, "--baseline", baseline, code=0)
    assert "5 known from the baseline" in result.stdout
    # Lines may move; what is new is told.
    put(tmp_path, "# moved\n\n" + FAULTY)
    check(command, path, "--baseline", baseline, code=0)
    put(tmp_path, FAULTY + 'layer { name: "n" type: "ReLU" bottom: "nowhere" top: "n" }\n')
    document = check(command, path, "--baseline", baseline, "--format", "json", code=1).document
    assert [f["layer"] for f in document["nets"][0]["findings"] if f["severity"] == "error"] == ["n"]
    baseline.write_text("{}")
    check(command, path, "--baseline", baseline, code=2)


# -- forms


def test_text_fits_eighty_columns(command, tmp_path, monkeypatch):
    put(tmp_path, FAULTY)
    result = caffold.run("check", "net.prototxt", "--target", "mnn", cwd=tmp_path)
    assert result.code == 1
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stdout.startswith(
        "net.prototxt:9:37: error: 'convolution_param' has no field 'kernal_size'\n"
        "  [misspelt-field]\n"
        "    convolution_param { num_output: 4 kernal_size: 3 }\n"
        "                                      ^\n"
    )
    assert result.stdout.endswith("\n4 errors and 2 warnings in 1 net\n")


def test_statistics(command, tmp_path):
    path = put(tmp_path, FAULTY)
    lines = check(command, path, "--statistics", code=1).stdout.splitlines()
    assert lines[0].split() == ["found", "severity", "rule"]
    assert [line.split() for line in lines[2:5]] == [
        ["1", "error", "misspelt-field"],
        ["1", "error", "second-maker"],
        ["1", "error", "unmade-bottom"],
    ]


def test_quiet_and_ignored(command, tmp_path):
    path = put(tmp_path, CLEAN.replace('"Convolution"', '"ForkConvolution"'))
    assert rules(check(command, path, "--format", "json", code=0).document) == ["fork-type"]
    assert check(command, path, "-q", code=0).stdout == "nothing found in 1 net\n"
    assert rules(check(command, path, "--ignore", "fork-*", "--format", "json", code=0).document) == []


def test_json_is_of_its_schema(command, tmp_path):
    files = (put(tmp_path, FAULTY, "a.prototxt"), put(tmp_path, CLEAN, "b.prototxt"))
    result = check(command, *files, "--target", "ascend-atc", "--format", "json", code=1)
    path = tmp_path / "check.json"
    path.write_text(result.stdout)
    code, output = validate("--schemafile", SCHEMAS / "check.schema.json", path)
    assert code == 0, output


def test_github(command, tmp_path):
    folder = tmp_path / "a,b:c%d"
    folder.mkdir()
    path = put(folder, FAULTY)
    lines = check(command, path, "--format", "github", code=1).stdout.splitlines()
    assert len(lines) == 5
    escaped = str(path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    assert lines[0] == (
        f"::error file={escaped},line=9,col=37,title=caffold misspelt-field::"
        "'convolution_param' has no field 'kernal_size'; did you mean 'kernel_size'? "
        "If the field is a fork's own, give the fork's caffe.proto with --proto"
    )
    assert lines[2].startswith("::warning ")


def test_sarif(command, tmp_path):
    text = FAULTY.replace("layer {\n", "# caffold: ignore misspelt-field because so\nlayer {\n", 1)
    path = put(tmp_path, text, "a net.prototxt")
    result = check(command, path, "--format", "sarif", "--target", "opencv4", code=1)
    report = tmp_path / "report.sarif"
    report.write_text(result.stdout)
    schema = tmp_path / "sarif-schema-2.1.0.json"
    schema.write_text(json.dumps(sarif_schema.published()))
    # The schema has a pattern that a strict reading of regular expressions refuses.
    flags = ("--regex-variant", "python", "--schemafile", schema)
    code, output = validate(*flags, report)
    assert code == 0, output
    report.write_text(result.stdout.replace('"level"', '"lewel"'))
    assert validate(*flags, report)[0] != 0
    report.write_text(result.stdout)
    run = result.document["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))
    for found in run["results"]:
        assert ids[found["ruleIndex"]] == found["ruleId"]
        place = found["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == path.as_uri()
        line = text.splitlines()[place["region"]["startLine"] - 1]
        assert place["region"]["snippet"]["text"] == line
        assert place["region"]["startColumn"] <= len(line)
    suppressed = [found for found in run["results"] if "suppressions" in found]
    assert [found["ruleId"] for found in suppressed] == ["misspelt-field"]
    assert suppressed[0]["suppressions"] == [{"kind": "inSource", "justification": "so"}]


def test_quiet_sarif(command, tmp_path):
    """Notes are left out of the document, and there is one where nothing is left."""
    path = put(tmp_path, CLEAN.replace('"Convolution"', '"ForkConvolution"'))
    loud = check(command, path, "--format", "sarif", code=0).document["runs"][0]
    quiet = check(command, path, "--format", "sarif", "-q", code=0).document["runs"][0]
    assert [found["ruleId"] for found in loud["results"]] == ["fork-type"]
    assert quiet["results"] == []


# -- rules and targets of one's own

RULE = """\
schema: 1
rules:
  - id: no-wide-kernels
    summary: A kernel is wider than 5.
    match: {conv: {type: Convolution, where: "any(window(conv).kernel > limit)"}}
    parameters:
      limit: {type: number, default: 5, summary: The widest kernel.}
    report:
      severity: error
      because: "the kernel of '{conv.name}' is {conv.convolution_param.kernel_size} wide, {limit} is allowed"
      at: conv.convolution_param.kernel_size
      help: https://example.org/kernels
    tests:
      - name: seven
        net: |
          input: "data"
          layer {
            name: "c" type: "Convolution" bottom: "data" top: "c"
            convolution_param { num_output: 2 kernel_size: 7 }
          }
        expect: {reported: {at: c, because: "the kernel of 'c' is 7 wide, 5 is allowed"}}
      - name: three
        net: |
          input: "data"
          layer {
            name: "c" type: "Convolution" bottom: "data" top: "c"
            convolution_param { num_output: 2 kernel_size: 3 }
          }
        expect: unmatched
"""


def test_a_rule_of_ones_own(command, tmp_path):
    rule, net = put(tmp_path, RULE, "mine.yaml"), put(tmp_path, CLEAN)
    assert command.run("rules", "test", rule).code == 0
    proof = command.run("rules", "prove", rule)
    assert proof.code == 0
    assert "nothing to prove" in proof.stderr
    check(command, net, "--rules", rule, code=0)
    document = check(command, net, "--rules", rule, "--param", "limit=2", "--format", "json", code=1).document
    finding = document["nets"][0]["findings"][0]
    assert finding["reason"] == "the kernel of 'conv' is 3 wide, 2 is allowed"
    assert (finding["rule"], finding["help"]) == ("no-wide-kernels", "https://example.org/kernels")
    # A fold does not know rules that report.
    assert command.run("fold", net, "--definition-only", "--dry-run", "--rules", rule).code == 0


TARGET = """\
schema: 1
target:
  id: my-chip
  summary: The compiler of a chip.
  source: its manual, edition 3
  date: 2026-11
  evidence: documented
  mends: [inference]
  types:
    - accepted: [Input, Convolution, ReLU, Pooling]
  limits:
    - {axes: 4}
    - {size: 7, because: its tiles are no larger}
    - {inputs: layer}
"""


def test_a_target_of_ones_own(command, tmp_path):
    target, net = put(tmp_path, TARGET, "chip.yaml"), put(tmp_path, CLEAN)
    document = check(command, net, "--target", target, "--format", "json", code=1).document
    assert rules(document) == ["my-chip-input-field", "my-chip-size"]
    assert document["nets"][0]["findings"][1]["evidence"] == "documented in its manual, edition 3, 2026-11"
    assert "its tiles are no larger" in document["nets"][0]["findings"][1]["reason"]


PRECISE = """\
schema: 1
target:
  id: single-chip
  summary: The compiler of a chip that takes single precision.
  source: its manual, edition 3
  date: 2026-11
  evidence: documented
  limits:
    - {numbers: float32}
"""


def test_findings_about_weights_have_the_place_of_their_layer(command, tmp_path):
    weights = nets.schema.NetParameter()
    blob = weights.layer.add(name="conv", type="Convolution").blobs.add()
    blob.shape.dim.extend([4, 3, 3, 3])
    blob.double_data.extend([1.0] * 108)
    (tmp_path / "net.caffemodel").write_bytes(weights.SerializeToString())
    net, target = put(tmp_path, CLEAN), put(tmp_path, PRECISE, "chip.yaml")
    result = command.run(
        "check", net, tmp_path / "net.caffemodel", "--target", target, "--format", "json"
    ).document
    found = [item for item in result["nets"][0]["findings"] if "single precision" in item["reason"]]
    assert [(item["layer"], item["place"]["line"], item["place"]["column"]) for item in found] == [
        ("conv", 4, 3)
    ]


def test_fold_for_a_target(command, tmp_path):
    target = put(tmp_path, TARGET, "chip.yaml")
    text = CLEAN.replace("dim: 8 dim: 8", "dim: 7 dim: 7").replace(
        'input: "data"\ninput_shape { dim: 1 dim: 3 dim: 7 dim: 7 }',
        'layer { name: "data" type: "Input" top: "data"'
        " input_param { shape { dim: 1 dim: 3 dim: 7 dim: 7 } } }",
    )
    net = put(tmp_path, text + 'layer { name: "d" type: "Dropout" bottom: "conv" top: "d" }\n')
    check(command, net, "--target", target, code=1)
    out = tmp_path / "out.prototxt"
    result = command.run("fold", net, "--definition-only", "--output-model", out, "--target", target)
    assert result.code == 0, result.stderr
    assert "target my-chip: nothing known speaks against the result" in result.stderr
    check(command, out, "--target", target, code=0)
    # What no rule mends is told, and the result is written all the same.
    net = put(tmp_path, text + 'layer { name: "s" type: "Softmax" bottom: "conv" top: "s" }\n')
    result = command.run(
        "fold", net, "--definition-only", "--output-model", out, "--target", target, "--format", "json"
    )
    assert result.code == 1
    assert result.document["target"]["accepted"] is False
    assert [finding["rule"] for finding in result.document["target"]["findings"]] == ["my-chip-other-type"]
    assert out.exists()
    assert command.run("fold", net, "--definition-only", "--target", "opencv5", "--dry-run").code == 2


def test_fold_check(command, tmp_path):
    left = put(tmp_path, CLEAN + 'layer { name: "d" type: "Dropout" bottom: "conv" top: "d" }\n')
    before = sorted(tmp_path.iterdir())
    result = command.run("fold", left, "--definition-only", "--check")
    assert result.code == 1
    assert "left to fold: 1 rewrite\n" in result.stderr
    assert command.run("fold", put(tmp_path, CLEAN), "--definition-only", "--check").code == 0
    assert sorted(tmp_path.iterdir()) == before
    assert command.run("fold", left, "--definition-only", "--check", "-o", tmp_path / "o").code == 64


def test_fold_check_of_a_net_that_only_the_upgrade_changes(command, tmp_path):
    old = put(
        tmp_path,
        'input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n'
        'layers { name: "r" type: RELU bottom: "data" top: "r" }\n',
    )
    result = command.run("fold", old, "--definition-only", "--check", "--extend-select", "upgrade")
    assert result.code == 1
    assert result.stderr.endswith("left to fold: the upgrade to the current syntax\n")
    assert command.run("fold", old, "--definition-only", "--check").code == 0


def test_an_input_that_no_blob_can_be_is_a_finding(command, tmp_path):
    """One such net among many does not end the run."""
    large, small = tmp_path / "large.prototxt", tmp_path / "small.prototxt"
    relu = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\n'
    large.write_text('input: "data"\ninput_shape { dim: 1 dim: 1 dim: 768 dim: 2147483648 }\n' + relu)
    small.write_text('input: "data"\ninput_shape { dim: 1 dim: 1 dim: 7 dim: 7 }\n' + relu)
    result = command.run("check", large, small, "--format", "json")
    assert result.code == 1
    found = [net["findings"] for net in result.document["nets"]]
    assert found[1] == []
    assert (found[0][0]["severity"], found[0][0]["place"]["line"]) == ("error", 1)
    assert "the limit is 268435456 values" in found[0][0]["reason"]
