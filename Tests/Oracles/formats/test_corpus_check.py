"""`check` on 674 real prototxt files: what it calls an error, Python protobuf or Caffe calls one too."""

import collections
import csv
import re

import conftest
import pytest

#: Errors that protobuf's parser cannot see: connections, and what a net must have.
NO_PARSER_SEES = {"unmade-bottom", "solver", "malformed-net"}

#: What protobuf says of a field or word that only a fork has.
OF_A_FORK = re.compile(r"has no (field named \"|value named [A-Z])")

#: Nets without a data layer or input for what they begin with: parts of nets, and templates.
WITHOUT_INPUTS = {
    "aoru45__SSRNet_Pytorch2Caffe_MergeBN__ssrnet_merge_bn_ori.prototxt",
    "happynear__caffe-windows__matlab__demo__NeuralArt__VGG_16_nueralart.prototxt",
    "happynear__caffe-windows__matlab__demo__PrototxtGen__covariance.prototxt",
}


@pytest.fixture(scope="module")
def manifest():
    with conftest.shared("corpus", "MANIFEST.tsv").open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file, delimiter="\t")}


@pytest.fixture(scope="module")
def found(command):
    folder = conftest.shared("corpus", "prototxt")
    files = sorted(folder.glob("*.prototxt"))
    result = command.run("check", *files, "--format", "json", timeout=600)
    assert result.code == 1, result.stderr
    return {path.name: net["findings"] for path, net in zip(files, result.document["nets"])}


def test_errors_are_errors(found, manifest, record_property):
    wrong, counts = [], collections.Counter()
    for name, findings in found.items():
        row = manifest[name]
        for finding in findings:
            counts[finding["severity"], finding["rule"]] += 1
            if finding["severity"] != "error":
                continue
            if finding["rule"] in NO_PARSER_SEES:
                # A net that BVLC's schema parses is no solver and has layers.
                is_true = finding["rule"] == "unmade-bottom" or row["kind"] != "net"
            else:
                # A fork's field, word or type is no error: what is left, no parser of protobuf's reads.
                is_true = row["bvlc_parse_error"].startswith("FAIL:") and not OF_A_FORK.search(
                    row["bvlc_parse_error"]
                )
            if not is_true:
                wrong.append(f"{name}: {finding['rule']}: {finding['reason']} | {row['bvlc_parse_error']}")
    for (severity, rule), count in counts.items():
        record_property("figures", (f"{severity:<8} {rule}", f"{count:>5}"))
    assert not wrong, "\n".join(wrong)


def test_what_no_schema_parses_is_an_error(found, manifest):
    """What Python protobuf rejects otherwise than for a fork's words is rejected here."""
    missed = [
        f"{name}: {row['bvlc_parse_error']}"
        for name, row in manifest.items()
        if row["kind"] == "net_unparsable"
        and not any(finding["severity"] == "error" for finding in found[name])
        and not OF_A_FORK.search(row["bvlc_parse_error"])
    ]
    assert not missed, "\n".join(missed)


def test_unmade_bottoms_of_nets_that_parse(found, manifest):
    names = {
        name
        for name, findings in found.items()
        for finding in findings
        if finding["rule"] == "unmade-bottom"
        and finding["severity"] == "error"
        and not manifest[name]["bvlc_parse_error"]
    }
    assert names == WITHOUT_INPUTS
