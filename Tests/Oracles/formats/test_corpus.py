"""674 real prototxt files: folded or refused with a place, quickly, and untouched when no rule is loaded."""

import re

import conftest
import pytest

FILES = conftest.shared_names("corpus", "prototxt", pattern="*.prototxt")
LIMIT = 2.0  # seconds per file
PLACE = re.compile(r"^(.+):\d+:\d+: error: .+", re.MULTILINE)
CHUNK = 50


def chunks():
    return [FILES[i : i + CHUNK] for i in range(0, len(FILES), CHUNK)]


@pytest.mark.parametrize("names", chunks(), ids=lambda names: names[0][:40])
def test_corpus_folds_or_says_where_it_is_wrong(names, command, tmp_path, record_property):
    folder = conftest.shared("corpus", "prototxt")
    wrong, exits, slowest = [], {0: 0, 2: 0}, 0
    for name in names:
        out = tmp_path / name
        result = command.run("fold", folder / name, "--definition-only", "--output-model", out)
        exits[result.code] = exits.get(result.code, 0) + 1
        slowest = max(slowest, result.seconds)
        # A field, word or type of a fork is no slip. Blobs that nothing makes are slips indeed.
        for line in result.stderr.splitlines():
            if "did you mean" in line and "which no layer or input makes" not in line:
                wrong.append(f"{name}: false alarm: {line[:200]}")
        if result.code not in (0, 2):
            wrong.append(f"{name}: exit {result.code}: {result.stderr[-200:]}")
        elif result.code == 2:
            place = PLACE.search(result.stderr)
            if not place or place[1] != str(folder / name):
                wrong.append(f"{name}: no place: {result.stderr[:200]}")
            if out.exists():
                wrong.append(f"{name}: exit 2, but written")
        elif not out.exists():
            wrong.append(f"{name}: exit 0, but nothing written")
        if result.seconds > LIMIT:
            wrong.append(f"{name}: took {result.seconds:.1f} s")
    row = f"{exits[0]:>3} folded, {exits[2]:>2} refused with a place, slowest {slowest * 1000:.0f} ms"
    record_property("figures", (f"from {names[0][:50]}", row))
    assert not wrong, f"{len(wrong)} of {len(names)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("names", chunks(), ids=lambda names: names[0][:40])
def test_corpus_is_unchanged_without_rules(names, command, tmp_path):
    folder = conftest.shared("corpus", "prototxt")
    wrong = []
    for name in names:
        out = tmp_path / name
        result = command.run("fold", folder / name, "--definition-only", "--isolated", "--output-model", out)
        if result.code == 0 and out.read_bytes() != (folder / name).read_bytes():
            wrong.append(name)
    assert not wrong, wrong


def test_bvlc_nets_are_accepted(command, tmp_path):
    """What BVLC's own schema parses as a net is no error here, solvers and label maps aside."""
    manifest = conftest.shared("corpus", "MANIFEST.tsv").read_text().splitlines()
    folder, refused = conftest.shared("corpus", "prototxt"), []
    rows = [line.split("\t") for line in manifest[1:]]
    for row in rows:
        if row[4] == "net" and not "".join(row[5:]).strip():
            result = command.run("fold", folder / row[0], "--definition-only", "--dry-run")
            if result.code != 0:
                refused.append(f"{row[0]}: {result.stderr[:200]}")
    assert not refused, f"{len(refused)}:\n" + "\n".join(refused)
