"""Hostile files: each ends with an error that names place and reason, or with the job done."""

import resource
import subprocess

import pytest
from caffold import BINARY, DIGITS, ROOT

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
    assert {folder.name for folder in REPORTS.iterdir()} == set(CASES)
