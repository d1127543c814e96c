"""`caffold check`: the forms of its report, from text and statistics to SARIF, and what they leave out."""

import json

import caffold
import sarif_schema
from check_runs import CLEAN, FAULTY, check, put, rules
from json_schema import validate

SCHEMAS = caffold.ROOT / "Documentation" / "schemas"


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
