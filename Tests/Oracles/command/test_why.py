"""`caffold why`: the reasons of a fold's report, conditions part by part, rules out of reach."""

import json

import conftest
import json_schema
import pytest
import real_models
import small_nets

SCHEMA = conftest.caffold.ROOT / "Documentation" / "schemas" / "why.schema.json"


def why(command, folder, *arguments):
    done = command.run("why", *arguments, "--format", "json")
    assert done.code == 0, done.stderr
    path = folder / "report.json"
    path.write_text(done.stdout)
    code, said = json_schema.validate("--schemafile", SCHEMA, path)
    assert code == 0, said
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_nets(command, name, tmp_path):
    """For layers that stay the reason that the fold gives comes first; for others the rewrite is named."""
    model, weights = real_models.load(name)
    report = command.run("fold", model, weights, "--dry-run", "--no-check", "--format", "json").document
    for refusal in report["refusals"][:3] + report["refusals"][-3:]:
        document = why(command, tmp_path, refusal["layer"], model, weights)
        # A BatchNorm that nothing takes in becomes a Scale.
        assert "removed" not in {rewrite["fate"] for rewrite in document["rewrites"]}
        nearest = document["misses"][0]
        assert (nearest["rule"], nearest["reason"]) == (refusal["rule"], refusal["reason"])
        found = {match["capture"]: match["layer"] for match in nearest["matched"]}
        singles = {key: value for key, value in refusal["layers"].items() if isinstance(value, str)}
        assert singles == {key: found[key] for key in singles}
    for rewrite in report["rewrites"][:2] + report["rewrites"][-2:]:
        for layer in rewrite["removed"]:
            document = why(command, tmp_path, layer, model, weights)
            fates = {entry["rule"]: entry["fate"] for entry in document["rewrites"]}
            assert fates[rewrite["rule"]] in ("removed", "replaced")


RULES = """schema: 1
rules:
  - id: wide
    summary: Take out a wide pooling.
    match:
      c: {type: Convolution}
      p: {type: Pooling, bottom: c, where: "%s"}
    rewrite: {remove: p}
"""
NET = small_nets.HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + (
    small_nets.conv("c", "data", out=4)
    + small_nets.layer("Pooling", "p", "c", parameters="pooling_param { kernel_size: 2 stride: 2 }")
)
CONDITIONS = {
    "p.pooling_param.kernel_size == 3": [("p.pooling_param.kernel_size", "2", "== 3")],
    "p.pooling_param.pool == 'AVE' and p.pooling_param.stride == 2": [
        ("p.pooling_param.pool", "'MAX'", "== 'AVE'")
    ],
    "p.pooling_param.kernel_size > 2 or p.pooling_param.stride > 2": [
        ("p.pooling_param.kernel_size", "2", "> 2"),
        ("p.pooling_param.stride", "2", "> 2"),
    ],
    "not (p.pooling_param.kernel_size == 2)": [("p.pooling_param.kernel_size", "2", "not == 2")],
    "p.pooling_param.pool in ['AVE', 'STOCHASTIC']": [
        ("p.pooling_param.pool", "'MAX'", "in ['AVE', 'STOCHASTIC']")
    ],
    "p.pooling_param.pool not in ['MAX']": [("p.pooling_param.pool", "'MAX'", "not in ['MAX']")],
    "p.pooling_param.global_pooling": [("p.pooling_param.global_pooling", "false", "true")],
    "p.pooling_param.kernel_size >= p.pooling_param.stride + 1": [
        ("p.pooling_param.kernel_size", "2", ">= p.pooling_param.stride + 1 (3)")
    ],
    "1 / (p.pooling_param.pad) > 0 and false": [("false", "false", "true")],
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions(command, condition, tmp_path):
    (tmp_path / "net.prototxt").write_text(NET)
    (tmp_path / "rules.yaml").write_text(RULES % condition)
    arguments = ["p", tmp_path / "net.prototxt", "--rules", tmp_path / "rules.yaml", "--rule", "wide"]
    document = why(command, tmp_path, *arguments)
    (miss,) = document["misses"]
    if miss["reason"] == "condition":
        assert miss["condition"] == condition
        findings = [(part["text"], part["found"], part["wanted"]) for part in miss["findings"]]
        assert findings == CONDITIONS[condition]
    else:
        assert (condition, miss["reason"]) == ("1 / (p.pooling_param.pad) > 0 and false", "evaluation")
    assert [match["layer"] for match in miss["matched"]] == ["c", "p"]


TRAPS = {
    "another reader": (
        small_nets.conv("c", "data")
        + small_nets.batch_norm("bn", "c")
        + small_nets.layer("ReLU", "r1", "bn")
        + small_nets.layer("ReLU", "r2", "c"),
        "bn",
        "BatchNorm 'bn' is replaced by rule 'bn-to-scale': bn = BatchNorm 'bn'\n",
        "stopped: blob 'c' is also read by ReLU 'r2'",
    ),
    "statistics of the batch": (
        small_nets.conv("c", "data") + small_nets.batch_norm("bn", "c", more="use_global_stats: false"),
        "bn",
        "BatchNorm 'bn': no rule rewrites it",
        "use_global_stats: false",
    ),
    "another producer": (
        small_nets.layer("Pooling", "p", "data", parameters="pooling_param { kernel_size: 2 }")
        + small_nets.scale("s", "p"),
        "s",
        "Scale 's': no rule rewrites it",
        "its bottom 'p' is made by Pooling 'p', not by ",
    ),
    "removed": (
        small_nets.conv("c", "data") + small_nets.layer("Dropout", "d", "c"),
        "d",
        "Dropout 'd' is removed by rule 'remove-dropout': ",
        "",
    ),
    "kept": (
        small_nets.conv("c", "data") + small_nets.batch_norm("bn", "c"),
        "c",
        "Convolution 'c' stays, rewritten by rule 'conv-bn': conv = Convolution 'c', bn = BatchNorm 'bn'",
        "",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_traps(command, trap, tmp_path):
    text, layer, first, reason = TRAPS[trap]
    (tmp_path / "net.prototxt").write_text(small_nets.HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + text)
    shown = command.run("why", layer, tmp_path / "net.prototxt").stdout
    assert shown.startswith(first)
    assert reason in shown


def test_errors(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(NET)
    done = command.run("why", "pp", tmp_path / "net.prototxt")
    assert done.code == 2
    assert "has no layer 'pp'" in done.stderr
    assert command.run("why", "p", tmp_path / "net.prototxt", "--rule", "no-such-rule").code == 2
