"""Runs the workflow, and `caffold fold --batch`, on copies of the digits net, two jobs at a time."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DIGITS = HERE.parent / "digits"
CAFFOLD = Path(os.environ.get("CAFFOLD", HERE.parents[1] / ".build" / "release" / "caffold")).resolve()
NAMES = ["a", "b", "deep/c"]


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    for name in NAMES:
        for suffix in (".prototxt", ".caffemodel"):
            path = folder / f"{name}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DIGITS / f"digits{suffix}", path)
    return folder


def batch(models, out, *options):
    command = [CAFFOLD, "fold", "--batch", models, "-o", out, "-j", "2", "--format", "json", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    report = json.loads(run.stdout) if run.stdout else None
    return run.returncode, report, run.stderr


def statuses(report):
    return [model["status"] for model in report["models"]]


def expected(tmp_path):
    folder = tmp_path / "expected"
    inputs = [DIGITS / "digits.prototxt", DIGITS / "digits.caffemodel"]
    subprocess.run([CAFFOLD, "fold", *inputs, "-o", folder, "-q"], check=True)
    return {suffix: (folder / f"digits{suffix}").read_bytes() for suffix in (".prototxt", ".caffemodel")}


def check_outputs(out, tmp_path):
    for suffix, content in expected(tmp_path).items():
        for name in NAMES:
            assert (out / f"{name}{suffix}").read_bytes() == content


def test_batch_folds_all_and_only_once(models, tmp_path):
    out = tmp_path / "out"
    assert statuses(batch(models, out)[1]) == ["folded"] * 3
    check_outputs(out, tmp_path)
    assert statuses(batch(models, out)[1]) == ["unchanged"] * 3


@pytest.mark.parametrize("change", ["weights", "definition", "output", "options"])
def test_what_changed_is_done_again(models, tmp_path, change):
    out = tmp_path / "out"
    batch(models, out)
    options = []
    if change == "weights":
        # A bit of some weight; the size stays.
        content = bytearray((models / "b.caffemodel").read_bytes())
        content[len(content) // 2] ^= 1
        (models / "b.caffemodel").write_bytes(content)
    elif change == "definition":
        with (models / "b.prototxt").open("a") as file:
            file.write("# a comment\n")
    elif change == "output":
        (out / "b.caffemodel").write_bytes(b"cut short")
    else:
        options = ["--skip-layer", "nothing"]
    again = ["folded"] * 3 if change == "options" else ["unchanged", "folded", "unchanged"]
    assert statuses(batch(models, out, *options)[1]) == again


def test_a_bad_model_stops_no_other(models, tmp_path):
    (models / "b.prototxt").write_text("layer {")
    out = tmp_path / "out"
    code, report, words = batch(models, out)
    assert code == 1
    assert statuses(report) == ["folded", "failed", "folded"]
    assert f"{models}/b.prototxt:1:" in words
    assert not (out / "b.prototxt").exists()


def test_a_folder_per_model(models, tmp_path):
    zoo = {"x": ["deploy", "deploy_old", "solver"], "y": ["net"], "z": ["one", "two"]}
    for name, definitions in zoo.items():
        folder = tmp_path / "zoo" / name
        folder.mkdir(parents=True)
        shutil.copy(models / "a.caffemodel", folder / "model.caffemodel")
        for definition in definitions:
            shutil.copy(models / "a.prototxt", folder / f"{definition}.prototxt")
    out = tmp_path / "out"
    _, report, words = batch(tmp_path / "zoo", out)
    assert statuses(report) == ["folded"] * 2
    assert words == (
        f"{tmp_path}/zoo/z/model.caffemodel: warning: left out: which net definition belongs to it "
        "cannot be told from 'one.prototxt', 'two.prototxt'; give a list with both\n"
    )
    files = sorted(str(path.relative_to(out)) for path in out.rglob("*.*") if path.name[0] != ".")
    assert files == ["x/deploy.prototxt", "x/model.caffemodel", "y/model.caffemodel", "y/net.prototxt"]


def test_a_list_of_models(models, tmp_path):
    names = tmp_path / "list.txt"
    names.write_text("# two of them\nmodels/a.prototxt\nmodels/deep/c.prototxt\tmodels/b.caffemodel\n")
    out = tmp_path / "out"
    assert statuses(batch(names, out)[1]) == ["folded"] * 2
    files = sorted(str(path.relative_to(out)) for path in out.rglob("*.*model"))
    assert files == ["models/a.caffemodel", "models/deep/b.caffemodel"]


def test_a_folder_without_models_is_an_error(tmp_path):
    code, report, words = batch(tmp_path, tmp_path / "out")
    assert code == 2
    assert report is None
    assert words == (
        f"{tmp_path}: error: no models here: expected a list of them, or a folder with '.prototxt' files "
        "that have a '.caffemodel' of the same name, or a folder's only one, beside them\n"
    )


def test_two_models_with_one_output(models, tmp_path):
    names = tmp_path / "list.txt"
    names.write_text(f"{models}/a.prototxt\n{models}/deep/../a.prototxt\n")
    code, _, words = batch(names, tmp_path / "out")
    assert code == 2
    assert words == (
        f"{models}/deep/../a.prototxt: error: would be written to '{tmp_path}/out/a.prototxt', as "
        f"'{models}/a.prototxt' would; put them into different folders\n"
    )


def test_the_workflow(models, tmp_path):
    if shutil.which("snakemake", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("snakemake is not installed; see examples/batch/requirements.txt")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--snakefile", HERE / "Snakefile"]
    command += ["--directory", tmp_path, "--config", f"models={models}", f"out={out}", f"caffold={CAFFOLD}"]
    first = subprocess.run(command, capture_output=True, text=True)
    assert first.returncode == 0, first.stderr
    check_outputs(out, tmp_path)
    report = json.loads((out / "a.json").read_text())
    assert report["layers"]["after"] < report["layers"]["before"]
    second = subprocess.run(command, capture_output=True, text=True)
    assert "Nothing to be done" in second.stdout + second.stderr
