"""Twenty rules of many kinds: their own tests, weights included, and their proofs at five seeds.

The files are in `Tests/Fixtures/rules`.
"""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "Fixtures" / "rules"
FILES = sorted(FOLDER.glob("*.yaml"))


def test_there_are_twenty():
    assert len(FILES) == 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_own_tests_pass(command, path):
    result = command.run("rules", "test", path)
    assert result.code == 0, result.stderr
    assert "failed" not in result.stderr


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_proven(command, path, seed):
    result = command.run("rules", "prove", path, "--seed", str(seed), "--format", "json")
    for rule in result.document["rules"]:
        assert rule["verdict"] in ("proven", "measured"), rule["message"]
        assert rule["compared"] >= 30


def test_rules_that_make_work_for_each_other(command, tmp_path):
    """The vendor's layer becomes a BatchNorm and a Scale, which a built-in fold takes in."""
    folds = tmp_path / "folds.yaml"
    folds.write_text((FOLDER.parents[2] / "rules" / "inference" / "conv-bn-scale.yaml").read_text())
    files = [FOLDER / "vendor-norm.yaml", folds]
    result = command.run("rules", "prove", *files, "--together", "--instances", "60", "--format", "json")
    assert result.code == 0, result.stderr
    assert result.document["together"] is True
    verdicts = {rule["id"]: rule["verdict"] for rule in result.document["rules"]}
    assert verdicts["vendor-norm-to-batch-norm"] == "proven"
