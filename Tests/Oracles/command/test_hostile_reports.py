"""Hostile files and faults: each ends with an error that names place and reason, or with the job done.

The cases have the names of the reports. `CASES` is about files that one run reads; what needs more than one
run, other users or limits has a test of its own, `test_case_…`, with the number of the report.
`test_faults.py` tries the faults many times over.
"""

import os
import resource
import shutil
import stat
import subprocess

import pytest
from caffold import BINARY, DIGITS, ROOT, tree

REPORTS = ROOT / "Tests/Fixtures/reports/hostile"
BUNDLED = [str(path) for path in DIGITS]
FOLD = ["fold", "--dry-run", "--no-config", "m.prototxt", "w.caffemodel"]
VERIFY = ["verify", "m.prototxt", "w.caffemodel", "m.prototxt", "w.caffemodel"]
GROW = ["fold", "g.prototxt", "--definition-only", "--isolated", "--no-config", "--dry-run", "--rules"]

# What is right: the exit status, and what the output must say.
CASES = {
    "01-heap-overflow-opaque-power": (FOLD, 2, "w.caffemodel: byte 19: error: blob 0 of layer 'c'"),
    "01c-claim-2-27-memory-8GiB": (FOLD, 2, "but its raw data of type 99 has only 1 byte"),
    "01e-claim-ip-trap": (FOLD, 2, "but its raw data of type 99 has only 1 byte"),
    "02-gbk-escapes-wrong-fold": (
        ["fold", "--dry-run", "--no-config", "m6.prototxt", "w.caffemodel"],
        0,
        r"blob '\276\355\273\375' is also read by Convolution 'd'",
    ),
    "03-verify-nfc-nfd-false-equal": (
        ["verify", "a.prototxt", "w.caffemodel", "b.prototxt", "w.caffemodel"],
        1,
        "different: the first blob beyond",
    ),
    "04-depthwise-division-by-zero": (FOLD, 0, "expected 2 values in parameter blob 0, found 10"),
    "05-pad-overflow": (FOLD, 0, "not checked"),
    "06-concat-channel-sum-overflow": (FOLD, 2, "expected a whole number from 0 to 4294967295"),
    "08-pooling-work-overflow": (VERIFY, 2, "expected a whole number below 2147483648"),
    "09-conv-zero-channels-kernel-trap": (VERIFY, 2, "the windows would have"),
    "10-npy-shape-overflow": ([*VERIFY, "--input", "x.npy"], 2, "error: "),
    "12-verify-memory-7GiB": (VERIFY, 2, "give smaller ones with --input-shape"),
    "13-list-doubling-expression": (
        ["fold", *BUNDLED, "--rules", "r.yaml", "--isolated", "--dry-run", "--no-config"],
        0,
        "the list has more than 65536 items",
    ),
    "14-yaml-one-line-errors": (["rules", "check", "r.yaml", "--no-config"], 2, "100 errors"),
    "15-rules-grow-without-limit": ([*GROW, "g.yaml"], 2, "new layers, the limit for this net"),
    "26-self-growing-rule-message": ([*GROW, "r.yaml"], 2, "matches its own result"),
}


def limit_memory():
    """A GiB is far more than any of these needs."""
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_hostile_file_is_refused_or_read(name):
    arguments, status, text = CASES[name]
    done = subprocess.run(
        [BINARY, *arguments],
        capture_output=True,
        cwd=REPORTS / name,
        timeout=30,
        check=False,
        preexec_fn=limit_memory,
        text=True,
        errors="replace",
    )
    assert done.returncode == status, done.stderr
    assert text in done.stdout + done.stderr
    assert status != 2 or "error: " in done.stderr


def test_every_case_is_tried():
    own = {name.removeprefix("test_case_")[:2] for name in globals() if name.startswith("test_case_")}
    missing = {folder.name for folder in REPORTS.iterdir()} - set(CASES)
    assert all(name[:2] in own for name in missing), missing


# -- what is more than reading a file


@pytest.fixture
def case(tmp_path):
    """Copies the files of a report into a folder that may be written."""

    def copied(name):
        return shutil.copytree(REPORTS / name, tmp_path / name)

    return copied


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--input", ""], "--input has an empty value"),
        (["--input-shape", ""], "--input-shape has an empty value; give 1,3,224,224"),
        (["--samples", "9223372036854775807"], "--samples must be between 1 and 1000000"),
    ],
    ids=["input", "input-shape", "samples"],
)
def test_case_11_empty_and_giant_values_of_options(command, flags, text):
    result = command.run("verify", *DIGITS, *DIGITS, *flags)
    assert result.code == 64
    assert result.stderr.startswith(f"Error: {text}\n")


def test_case_16_a_proof_cut_short_is_none(command, case):
    """A condition that takes longer than the proof may: nothing is called proven."""
    path = case("16-prove-cut-short-is-proven") / "r.yaml"
    result = command.run("rules", "prove", path, "--no-config", "--time", "5", timeout=240)
    assert result.code == 1
    assert "1 rule: 0 held" in result.stderr, result.stderr
    assert "rule 'r1'" in result.stderr


def test_case_18_a_sparse_file_is_not_read(command, tmp_path):
    """Forty gigabytes that take no room on the disk, as definition and as weights."""
    for place, text in enumerate(
        ["has 42949672960 bytes; a file of this kind may have 536870912 at most", "error: "]
    ):
        pair = list(DIGITS)
        pair[place] = tmp_path / f"big{pair[place].suffix}"
        with pair[place].open("wb") as file:
            file.truncate(40 << 30)
        limits = [(resource.RLIMIT_DATA, 1 << 30)]
        result = command.run("fold", *pair, "--dry-run", "--no-config", limits=limits, timeout=60)
        assert result.code == 2
        assert text in result.stderr


def test_case_19_inputs_are_not_replaced(command, case):
    folder = case("19-inputs-replaced")
    rules = folder / "r.yaml"
    text = rules.read_text()
    result = command.run("fold", *DIGITS, "--no-config", "--rules", rules, "--plan", rules, "-q")
    assert (result.code, rules.read_text()) == (2, text)
    assert "is an input of this run" in result.stderr
    models = folder / "models"
    (models / "sub").mkdir(parents=True)
    for path in DIGITS:
        shutil.copy(path, models / f"m{path.suffix}")
        shutil.copy(ROOT / "examples/own-rule" / f"net{path.suffix}", models / "sub" / f"m{path.suffix}")
    (models / "list").write_text("m.prototxt\nsub/m.prototxt\n")
    before = tree(models)
    result = command.run("fold", "--batch", "list", "-o", "sub", "--no-config", "-j", "1", cwd=models)
    assert (result.code, tree(models)) == (2, before)
    assert "which is an input of 'sub/m.prototxt'" in result.stderr


def test_case_20_two_runs_on_one_output(command, tmp_path):
    """Both succeed, and what is there is a pair of one of them."""
    variants = {"all": [], "one less": ["--skip-layer", "conv1*"]}
    flags = ["-q", "--no-check", "--no-config"]
    pairs = {}
    for name, more in variants.items():
        assert command.run("fold", *DIGITS, "-o", tmp_path / name, *flags, *more).code == 0
        pairs[name] = tree(tmp_path / name)
    out = tmp_path / "out"
    for attempt in range(6):
        if attempt % 2:
            shutil.rmtree(out)
        runs = [
            subprocess.Popen([BINARY, "fold", *DIGITS, "-o", out, *flags, *more], stderr=subprocess.PIPE)
            for more in variants.values()
        ]
        ends = [(run.communicate(timeout=60)[1], run.returncode) for run in runs]
        assert ends == [(b"", 0)] * 2
        assert tree(out) in pairs.values()


def test_case_21_a_batch_is_done_when_its_outputs_are_there(command, tmp_path):
    models, out = tmp_path / "b", tmp_path / "bo"
    models.mkdir()
    for path in DIGITS:
        shutil.copy(path, models / f"m{path.suffix}")
    arguments = ["fold", "--batch", models, "-o", out, "--no-config"]
    result = command.run(*arguments, limits=[(resource.RLIMIT_NOFILE, 4)])
    assert result.code in (1, 2), result.stderr
    assert not out.exists() or "m.prototxt" not in tree(out)
    assert command.run(*arguments).code == 0
    assert {"m.prototxt", "m.caffemodel"} <= set(tree(out))


def test_case_22_a_replaced_file_keeps_its_mode(command, pair):
    for path in pair:
        path.chmod(0o600)
    result = command.run("fold", *pair, "-o", pair[0].parent, "--force", "-q", "--no-config")
    assert result.code == 0
    assert [stat.S_IMODE(path.stat().st_mode) for path in pair] == [0o600] * 2


def test_case_23_the_settings_of_another_user_are_not_obeyed(command, case):
    """Their rule would take the ReLUs out of the net."""
    folder = case("23-config-of-another-user")
    work = folder / "user/work"
    work.mkdir(parents=True)
    result = command.run("fold", *DIGITS, "-o", "o", "-q", cwd=work)
    assert result.code == 0
    assert "../../caffold.yaml: warning: not read: it is above the working folder" in result.stderr
    original = DIGITS[0].read_text()
    assert (work / "o/digits.prototxt").read_text().count("ReLU") == original.count("ReLU") > 0
    if os.geteuid() == 0:
        os.chown(folder / "caffold.yaml", 12345, -1)
        result = command.run("fold", *DIGITS, "-o", "p", "-q", cwd=folder)
        assert (result.code, (folder / "p").exists()) == (2, False)
        assert "this project file belongs to another user" in result.stderr


def test_case_28_a_limit_of_file_sizes_is_an_error(command, tmp_path):
    """No signal: the limit sends one that ends the process unless it is taken."""
    out = tmp_path / "o"
    limits = [(resource.RLIMIT_FSIZE, 10_000)]
    result = command.run("fold", *DIGITS, "-o", out, "-q", "--no-config", limits=limits)
    assert result.code == 2
    assert "digits.caffemodel: error: cannot be written: file too large" in result.stderr
    assert not out.exists() or tree(out) == {}
