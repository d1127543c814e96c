"""`graph` and `fold --report`: texts and pictures by Graphviz, which files are written, wrong usage."""

import json
import shutil
import subprocess
import xml.etree.ElementTree

import pytest
from caffold import DIGITS
from graph_pages import HOSTILE, data, needs_dot


@needs_dot
def test_graphviz_reads_the_text(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(HOSTILE)
    done = command.run("graph", tmp_path / "net.prototxt")
    assert done.code == 0, done.stderr
    drawn = subprocess.run(["dot", "-Tjson"], input=done.stdout, capture_output=True, text=True, check=True)
    assert drawn.stderr == ""
    graph = json.loads(drawn.stdout)
    labels = [node["label"] for node in graph["objects"]]
    assert len(labels) == 7
    assert len(graph["edges"]) == 6
    assert labels[0].startswith("&lt;/script&gt;")
    assert command.run("graph", tmp_path / "net.prototxt", "-o", tmp_path / "net.dot").code == 0
    assert (tmp_path / "net.dot").read_text() == done.stdout


@needs_dot
@pytest.mark.parametrize("text", [HOSTILE, DIGITS[0].read_text()], ids=["hostile", "digits"])
def test_a_picture_is_well_formed(command, tmp_path, text):
    (tmp_path / "net.prototxt").write_text(text)
    assert command.run("graph", tmp_path / "net.prototxt", "-o", tmp_path / "net.svg").code == 0
    root = xml.etree.ElementTree.parse(tmp_path / "net.svg").getroot()
    assert root.tag.endswith("svg")
    words = "".join(root.itertext())
    assert ("</script><im" if text is HOSTILE else "Convolution") in words


def test_an_onnx_file_needs_no_flags_of_nets(command, tmp_path):
    done = command.run("graph", tmp_path / "net.onnx", DIGITS[1])
    assert done.code == 64
    assert "an ONNX file has its own weights" in done.stderr
    done = command.run("graph", tmp_path / "net.onnx", "--phase", "train")
    assert done.code == 64
    assert "--rules, --extend-anywhere and --proto are for a net definition" in done.stderr


def test_inputs_are_not_replaced(command, tmp_path):
    net = tmp_path / "net.html"
    shutil.copy(DIGITS[0], net)
    for arguments in (
        ["graph", net],
        ["fold", net, "--definition-only", "-o", tmp_path / "out", "--report", net],
    ):
        place = [] if arguments[0] == "fold" else ["-o", net]
        done = command.run(*arguments, *place)
        assert done.code == 2
        assert "is an input" in done.stderr
        assert net.read_bytes() == DIGITS[0].read_bytes()
    out = tmp_path / "same.html"
    done = command.run("fold", net, "--definition-only", "--output-model", out, "--report", out)
    assert done.code == 2
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["graph", "net.prototxt", "-o", "net.png"],
            "give a name that ends in .html, .svg or .dot, not 'net.png'",
        ),
        (["fold", "a", "b", "--report", "report.pdf"], "give a name that ends in .html, not 'report.pdf'"),
        (["fold", "a", "b", "--check", "--report", "r.html"], "--check writes nothing"),
        (
            ["fold", "--batch", "a", "-o", "b", "--report", "r.html"],
            "give --report the folder for them, not the file 'r.html'",
        ),
    ],
)
def test_wrong_usage(command, arguments, said):
    done = command.run(*arguments)
    assert done.code == 64
    assert said in done.stderr


def test_a_report_is_written_whatever_comes_of_the_run(command, tmp_path):
    """A dry run, and a check that fails, write the page and no net."""
    for name, more, code, outcome in (
        ("dry", ["--dry-run"], 0, "done"),
        ("failed", ["--tolerance", "0"], 1, "check-failed"),
    ):
        path = tmp_path / f"{name}.html"
        done = command.run("fold", *DIGITS, "-o", tmp_path / "out", "--report", path, *more)
        assert done.code == code, done.stderr
        assert not (tmp_path / "out").exists()
        written = data(path)
        assert written["outcome"] == outcome
        assert all(file["to"] is None for file in written["files"])
    assert any(site["status"] == "failed" for site in written["check"]["sites"])
