"""Hostile files: each ends with an error that names place and reason, or with the job done, in bounded memory and time."""

import pathlib
import resource
import subprocess

import pytest
from caffold import BINARY, ROOT

REPORTS = ROOT / "Tests/Reports/hostile"
BUNDLED = ROOT / "examples/digits/digits"
FOLD = ["fold", "--dry-run", "--no-config", "m.prototxt", "w.caffemodel"]
VERIFY = ["verify", "m.prototxt", "w.caffemodel", "m.prototxt", "w.caffemodel"]

# What is right: the exit code, and what the text must say.
CASES = {
    "01-heap-overflow-opaque-power": (FOLD, 2, "has more than 2147483647 numbers"),
    "01c-claim-2^27-memory-8GiB": (FOLD, 2, "but its raw data of type 99 has only 1 byte"),
    "01e-claim-ip-trap": (FOLD, 2, "numbers"),
    "04-depthwise-division-by-zero": (FOLD, 0, ""),
    "05-pad-overflow": (FOLD, 0, ""),
    "06-concat-channel-sum-overflow": (FOLD, 0, ""),
    "08-pooling-work-overflow": (VERIFY, 2, ""),
    "09-conv-zero-channels-kernel-trap": (VERIFY, 2, ""),
    "10-npy-shape-overflow": (
        [*VERIFY, "--input", "x.npy"],
        2,
        "x.npy: error: cannot be read: the shape 0x2147483647x2147483647x2147483647 has more than 2147483647 numbers",
    ),
    "12-verify-memory-7GiB": (VERIFY, 2, ""),
}


def run_limited(arguments, folder, memory=1 << 30):
    """Runs the command with so many bytes of memory at most."""

    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))

    return subprocess.run(
        [BINARY, *arguments],
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=False,
        preexec_fn=limit,
        text=True,
        errors="replace",
    )


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_hostile_file_is_refused_or_read(name):
    arguments, code, text = CASES[name]
    done = run_limited(arguments, REPORTS / name)
    assert done.returncode == code, done.stderr
    assert text in done.stderr, done.stderr
    if code == 2:
        assert ": error: " in done.stderr, done.stderr
