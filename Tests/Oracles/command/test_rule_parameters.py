"""Parameters of rules: how they are shown, and where the values of `--param` go."""

import json

from rule_files import NET, SCALED


def test_parameters_are_shown(command, rules):
    path = rules("scaled.yaml", SCALED)
    shown = command.run("rules", "explain", "scaled", "--rules", path).stdout
    assert (
        "\nParameters\n"
        "  gain   The factor. A number; must be given.\n"
        "  order  The order of the channels. 'rgb', 'bgr'; rgb by default.\n"
    ) in shown
    arguments = ["rules", "list", "--rules", path, "--select", "scaled", "--param", "order=bgr"]
    lines = command.run(*arguments).stdout.splitlines()
    assert lines[0].split() == ["rule", "safety", "tags", "parameters", "summary"]
    assert "gain=… order=bgr" in lines[1]
    listed = command.run(*arguments, "--format", "json").document["rules"]
    assert [(p["name"], p["type"], p["required"], p["value"]) for p in listed[0]["parameters"]] == [
        ("gain", "number", True, None),
        ("order", "one_of", False, "bgr"),
    ]


def test_parameters_reach_the_net(command, rules, tmp_path):
    path, net = rules("scaled.yaml", SCALED), tmp_path / "net.prototxt"
    net.write_text(NET)
    fold = ["fold", net, "--definition-only", "--rules", path, "--select", "scaled"]
    out = ["--output-model", tmp_path / "out.prototxt"]
    result = command.run(*fold, *out)
    assert (result.code, result.stderr) == (
        2,
        f"{path}:7:7: error: rule 'scaled' needs a value for 'gain', a number; "
        "give it with '--param gain=…'\n"
        "        gain: {type: number, summary: The factor.}\n"
        "        ^\n",
    )
    result = command.run(*fold, *out, "--param", "gain=1/4", "--param", "scaled.order=bgr")
    assert result.code == 0, result.stderr
    text = (tmp_path / "out.prototxt").read_text()
    assert 'name: "c_bgr"' in text
    assert "scale: 0.25" in text
    result = command.run(*fold, *out, "--param", "gian=1/4")
    assert (result.code, result.stderr) == (
        2,
        "error: no selected rule has a parameter 'gian'; did you mean 'gain'?\n",
    )


def test_parameters_are_in_the_plan(command, rules, tmp_path):
    path, net = rules("scaled.yaml", SCALED), tmp_path / "net.prototxt"
    net.write_text(NET)
    plan = tmp_path / "plan.json"
    arguments = ["--definition-only", "--rules", path, "--select", "scaled", "--param", "gain=3"]
    assert command.run("fold", net, *arguments, "--plan", plan).code == 0
    assert json.loads(plan.read_text())["options"]["param"] == ["gain=3"]
    result = command.run("apply", plan, "--output-model", tmp_path / "out.prototxt")
    assert result.code == 0, result.stderr
    assert "scale: 3" in (tmp_path / "out.prototxt").read_text()


def test_another_value_makes_a_batch_do_its_work_again(command, rules, tmp_path):
    path, models = rules("scaled.yaml", SCALED), tmp_path / "models"
    models.mkdir()
    (models / "net.prototxt").write_text(NET)
    batch = ["fold", "--batch", models, "-o", tmp_path / "out", "--definition-only", "--rules", path]
    batch += ["--select", "scaled", "--format", "json"]
    outcomes = []
    for gain in ["2", "2", "4"]:
        document = command.run(*batch, "--param", f"gain={gain}").document
        outcomes.append([model["status"] for model in document["models"]])
    assert outcomes == [["folded"], ["unchanged"], ["folded"]]
    assert "scale: 4" in next((tmp_path / "out").rglob("*.prototxt")).read_text()
