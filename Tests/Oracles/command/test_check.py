"""`caffold check`: findings, exit codes, suppressions, baselines; and `fold --check`."""

import caffold
import nets
import pytest
import small_nets
from check_runs import CLEAN, FAULTY, check, put, rules
from json_schema import validate

SCHEMAS = caffold.ROOT / "Documentation" / "schemas"


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


# -- fold --check


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
