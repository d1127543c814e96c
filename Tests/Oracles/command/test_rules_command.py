"""`caffold rules` as a program: exit codes, what goes to which stream, and what it says."""

import json

import pytest
from rule_files import GOOD, NET, SCALED


@pytest.fixture
def rules(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


# -- list


def test_list_gives_the_order_of_a_fold(command):
    listed = command.run("rules", "list", "--select", "ALL", "--format", "json").document["rules"]
    assert [rule["order"] for rule in listed] == list(range(1, len(listed) + 1))
    keys = [(-rule["priority"], -rule["layers"]) for rule in listed]
    assert keys == sorted(keys)
    assert all(rule["builtin"] and rule["set"] in rule["tags"] for rule in listed)


def test_list_as_text_has_a_line_for_each(command):
    result = command.run("rules", "list", "--select", "conv-bn,conv-scale")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["rule", "safety", "tags", "summary"]
    assert [line.split()[:2] for line in lines[1:]] == [["1", "conv-bn"], ["2", "conv-scale"]]
    assert "more are not selected" in result.stderr


def test_list_selects_like_fold(command, rules):
    path = rules("mine.yaml", GOOD)
    assert (
        command.run("rules", "list", "--rules", path, "--isolated", "--format", "json").document["rules"]
        == []
    )
    listed = command.run(
        "rules", "list", "--rules", path, "--isolated", "--unsafe", "--format", "json"
    ).document["rules"]
    assert [(rule["id"], rule["builtin"], rule["set"], rule["line"]) for rule in listed] == [
        ("no-relu", False, None, 3)
    ]


def test_an_unknown_selector_is_refused(command):
    result = command.run("rules", "list", "--select", "conv-bm")
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr == "error: no rule, tag or set is called 'conv-bm'; did you mean 'conv-bn'?\n"


# -- explain


def test_explain_shows_what_a_rule_is_made_of(command):
    result = command.run("rules", "explain", "conv-bn")
    assert (result.code, result.stderr) == (0, "")
    for part in ("conv-bn: ", "  match:\n", "\nKernels\n  fold-batch-norm: ", "\nTests\n", "safety    exact"):
        assert part in result.stdout


def test_explain_takes_the_rule_that_overrides(command, rules):
    path = rules("mine.yaml", GOOD.replace("no-relu", "conv-bn"))
    assert "Remove every ReLU." in command.run("rules", "explain", "conv-bn", "--rules", path).stdout


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("conv-bm", "did you mean 'conv-bn'?"), ("xyz", "'caffold rules list --select ALL' lists them")],
)
def test_explain_of_an_unknown_rule_is_refused(command, name, remedy):
    result = command.run("rules", "explain", name)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr == f"error: there is no rule '{name}'; {remedy}\n"


# -- extends


def test_a_file_extends_and_overrides_others(command, rules, tmp_path):
    rules("base/relu.yaml", GOOD)
    rules("base/other.yaml", GOOD.replace("no-relu", "conv-bn"))
    path = rules("mine.yaml", "extends: base\n" + GOOD.replace("tags: [mine]", "tags: [mine, again]"))
    shown = command.run("rules", "explain", "no-relu", "--rules", path).stdout
    assert f"\n  overrides  {tmp_path}/base/relu.yaml:3:5\n" in shown
    arguments = ["rules", "list", "--rules", path, "--unsafe", "--select", "no-relu,conv-bn"]
    listed = {rule["id"]: rule for rule in command.run(*arguments, "--format", "json").document["rules"]}
    assert listed["no-relu"]["tags"] == ["mine", "again"]
    assert listed["no-relu"]["overrides"] == [
        {"file": f"{tmp_path}/base/relu.yaml", "line": 3, "builtin": False}
    ]
    assert [rule["builtin"] for rule in listed["conv-bn"]["overrides"]] == [True]
    text = command.run(*arguments).stderr
    assert f"{path}:4:5: note: overrides 'no-relu' of {tmp_path}/base/relu.yaml:3:5\n" in text
    assert command.run("rules", "check", path).stderr == "3 rules and 0 layouts in 3 files: no errors\n"
    assert command.run("rules", "test", path).stderr == "2 tests of 2 rules: 2 passed\n"


def test_extended_files_are_in_the_plan(command, rules, tmp_path):
    net, plan = tmp_path / "net.prototxt", tmp_path / "plan.json"
    net.write_text(NET)
    base = rules("base.yaml", GOOD)
    path = rules("mine.yaml", "schema: 1\nextends: base.yaml\n")
    arguments = ["--definition-only", "--rules", path, "--isolated", "--unsafe"]
    assert command.run("fold", net, *arguments, "--plan", plan).code == 0
    base.unlink()
    path.unlink()
    result = command.run("apply", plan, "--output-model", tmp_path / "out.prototxt")
    assert result.code == 0, result.stderr
    assert "ReLU" not in (tmp_path / "out.prototxt").read_text()


def test_extends_stays_in_the_folder_of_the_file(command, rules, tmp_path):
    """A rule file of a stranger does not read the user's other files, nor show what is in them."""
    (tmp_path / "secret").write_text("root:x:0:0\n")
    rules("outside.yaml", GOOD)
    mine = tmp_path / "in" / "mine.yaml"
    for name, sentence in {
        "../outside.yaml": "the file is outside the folder of the rule file; move it there, name it with "
        "--rules, or give --extend-anywhere",
        "../secret": "this is no rule file: the name of a rule file ends in .yaml or .yml",
        "/etc/passwd": "this is no rule file: the name of a rule file ends in .yaml or .yml",
    }.items():
        rules("in/mine.yaml", f"schema: 1\nextends: {name}\n")
        result = command.run("rules", "check", mine, "--no-config")
        assert result.code == 2
        assert sentence in result.stderr
        assert "root:" not in result.stderr
    rules("in/mine.yaml", "schema: 1\nextends: ../outside.yaml\n")
    assert command.run("rules", "check", mine, "--no-config", "--extend-anywhere").code == 0
    assert command.run("rules", "check", mine, tmp_path / "outside.yaml", "--no-config").code == 0


def test_a_link_does_not_lead_extends_out_of_the_folder(command, rules, tmp_path):
    outside = rules("outside.yaml", GOOD)
    rules("in/mine.yaml", "schema: 1\nextends: link.yaml\n")
    (tmp_path / "in" / "link.yaml").symlink_to(outside)
    result = command.run("rules", "check", tmp_path / "in" / "mine.yaml", "--no-config")
    assert result.code == 2
    assert "the file is outside the folder of the rule file" in result.stderr


def test_folders_with_links_in_a_circle_end(command, rules, tmp_path):
    rules("deep/er/relu.yaml", GOOD)
    for name in ("one", "two"):
        (tmp_path / "deep" / "er" / name).symlink_to(tmp_path / "deep", target_is_directory=True)
    result = command.run("rules", "check", tmp_path / "deep", "--no-config", timeout=20)
    assert (result.code, result.stderr) == (0, "1 rule and 0 layouts in 1 file: no errors\n")


# -- parameters


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


# -- check


def test_check_reports_all_errors_of_all_files(command, rules, tmp_path):
    rules("sub/one.yaml", "schema: 1\nrulez: []\nlayoutz: []\n")
    rules("sub/deeper/two.yml", GOOD.replace("remove: relu", "remove: rely"))
    rules("three.yaml", "schema: [\n")
    result = command.run("rules", "check", "sub", "three.yaml", "missing.yaml", cwd=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    headlines = [line for line in result.stderr.splitlines() if "error: " in line]
    assert headlines == [
        "sub/deeper/two.yml:8:23: error: capture 'rely' is not bound by this pattern; did you mean 'relu'?",
        "sub/one.yaml:2:1: error: unknown key 'rulez'; did you mean 'rules'?",
        "sub/one.yaml:3:1: error: unknown key 'layoutz'; did you mean 'layouts'?",
        "three.yaml:2:1: error: expected a value",
        "missing.yaml: error: cannot be opened: no such file or directory",
    ]
    assert result.stderr.endswith("\n5 errors\n")


def test_check_finds_one_id_in_two_files(command, rules, tmp_path):
    rules("a.yaml", GOOD)
    rules("b.yaml", GOOD)
    result = command.run("rules", "check", "-q", "a.yaml", "b.yaml", cwd=tmp_path)
    assert result.code == 2
    assert result.stderr.splitlines()[0] == (
        "b.yaml:3:5: error: rule 'no-relu' is defined twice, first at a.yaml:3:5; "
        "to override a rule, extend its file"
    )


def test_check_of_good_files_says_so(command, rules):
    result = command.run("rules", "check", rules("a.yaml", GOOD))
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == "1 rule and 0 layouts in 1 file: no errors\n"


def test_check_of_a_folder_without_rules_is_refused(command, tmp_path):
    result = command.run("rules", "check", tmp_path)
    assert result.code == 2
    assert f"error: no rule files (.yaml, .yml) in '{tmp_path}'" in result.stderr


# -- test


def test_the_built_in_rules_pass_their_tests(command):
    result = command.run("rules", "test")
    assert result.code == 0, result.stderr
    assert result.stderr.endswith(" passed\n")


def test_tests_of_a_file_run_alone(command, rules):
    result = command.run("rules", "test", rules("a.yaml", GOOD), "-v")
    assert result.code == 0
    assert result.stderr == "passed  no-relu: gone\n1 test of 1 rule: 1 passed\n"


def test_tests_are_chosen_by_id_and_tag(command):
    rules = command.run("rules", "list", "--select", "ALL", "--format", "json").document["rules"]
    expected = {
        rule["id"] for rule in rules if rule["id"] in ("conv-bn", "conv-scale") or "dropout" in rule["tags"]
    }
    result = command.run("rules", "test", "conv-bn", "conv-scal?", "dropout", "-v")
    assert result.code == 0, result.stderr
    assert {line.split()[1].rstrip(":") for line in result.stderr.splitlines()[:-1]} == expected


def test_a_test_that_fails_is_reported(command, rules, tmp_path):
    rules("a.yaml", GOOD.replace("[b]", "[a, b]"))
    result = command.run("rules", "test", "a.yaml", cwd=tmp_path)
    assert result.code == 1
    assert result.stderr == (
        "a.yaml:10:9: error: test 'gone' of rule 'no-relu': expected the layers a, b, found b\n"
        "        - name: gone\n"
        "          ^\n"
        "1 test of 1 rule: 0 passed, 1 failed\n"
    )


def test_a_rule_without_tests_fails_the_run(command, rules, tmp_path):
    rules("a.yaml", GOOD[: GOOD.index("    tests:")])
    result = command.run("rules", "test", "a.yaml", cwd=tmp_path)
    assert result.code == 1
    assert result.stderr.startswith(
        "a.yaml:3:5: error: rule 'no-relu' has no tests; add some under 'tests'\n"
    )


def test_a_run_without_tests_fails(command, rules):
    result = command.run("rules", "test", rules("a.yaml", "schema: 1\n"))
    assert result.code == 1
    assert result.stderr == "error: no test ran: there is no rule to test\n0 tests of 0 rules: 0 passed\n"


@pytest.mark.parametrize(("subject", "code"), [("conv-bm", 2), ("missing.yaml", 2)])
def test_what_cannot_be_tested_is_refused(command, tmp_path, subject, code):
    result = command.run("rules", "test", subject, cwd=tmp_path)
    assert (result.code, result.stdout) == (code, "")
    assert "error: " in result.stderr


# -- new, schema, reference


def test_a_new_rule_passes_check_and_test(command, rules):
    path = rules("new.yaml", command.run("rules", "new", "my-rule").stdout)
    assert command.run("rules", "check", path).code == 0
    result = command.run("rules", "test", path)
    assert (result.code, result.stderr) == (0, "2 tests of 1 rule: 2 passed\n")


def test_a_rule_to_begin_with_is_proven(command, rules):
    path = rules("new.yaml", command.run("rules", "new", "my-rule").stdout)
    for verb in ("check", "test", "prove"):
        result = command.run("rules", verb, path)
        assert result.code == 0, result.stderr
    assert "held on" in result.stderr


def test_a_new_rule_needs_an_id(command):
    result = command.run("rules", "new", "My rule")
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: 'My rule' is not a valid id; ")


def test_schema_is_json(command):
    assert json.loads(command.run("rules", "schema").stdout)["$schema"] == (
        "http://json-schema.org/draft-07/schema#"
    )


def test_reference_is_the_page_in_the_documentation(command):
    page = (command.ROOT / "Documentation" / "BuiltinRules.md").read_text()
    assert command.run("rules", "reference").stdout == page, "run `make reference`"


def proven(command, tmp_path, rule):
    path = tmp_path / "proven.yaml"
    path.write_text("schema: 1\nrules:\n" + rule)
    return command.run("rules", "prove", path, "--instances", "60")


def test_prove_runs_rules_that_make_layers(command, tmp_path):
    result = proven(
        command,
        tmp_path,
        "  - id: between\n    summary: S.\n    match: {r: {type: TanH}, p: {type: AbsVal, bottom: r}}\n"
        '    rewrite: {insert: {after: r, type: Power, name: "{r.name}_p"}}\n',
    )
    assert result.code == 0, result.stderr
    assert "held on" in result.stderr


@pytest.mark.parametrize(
    "match",
    ["{c: {type: AbsVal, bottom: $x}}", "{c: {type: ReLU, bottom: $x, repeat: 1..4}}"],
    ids=["beside its like", "a chain at the end"],
)
def test_prove_sees_what_stands_around_the_pattern(command, tmp_path, match):
    result = proven(
        command, tmp_path, f"  - id: gone\n    summary: S.\n    match: {match}\n    rewrite: {{remove: c}}\n"
    )
    assert result.code == 1
    assert "WRONG" in result.stderr


def test_a_test_net_whose_input_no_blob_can_be_is_not_drawn(command, tmp_path):
    """A product of sizes beyond 64 bits ended the proof of a mutated rule with a trap."""
    path = tmp_path / "rules.yaml"
    path.write_text("""schema: 1
rules:
  - id: no-relu
    summary: Remove each ReLU.
    match: {relu: {type: ReLU}}
    rewrite: {remove: relu}
    tests:
      - name: large
        net: |
          input: "data" input_shape { dim: 8 dim: 9223372036854775807 }
          layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
        expect: unmatched
""")
    result = command.run("rules", "prove", path, "--instances", "5", "--no-config")
    assert result.code == 1
    assert f"{path}:3:5: error: rule 'no-relu' is wrong" in result.stderr


def test_a_layout_that_no_rule_uses_says_so(command, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("schema: 1\nlayouts:\n  - {id: mine, type: MyNorm, blobs: [gamma, beta]}\n")
    result = command.run("rules", "check", path)
    assert result.code == 0
    assert result.stderr.splitlines()[0] == (
        f"{path}:3:5: note: no rule names MyNorm, so no fold uses this layout; write one: "
        "{id: fold-mine, summary: Fold MyNorm., "
        "match: {conv: {type: Convolution}, norm: {type: MyNorm, bottom: conv}}, "
        "transform: [{kernel: fold-affine, into: conv, scale: affine(norm).scale, "
        "shift: affine(norm).shift}], rewrite: {keep: conv, remove: norm}}"
    )


def test_standard_input_is_no_file(command):
    result = command.run("inspect", "-")
    assert result.code == 2
    assert result.stderr == (
        "-: error: cannot be opened: no such file or directory; standard input is not read, "
        "give the path of a file\n"
    )
