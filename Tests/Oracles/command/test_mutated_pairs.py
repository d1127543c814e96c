"""Damaged nets, weights and rules: every run ends with an exit status, soon and in little memory.

`CAFFOLD_MUTATIONS=100000` tries as many by the library; ../shared gives Caffe's one-layer nets.
"""

import concurrent.futures
import functools
import os
import pathlib
import random
import resource
import shutil
import subprocess

import caffold
import conftest
import mutations
import pytest

COUNT = int(os.environ.get("CAFFOLD_MUTATIONS", "2000"))
#: Pairs on which the commands run; all others go through the library.
COMMANDS = 80
#: Pairs of one process.
SHARE = 50
SECONDS = 60
PROBE = pathlib.Path(os.environ.get("PAIR_PROBE", ".build/release/pair-probe"))
PROBE = PROBE if PROBE.is_absolute() else caffold.ROOT / PROBE
MEMORY = 6 << 30
RULES = [
    path
    for folder in ("rules", "Tests/Fixtures/rules", "Tests/Fixtures/fork-layers")
    for path in sorted((caffold.ROOT / folder).rglob("*.yaml"))
]


@functools.cache
def pairs():
    """Nets with weights, small enough for thousands of runs."""
    found = [tuple(caffold.DIGITS)]
    roots = [caffold.ROOT / "Tests" / "Fixtures" / "reports"]
    if (conftest.SHARED / "caffe").exists():
        roots.append(conftest.SHARED / "caffe")
    for definition in sorted(path for root in roots for path in root.rglob("*.prototxt")):
        weights = sorted(definition.parent.glob(f"{definition.stem}*.caffemodel")) or sorted(
            definition.parent.glob("*.caffemodel")
        )
        if weights and definition.stat().st_size + weights[0].stat().st_size < 100_000:
            found.append((definition, weights[0]))
    return found


def limit():
    """Limits this process and the runs that it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ends(words, folder):
    """None, or what is wrong with the end of the run."""
    try:
        done = subprocess.run(
            [caffold.BINARY, *words], capture_output=True, timeout=SECONDS, cwd=folder, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{' '.join(words)}: no end after {SECONDS} s"
    if done.returncode not in (0, 1, 2, 64):
        return f"{' '.join(words)}: exit {done.returncode}: {done.stderr[-400:].decode(errors='replace')}"
    return None


def damaged(seed, folder):
    """A folder with a pair of files, the same pair damaged, and for some seeds damaged rules."""
    draw = random.Random(seed)
    place = pathlib.Path(folder) / str(seed)
    place.mkdir()
    definition, weights = (path.read_bytes() for path in draw.choice(pairs()))
    (place / "a.prototxt").write_bytes(definition)
    (place / "a.caffemodel").write_bytes(weights)
    what = draw.randrange(3)
    if what != 0:
        definition = mutations.mutated_text(definition, draw, sizes=True)
    if what != 1:
        weights = mutations.mutated_bytes(weights, draw)
    (place / "b.prototxt").write_bytes(definition)
    (place / "b.caffemodel").write_bytes(weights)
    if seed % 16 == 0:
        rule = mutations.mutated_text(draw.choice(RULES).read_bytes(), draw, sizes=True)
        (place / "r.yaml").write_bytes(rule)
    return place


def by_command(seed, folder):
    """Runs the commands on damaged files; what is wrong with their ends."""
    place = damaged(seed, folder)
    runs = [
        ["fold", "b.prototxt", "b.caffemodel", "-o", "out/", "--select", "all"],
        ["verify", "a.prototxt", "a.caffemodel", "b.prototxt", "b.caffemodel"],
    ]
    if (place / "r.yaml").exists():
        runs.append(["rules", "prove", "r.yaml", "--instances", "3", "--time", "1"])
        runs.append(["fold", "a.prototxt", "a.caffemodel", "-o", "ruled/", "--rules", "r.yaml"])
    wrong = [found for run in runs if (found := ends(run, place))]
    if not wrong:
        shutil.rmtree(place)
    return wrong


def probed(places):
    """How many folders the probe went through, and why it did not go through the next one."""
    lines = "".join(f"{place}\n" for place in places)
    try:
        run = subprocess.run([PROBE], input=lines.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as expired:
        return (expired.stdout or b"").count(b"\n"), f"no end after {SECONDS} s"
    why = f"exit {run.returncode}: {run.stderr[-400:].decode(errors='replace')}"
    return run.stdout.count(b"\n"), why


def by_probe(seeds, folder):
    """The same by the library, many pairs in a process; another one goes on behind the pair that ended it."""
    places = [damaged(seed, folder) for seed in seeds]
    wrong, rest = [], places
    while rest:
        done, _ = probed(rest)
        rest = rest[done:]
        # The time may have been used up by those before.
        if rest and (alone := probed(rest[:1]))[0] == 0:
            wrong.append(f"{rest[0]}: {alone[1]}")
        rest = rest[1:]
    for place in places:
        if not any(line.startswith(f"{place}:") for line in wrong):
            shutil.rmtree(place)
    return wrong


def run_all(attempt, work, folder):
    """What is wrong with the ends of all runs, on all cores."""
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), initializer=limit) as pool:
        results = list(pool.map(functools.partial(attempt, folder=folder), work))
    wrong = [line for lines in results for line in lines]
    assert not wrong, f"{len(wrong)} runs, their files are in {folder}\n" + "\n".join(wrong[:20])


@pytest.mark.parametrize("part", range(4))
def test_every_command_on_a_damaged_pair_has_an_end(command, tmp_path, part):
    run_all(by_command, range(part * COMMANDS // 4, (part + 1) * COMMANDS // 4), tmp_path)


@pytest.mark.parametrize("part", range(4))
def test_every_damaged_pair_has_an_end(tmp_path, part):
    if not PROBE.exists():
        pytest.fail(f"no probe at {PROBE}: run `make probe`, or set PAIR_PROBE")
    seeds = range(COMMANDS + part * COUNT // 4, COMMANDS + (part + 1) * COUNT // 4)
    run_all(by_probe, [seeds[first : first + SHARE] for first in range(0, len(seeds), SHARE)], tmp_path)
