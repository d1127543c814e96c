"""`caffold rules` as a program: exit codes, what goes to which stream, and what it says."""

import json

import pytest
from rule_files import GOOD

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


# -- prove


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
