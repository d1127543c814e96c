"""Rule files that extend others: what they override, plans, and which files a rule file may name."""

from rule_files import GOOD, NET


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
