"""Runs that are killed, that meet, that find no room: nothing is lost or mixed, nothing hidden stays.

`make test` runs a few rounds of each. `make faults ROUNDS=100` runs a hundred times as many and says how many
there were.
"""

import itertools
import os
import random
import resource
import shutil
import signal
import subprocess
import time

import caffold
import large_net
import pytest
from caffold import DIGITS

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
NAMES = [path.name for path in DIGITS]
#: What a fold of digits is told, so that two runs write different pairs.
VARIANTS = {"all": [], "one less": ["--skip-layer", "conv1*"]}


def tree(folder):
    """Every file of a folder, hidden ones included."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def start(*arguments, **options):
    words = [caffold.BINARY, *map(str, arguments), "--no-config"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def finish(process):
    words = process.communicate(timeout=60)[1].decode()
    return process.returncode, words


def limited(*arguments, **limits):
    """Exit status and words of a run whose resources are limited: `NOFILE=4`."""

    def limit():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))

    return finish(start(*arguments, preexec_fn=limit))


@pytest.fixture(scope="module")
def pairs(command, tmp_path_factory):
    """What the variants write, by variant; and under "input" what they read."""
    found = {"input": {path.name: path.read_bytes() for path in DIGITS}}
    for name, flags in VARIANTS.items():
        folder = tmp_path_factory.mktemp("pair")
        assert command.run("fold", *DIGITS, "-o", folder, *flags, "--no-config").code == 0
        found[name] = tree(folder)
    assert found["all"] != found["one less"]
    return found


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return large_net.write(tmp_path_factory.mktemp("large"))


# -- killed runs


class Place:
    """Where a run is killed, what may be there afterwards, and what the next run has to make of it."""

    def __init__(self, kind, folder, pairs):
        folder.mkdir()
        self.folder, self.flags, self.inputs = folder, ["-o", folder], DIGITS
        self.new = pairs["all"]
        self.old = {"fresh": {}, "over": pairs["one less"], "in place": pairs["input"]}[kind]
        for name, data in self.old.items():
            (folder / name).write_bytes(data)
        if kind == "in place":
            self.inputs = [folder / name for name in NAMES]
            self.flags.append("--force")
        self.arguments = ["fold", *self.inputs, *self.flags, "-q", "--no-check"]

    def check(self, label):
        """A definition is beside its own weights, and the next run finds what it needs and ends well."""
        left = tree(self.folder)
        if NAMES[0] in left:
            whole = self.new if left[NAMES[0]] == self.new[NAMES[0]] else self.old
            assert [left.get(name) for name in NAMES] == [whole.get(name) for name in NAMES], label
        code, words = finish(start(*self.arguments))
        assert code == 0, f"{label}: {words}"
        assert tree(self.folder) == self.new, f"{label}: {sorted(tree(self.folder))}"


@pytest.mark.parametrize("kind", ["fresh", "over", "in place"])
def test_a_run_killed_at_any_moment(command, pairs, tmp_path, record_property, kind):
    rng, killed = random.Random(kind), 0
    took = command.run("fold", *DIGITS, "-o", tmp_path / "whole", "-q", "--no-check").seconds
    for attempt in range(8 * ROUNDS):
        place = Place(kind, tmp_path / f"kill{attempt}", pairs)
        process = start(*place.arguments)
        time.sleep(rng.uniform(0, took * 1.2))
        process.kill()
        killed += finish(process)[0] == -signal.SIGKILL
        place.check(f"kill {attempt}")
        shutil.rmtree(place.folder)
    record_property("figures", (f"kills at random, {kind}", f"{killed} of {8 * ROUNDS} runs killed"))


#: The calls that change what is found under a name, and those that bring files to the disk.
CALLS = ["openat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "fsync"]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace kills at a call of the system")
@pytest.mark.parametrize("kind", ["fresh", "over", "in place"])
def test_a_run_killed_at_each_change_of_a_name(command, pairs, tmp_path, record_property, kind):
    killed = 0
    turns = max(1, ROUNDS // 10)
    for turn, call in itertools.product(range(turns), CALLS):
        for number in itertools.count(1):
            place = Place(kind, tmp_path / f"{call}{turn}.{number}", pairs)
            inject = f"inject={call}:signal=KILL:when={number}"
            words = ["strace", "-f", "-qq", "-o", os.devnull, "-e", inject, caffold.BINARY]
            done = subprocess.run([*words, *place.arguments, "--no-config"], capture_output=True, check=False)
            place.check(f"{call} {number}")
            if done.returncode == 0:
                break
            killed += 1
    assert killed >= {"fresh": 12, "over": 20, "in place": 20}[kind] * turns
    record_property("figures", (f"kills at each change of a name, {kind}", f"{killed} runs killed"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_cleans_up(command, large, tmp_path, number):
    """Ctrl-C, unlike SIGKILL, leaves nothing behind at all; outputs stay only as a whole pair."""
    took = command.run("fold", *large, "-o", tmp_path / "whole", "--no-config").seconds
    whole, rng = tree(tmp_path / "whole"), random.Random(number)
    for attempt in range(60):
        out = tmp_path / f"out{attempt}"
        # what runs in the background of a shell inherits that SIGINT is ignored
        process = start("fold", *large, "-o", out, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
        time.sleep(rng.uniform(0, took * 0.8))
        process.send_signal(number)
        code = finish(process)[0]
        left = tree(out) if out.exists() else {}
        assert left == whole or (code != 0 and not left), f"exit {code}, left behind: {sorted(left)}"
        if not left:
            return
        shutil.rmtree(out)
    pytest.fail("no run was interrupted before its outputs were in place")


# -- runs that meet


def test_two_runs_on_one_output(command, pairs, tmp_path, record_property):
    """Both end well, and what is there afterwards is of one of them."""
    out, counts = tmp_path / "out", dict.fromkeys(VARIANTS, 0)
    for attempt in range(25 * ROUNDS):
        if attempt % 2:
            shutil.rmtree(out)
        runs = [
            start("fold", *DIGITS, "-o", out, "-q", "--no-check", *flags)
            for flags in random.Random(attempt).sample(list(VARIANTS.values()), 2)
        ]
        for process in runs:
            code, words = finish(process)
            assert (code, words) == (0, ""), f"round {attempt}"
        found = tree(out)
        winner = [name for name in VARIANTS if pairs[name] == found]
        assert winner, f"round {attempt}: {sorted(found)}"
        counts[winner[0]] += 1
    record_property("figures", ("two runs on one output", f"{25 * ROUNDS} rounds, last one: {counts}"))


@pytest.mark.skipif(not shutil.which("strace"), reason="strace holds a run up")
def test_a_run_waits_for_one_that_puts_files_in_place(command, pairs, tmp_path):
    out = tmp_path / "out"
    arguments = ["fold", *DIGITS, "-o", out, "-q", "--no-check", "--no-config"]
    hold = "inject=linkat:delay_enter=700000:when=1"
    words = ["strace", "-f", "-qq", "-o", os.devnull, "-e", hold, caffold.BINARY, *arguments]
    slow = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not list(out.glob(".*-note")):
        time.sleep(0.01)
        assert slow.poll() is None
    began = time.monotonic()
    assert finish(start(*arguments[:-1], *VARIANTS["one less"])) == (0, "")
    assert time.monotonic() - began > 0.3
    assert finish(slow)[0] == 0
    assert tree(out) == pairs["one less"]


def test_inputs_that_change_during_a_run(command, large, tmp_path):
    inputs = [tmp_path / path.name for path in large]

    def written(path):
        with path.open("r+b") as file:
            file.write(b"\n")

    def replaced(path):
        other = tmp_path / "other"
        other.write_bytes(b"")
        other.replace(path)

    for change, index in itertools.product([written, replaced], [0, 1]):
        for copy, path in zip(inputs, large):
            shutil.copy(path, copy)
        for attempt in range(20):
            out = tmp_path / f"{change.__name__}{index}.{attempt}"
            process = start("fold", *inputs, "-o", out)
            opened = f"/proc/{process.pid}/fd"
            while process.poll() is None:
                links = {os.path.realpath(f"{opened}/{name}") for name in os.listdir(opened)}
                if str(inputs[1]) in links:
                    break
            process.send_signal(signal.SIGSTOP)
            if process.poll() is not None or (out.exists() and tree(out)):
                process.send_signal(signal.SIGCONT)
                finish(process)
                continue  # it was quicker
            change(inputs[index])
            process.send_signal(signal.SIGCONT)
            code, words = finish(process)
            assert (code, words) == (
                2,
                f"{inputs[index]}: error: has changed during this run; nothing was written; run it again\n",
            )
            assert not out.exists()
            break
        else:
            pytest.fail("no run was held up")


# -- no room


FULL = """
set -e
mount -t tmpfs -o size={size}k,mode=700 none {folder}
cp {old} {folder}
set +e
{command} >/dev/null 2>{words}
echo $?
ls -A {folder}
cd {folder} && cksum {names}
"""


def cksum(data):
    return subprocess.run(["cksum"], input=data, capture_output=True, check=True).stdout.split()[0].decode()


@pytest.mark.parametrize("flags", [[], ["--verify"]], ids=["fold", "fold --verify"])
def test_a_full_disk(command, pairs, tmp_path, record_property, flags):
    mount = tmp_path / "mount"
    mount.mkdir()
    words = tmp_path / "words"
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    probe = subprocess.run([*inside, f"mount -t tmpfs none {mount}"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("no file system can be mounted here")
    old = tmp_path / "old"
    old.mkdir()
    for name, data in pairs["one less"].items():
        (old / name).write_bytes(data)
    needed = 2 * sum(len(data) + 4096 for data in pairs["all"].values()) // 1024 + 40
    outcomes = {0: 0, 2: 0}
    for size in range(80, needed, max(4, 40 // ROUNDS)):
        run = f"{caffold.BINARY} fold {DIGITS[0]} {DIGITS[1]} -o {mount} --no-config {' '.join(flags)}"
        script = FULL.format(
            size=size, folder=mount, old=f"{old}/*", command=run, words=words, names=" ".join(NAMES)
        )
        done = subprocess.run([*inside, script], capture_output=True, check=True)
        code, *rest = done.stdout.decode().splitlines()
        outcomes[int(code)] += 1
        expected = pairs["all" if code == "0" else "one less"]
        assert sorted(rest[:-2]) == sorted(NAMES), f"{size} kB: {rest}"
        assert [line.split()[0] for line in rest[-2:]] == [cksum(expected[name]) for name in NAMES]
        if code == "2":
            assert "no space left on device" in words.read_text()
    assert min(outcomes.values()) > 0, outcomes
    record_property(
        "figures", (f"full disks, {' '.join(['fold', *flags])}", f"{sum(outcomes.values())} sizes")
    )


def whole_or_old(out, pairs, code, words, label):
    """The new pair after success, else the old one and an error; never a signal."""
    assert code in (0, 2), f"{label}: {words}"
    assert tree(out) == pairs["all" if code == 0 else "one less"], label
    if code == 2:
        assert "error: " in words, label


def test_files_of_limited_size(command, pairs, tmp_path):
    out = tmp_path / "out"
    codes = set()
    for size in [0, 100, 5_000, 58_000, 70_000]:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        for name, data in pairs["one less"].items():
            (out / name).write_bytes(data)
        code, words = limited("fold", *DIGITS, "-o", out, "-q", FSIZE=size)
        whole_or_old(out, pairs, code, words, f"{size} bytes")
        codes.add(code)
        if code == 2 and size:
            assert "cannot be written: file too large" in words
    assert codes == {0, 2}


def test_few_descriptors(command, pairs, tmp_path):
    out = tmp_path / "out"
    codes = []
    for count in range(3, 16):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        for name, data in pairs["one less"].items():
            (out / name).write_bytes(data)
        code, words = limited("fold", *DIGITS, "-o", out, "-q", NOFILE=count)
        whole_or_old(out, pairs, code, words, f"{count} descriptors")
        codes.append(code)
    assert codes[0] == 2
    assert codes[-1] == 0


def test_a_batch_with_few_descriptors(command, pairs, tmp_path):
    """What is called done is there; a later run does the rest."""
    models = tmp_path / "models"
    models.mkdir()
    for path in DIGITS:
        shutil.copy(path, models)
    for count in range(4, 16):
        out = tmp_path / f"out{count}"
        code, words = limited("fold", "--batch", models, "-o", out, NOFILE=count)
        assert code in (0, 1, 2), words
        found = {name: data for name, data in tree(out).items() if name in NAMES} if out.exists() else {}
        assert found == (pairs["all"] if code == 0 else {}), f"{count} descriptors: {words}"
        again = command.run("fold", "--batch", models, "-o", out, "--no-config")
        assert again.code == 0
        assert {name: tree(out)[name] for name in NAMES} == pairs["all"]


def test_little_memory(command, pairs, tmp_path):
    """A run that finds no memory may end as the system ends it; what was there stays."""
    out = tmp_path / "out"
    codes = set()
    for megabytes in [8, 20, 30, 40, 60, 500]:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        for name, data in pairs["one less"].items():
            (out / name).write_bytes(data)
        code, _ = limited("fold", *DIGITS, "-o", out, "-q", AS=megabytes << 20)
        assert tree(out) == pairs["all" if code == 0 else "one less"], f"{megabytes} MB"
        codes.add(code == 0)
    assert codes == {True, False}


# -- modes, and inputs of others


def test_a_replaced_file_keeps_its_mode(command, tmp_path):
    copies = [tmp_path / path.name for path in DIGITS]
    for copy, path, mode in zip(copies, DIGITS, [0o640, 0o600]):
        shutil.copy(path, copy)
        copy.chmod(mode)
    assert command.run("fold", *copies, "-o", tmp_path, "--force", "--no-config").code == 0
    assert [copy.stat().st_mode & 0o777 for copy in copies] == [0o640, 0o600]
    # Nor is the copy of a file that nobody else may read for everybody.
    assert command.run("fold", *copies, "-o", tmp_path / "out", "--no-config").code == 0
    assert [(tmp_path / "out" / copy.name).stat().st_mode & 0o007 for copy in copies] == [0, 0]


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_no_model_of_a_batch_replaces_what_another_reads(command, tmp_path, force):
    (tmp_path / "sub").mkdir()
    for folder in (tmp_path, tmp_path / "sub"):
        for path in DIGITS:
            shutil.copy(path, folder)
    models = tmp_path / "models.txt"
    models.write_text("digits.prototxt\nsub/digits.prototxt\n")
    before = tree(tmp_path / "sub")
    result = command.run("fold", "--batch", models, "-o", tmp_path / "sub", "--no-config", *force)
    one, other = (tmp_path / place / "digits.prototxt" for place in ("", "sub"))
    assert (result.code, result.stderr) == (
        2,
        f"{one}: error: would be written to '{other}', which is an input of '{other}'; choose another folder "
        "with -o\n",
    )
    assert tree(tmp_path / "sub") == before
