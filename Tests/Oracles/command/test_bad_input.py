"""Wrong usage, damaged files, exit statuses."""

import random

import pytest
from caffold import DIGITS, tree

WRONG = {
    "no model": ["fold"],
    "unknown flag": ["fold", *DIGITS, "--no-such-flag"],
    "unknown command": ["nonsense"],
    "flag without value": ["fold", *DIGITS, "-o"],
    "unknown format": ["fold", *DIGITS, "--format", "xml"],
    "unknown phase": ["fold", *DIGITS, "--phase", "NIGHT"],
    "empty output": ["fold", *DIGITS, "-o", ""],
    "empty model output": ["fold", *DIGITS, "--output-model", ""],
    "empty shape": ["fold", *DIGITS, "--verify", "--input-shape", ""],
    "empty input": ["verify", *DIGITS, *DIGITS, "--input", ""],
    "empty shape to verify": ["verify", *DIGITS, *DIGITS, "--input-shape", ""],
    "samples without end": ["verify", *DIGITS, *DIGITS, "--samples", str(2**63 - 1)],
    "a sample too many": ["verify", *DIGITS, *DIGITS, "--samples", "1000001"],
    "an instance too many": ["rules", "prove", "--instances", "1000001"],
    "a second too many": ["rules", "prove", "--time", "1000001"],
    "no samples": ["verify", *DIGITS, *DIGITS, "--samples", "0"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_exit_64(command, arguments):
    result = command.run(*arguments)
    assert result.code == 64, result.stderr
    assert result.stderr
    assert not result.stdout


def test_an_unknown_command_gets_a_suggestion(command):
    done = command.run("inspct", "net.prototxt")
    assert done.code == 64
    assert done.stderr == "error: there is no command 'inspct'; did you mean 'inspect'?\n"
    assert command.run("xyzzy").stderr == "error: there is no command 'xyzzy'; 'caffold --help' lists them\n"


def test_help_and_version(command):
    assert command.run("--help").code == 0
    assert command.run("fold", "--help").code == 0
    assert command.run("--version").stdout.strip()


def refused(command, model, weights, folder):
    """Standard error of a run that must exit 2 and write nothing."""
    before = tree(folder)
    result = command.run("fold", model, weights, "-o", folder / "out", "--format", "json")
    assert result.code == 2, f"exit {result.code}: {result.stderr}"
    assert "error: " in result.stderr
    assert not result.stdout
    assert tree(folder) == before
    return result.stderr


def test_missing_files(command, pair, tmp_path):
    assert "absent.prototxt" in refused(command, tmp_path / "absent.prototxt", pair[1], tmp_path)
    assert "absent.caffemodel" in refused(command, pair[0], tmp_path / "absent.caffemodel", tmp_path)
    refused(command, tmp_path, pair[1], tmp_path)  # a folder
    refused(command, pair[0], tmp_path, tmp_path)


def test_standard_input_is_no_file(command):
    result = command.run("inspect", "-")
    assert result.code == 2
    assert result.stderr == (
        "-: error: cannot be opened: no such file or directory; standard input is not read, "
        "give the path of a file\n"
    )


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.77, 0.999])
def test_truncated_weights(command, pair, tmp_path, share):
    data = pair[1].read_bytes()
    pair[1].write_bytes(data[: int(len(data) * share)])
    assert "byte " in refused(command, *pair, tmp_path)


def test_truncated_anywhere_never_traps(command, pair, tmp_path):
    """Cut between two layers it is a shorter net, elsewhere an error; a crash would be another exit code."""
    data, rng = pair[1].read_bytes(), random.Random(3)
    for length in [0, 1, 2, *(rng.randrange(len(data)) for _ in range(40))]:
        pair[1].write_bytes(data[:length])
        result = command.run("fold", *pair, "--dry-run")
        assert result.code in (0, 2), f"{length} bytes: exit {result.code}: {result.stderr[-300:]}"


def test_flipped_bytes_never_trap(command, pair, tmp_path):
    rng = random.Random(4)
    originals = [path.read_bytes() for path in pair]
    for round in range(80):
        which = round % 2
        data = bytearray(originals[which])
        for _ in range(rng.choice([1, 1, 4])):
            data[rng.randrange(len(data) if rng.random() < 0.5 else min(400, len(data)))] = rng.randrange(256)
        pair[which].write_bytes(data)
        pair[1 - which].write_bytes(originals[1 - which])
        result = command.run("fold", *pair, "--dry-run", timeout=20)
        assert result.code in (0, 2), f"round {round}: exit {result.code}: {result.stderr[-300:]}"


def test_text_as_weights_and_weights_as_text(command, pair, tmp_path):
    refused(command, pair[0], pair[0], tmp_path)
    refused(command, pair[1], pair[1], tmp_path)
    pair[1].write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    refused(command, *pair, tmp_path)


def test_empty_weights(command, pair, tmp_path):
    """An empty file is an empty net to protobuf; for a net with layers it is no weights at all."""
    pair[1].write_bytes(b"")
    result = command.run("fold", *pair, "-o", tmp_path / "out")
    assert result.code in (0, 2)
    assert (
        "digits.caffemodel" in result.stderr or "no blobs" in result.stderr or "no weights" in result.stderr
    )


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('type: "BatchNorm"', "type: 3", ":28:9: error: "),
        ("num_output: 16", "num_output: sixteen", None),
        ("bias_term: false  #", "bias_term: maybe  #", None),
        ('top: "data"', 'top: "data', ":8:8: error: "),
        ("layer {\n  name: \"data\"", "layer {{\n  name: \"data\"", ":5:8: error: "),
    ],
    ids=["type", "number", "bool", "string", "brace"],
)  # fmt: skip
def test_faulty_definition_has_a_place(command, pair, tmp_path, old, new, place):
    text = pair[0].read_text()
    assert old in text
    pair[0].write_text(text.replace(old, new, 1))
    message = refused(command, *pair, tmp_path)
    assert message.startswith(str(pair[0]) + ":"), message
    assert place is None or place in message, message


def test_a_bottom_that_nothing_writes_is_a_warning(command, pair, tmp_path):
    """Nets cut out of larger ones read such blobs; one in thirteen files of the corpus does."""
    pair[0].write_text(pair[0].read_text().replace('bottom: "conv1"', 'bottom: "nowhere"', 1))
    result = command.run("fold", *pair, "-o", tmp_path / "out", "--format", "json")
    assert result.code == 0
    messages = [warning["message"] for warning in result.document["warnings"]]
    assert any("reads blob 'nowhere', which no layer or input makes" in message for message in messages), (
        messages
    )


def test_faulty_rule_file_has_a_place(command, pair, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("schema: 1\nrules:\n  - id: x\n    sumary: no\n")
    result = command.run("fold", *pair, "--rules", rules, "-o", tmp_path / "out")
    assert result.code == 2
    assert f"{rules}:4:5: error: " in result.stderr
    assert not (tmp_path / "out").exists()


def test_unwritable_output(command, pair, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    result = command.run("fold", *pair, "-o", tmp_path / "file" / "out")
    assert result.code == 2
    assert "file" in result.stderr


def test_what_is_wrong_with_the_rules_is_told_first(command, tmp_path):
    """They are read beside the weights, and errors do not depend on which of the two is read first."""
    weights = tmp_path / "bad.caffemodel"
    weights.write_bytes(b"<html>")
    for flags, word in ((["--select", "nosuch"], "nosuch"), (["--param", "foo=1"], "foo")):
        done = command.run("fold", DIGITS[0], weights, "-o", tmp_path / "out", *flags)
        assert (done.code, word in done.stderr, "bad.caffemodel" in done.stderr) == (2, True, False), (
            done.stderr
        )
