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
        options = ["--skip-layer", "conv1"]
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


def test_what_is_told_of_each_model(models, tmp_path):
    """Layers before and after, what stays and why, the check's error, the size: the same on a later run."""
    text = (models / "b.prototxt").read_text()
    (models / "b.prototxt").write_text(text.replace("eps: 0.001", "eps: 0.001 use_global_stats: false", 1))
    out = tmp_path / "out"
    reports = [batch(models, out, "--dry-run")[1], batch(models, out)[1], batch(models, out)[1]]
    assert [report["dryRun"] for report in reports] == [True, False, False]
    assert [statuses(report)[0] for report in reports] == ["folded", "folded", "unchanged"]
    told = [[{**model, "status": ""} for model in report["models"]] for report in reports]
    assert told[1] == told[2]
    for model in told[0]:
        assert model["bytes"].pop("after") is None
    for dry, model in zip(told[0], told[1]):
        size = sum(os.path.getsize(path) for path in model["outputs"])
        assert model["bytes"].pop("after") == size
        assert dry == model
    plain, training, _ = told[1]
    assert plain["layers"]["after"] < plain["layers"]["before"]
    inputs = [models / f"a{end}" for end in (".prototxt", ".caffemodel")]
    assert plain["bytes"]["before"] == sum(os.path.getsize(path) for path in inputs)
    assert plain["stays"] == []
    assert 0 < plain["worstError"] < 1e-6
    assert "BatchNorm" in [stay["type"] for stay in training["stays"]]
    assert any("use_global_stats: false" in stay["message"] for stay in training["stays"])


def test_the_table(models, tmp_path):
    (models / "b.prototxt").write_text("layer {")
    command = [CAFFOLD, "fold", "--batch", models, "-o", tmp_path / "out"]
    said = subprocess.run(command, capture_output=True, text=True).stderr.splitlines()
    head = next(number for number, line in enumerate(said) if line.startswith("model "))
    assert said[head].split() == ["model", "layers", "stay", "error", "size"]
    rows = {line.split()[0]: line.split()[1:] for line in said[head + 2 : head + 5]}
    assert rows[f"{models}/a.prototxt"][:4] == ["folded", "26", "→", "14"]
    assert rows[f"{models}/b.prototxt"] == ["failed"]
    assert said[-1] == "3 models: 2 folded, 0 up to date, 1 failed"
    dry = subprocess.run([*command, "--dry-run"], capture_output=True, text=True).stderr.splitlines()
    assert dry[-1] == "3 models: 0 folded, 2 up to date, 1 failed; dry run, nothing written"


def test_a_page_per_model(models, tmp_path):
    out, pages = tmp_path / "out", tmp_path / "pages"
    (models / "b.prototxt").write_text("layer {")
    assert statuses(batch(models, out, "--report", pages)[1]) == ["folded", "failed", "folded"]
    assert sorted(str(path.relative_to(pages)) for path in pages.rglob("*.*")) == ["a.html", "deep/c.html"]
    assert "conv-bn-scale" in (pages / "deep" / "c.html").read_text()
    # A page is an output as a net is: one that is gone is made again.
    (pages / "a.html").unlink()
    again = batch(models, out, "--report", pages)[1]
    assert statuses(again) == ["folded", "failed", "unchanged"]
    assert str(pages / "a.html") in again["models"][0]["outputs"]


def test_a_page_is_no_folder(models, tmp_path):
    code, _, words = batch(models, tmp_path / "out", "--report", tmp_path / "page.html")
    assert code == 64
    assert "give --report the folder for them" in words


def test_the_list_of_models_is_a_batch(models, tmp_path):
    command = [CAFFOLD, "fold", "--batch", models, "-o", tmp_path / "out", "--list-models"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split("\t") for line in listed.splitlines()] == [
        [f"{name}.prototxt", f"{name}.caffemodel"] for name in NAMES
    ]
    assert not (tmp_path / "out").exists()
    (models / "list").write_text(listed)
    report, same = (batch(given, tmp_path / "other")[1] for given in (models / "list", models))
    assert [model["outputs"] for model in report["models"]] == [model["outputs"] for model in same["models"]]
    assert statuses(same)[0] == "unchanged"


def test_a_dry_run_writes_nothing(models, tmp_path):
    before = sorted(models.rglob("*"))
    code, report, _ = batch(models, tmp_path / "out", "--dry-run")
    assert code == 0
    assert statuses(report) == ["folded"] * 3
    assert not (tmp_path / "out").exists()
    assert sorted(models.rglob("*")) == before


def test_results_beside_the_inputs_are_no_models(models, tmp_path):
    """Neither those of a fold without -o nor those of an earlier batch, below the same folder."""
    names = [model["model"] for model in batch(models, tmp_path / "out", "--dry-run")[1]["models"]]
    subprocess.run([CAFFOLD, "fold", models / "a.prototxt", models / "a.caffemodel", "-q"], check=True)
    assert (models / "a_inference.prototxt").exists()
    for out in (models / "results", models / "others", tmp_path / "out"):
        report = batch(models, out)[1]
        assert [model["model"] for model in report["models"]] == names
        assert statuses(report) == ["folded"] * 3
    # Results are models where they are asked for.
    assert statuses(batch(models / "results", tmp_path / "again")[1]) == ["folded"] * 3


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


def test_the_workflow_finds_the_models_of_a_batch(models, tmp_path):
    """The part of the Snakefile that looks for models, run as the Python that it is."""
    for name, files in {
        "zoo/x": ["deploy.prototxt", "old.prototxt", "model.caffemodel"],
        "zoo/y": ["net.prototxt", "model.caffemodel"],
        "zoo/z": ["one.prototxt", "two.prototxt", "model.caffemodel"],
        "zoo/w": ["deploy_a.prototxt", "train.prototxt", "model.caffemodel"],
        "zoo/v": ["a.prototxt", "a.caffemodel", "a_inference.prototxt", "a_inference.caffemodel"],
        ".hidden": ["a.prototxt", "a.caffemodel"],
    }.items():
        for file in files:
            (models / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(models / f"a{Path(file).suffix}", models / name / file)
    batch(models, models / "earlier")
    report = batch(models, tmp_path / "out", "--dry-run")[1]
    code = (HERE / "Snakefile").read_text().split("\nrule all:")[0]
    names = {"config": {"models": str(models), "out": str(tmp_path / "out"), "caffold": str(CAFFOLD)}}
    exec(compile(code, "Snakefile", "exec"), names)
    found = {
        (str(models / f"{name}.prototxt"), str(models / path)) for name, path in names["WEIGHTS"].items()
    }
    assert found == {(model["model"], model["weights"]) for model in report["models"]}
    assert len(found) == 7
