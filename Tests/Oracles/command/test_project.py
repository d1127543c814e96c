"""Project files: which one is found, what the command line says against it, and who reads it."""

import json
import os

import pytest
from json_schema import validate
from rule_files import GOOD, NET, SCALED


@pytest.fixture
def project(tmp_path):
    """A project with a rule of its own and a net, in a folder that ends the search."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "relu.yaml").write_text(GOOD.replace("    safety: approximate\n", ""))
    (tmp_path / "nets" / "deep").mkdir(parents=True)
    (tmp_path / "nets" / "net.prototxt").write_text(NET)

    def write(text, folder=""):
        path = tmp_path / folder / "caffold.yaml"
        path.write_text("schema: 1\n" + text)
        return path

    write.folder = tmp_path
    return write


def fold(command, folder, *flags):
    result = command.run(
        "fold", folder / "nets/net.prototxt", "--definition-only", "--dry-run", "--format", "json", *flags,
        cwd=folder,
    )  # fmt: skip
    assert result.code == 0, result.stderr
    return result.document


def rewrites(document):
    return [rewrite["rule"] for rewrite in document["rewrites"]]


def test_it_is_found_in_the_folder_and_above(command, project):
    folder = project.folder
    assert fold(command, folder)["config"] is None
    project("rules: rules\n")
    for where, up in {"": "", "nets": "../", "nets/deep": "../../"}.items():
        result = command.run(
            "fold", folder / "nets/net.prototxt", "--definition-only", "--dry-run", cwd=folder / where
        )
        assert f"settings                  {up}caffold.yaml\n" in result.stderr
        assert "no-relu" in result.stderr
    # The nearest one alone is read.
    project("isolated: true\n", "nets")
    result = command.run("fold", "net.prototxt", "--definition-only", "--dry-run", cwd=folder / "nets")
    assert "no-relu" not in result.stderr


@pytest.mark.parametrize("marker", [".git", ".hg"])
def test_the_search_ends_at_a_repository(command, project, marker):
    folder = project.folder
    project("rules: rules\n")
    (folder / "nets" / marker).mkdir()
    document = command.run(
        "fold", "net.prototxt", "--definition-only", "--dry-run", "--format", "json", cwd=folder / "nets"
    ).document
    assert document["config"] is None


ABOVE = (
    "caffold.yaml: warning: not read: it is above the working folder, and the working folder is in no "
    "repository; --config {0} reads it, --no-config silences this warning\n"
)


def test_outside_a_repository_only_the_working_folder_counts(command, project):
    """What lies above may be anybody's: a folder that all users may write to, a download."""
    folder = project.folder
    (folder / ".git").rmdir()
    project("rules: rules\n")
    net = ["fold", folder / "nets/net.prototxt", "--definition-only", "--dry-run", "--format", "json"]
    above = command.run(*net, cwd=folder / "nets")
    assert (above.code, above.document["config"]) == (0, None)
    assert above.stderr == "../" + ABOVE.format("../caffold.yaml")
    assert command.run(*net, "--no-config", cwd=folder / "nets").stderr == ""
    assert command.run(*net, cwd=folder).document["config"] == "caffold.yaml"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_file_of_another_user_is_not_obeyed(command, project):
    folder = project.folder
    os.chown(project("rules: rules\n"), 12345, -1)
    net = ["fold", folder / "nets/net.prototxt", "--definition-only", "--dry-run"]
    for where, path in {"": "caffold.yaml", "nets": "../caffold.yaml"}.items():
        result = command.run(*net, cwd=folder / where)
        assert (result.code, result.stderr) == (
            2,
            f"{path}: error: this project file belongs to another user; --config {path} reads it, "
            "--no-config leaves it out\n",
        )
        assert command.run(*net, "--config", path, cwd=folder / where).code == 0


def test_one_can_be_named_or_left_out(command, project):
    folder = project.folder
    project("rules: rules\n")
    other = folder / "nets" / "other.yaml"
    other.write_text("schema: 1\nrules: ../rules\nskip-layer: 'r*'\n")
    assert rewrites(fold(command, folder)) == ["no-relu"]
    document = fold(command, folder, "--config", other)
    assert (document["config"], rewrites(document)) == (str(other), [])
    assert rewrites(fold(command, folder, "--no-config")) == []
    result = command.run("fold", "x", "--definition-only", "--config", "gone.yaml", cwd=folder)
    assert (result.code, result.stderr) == (
        2,
        "gone.yaml: error: cannot be opened: no such file or directory\n",
    )
    assert command.run("rules", "list", "--config", other, "--no-config").code == 64


def test_the_command_line_wins(command, project):
    folder = project.folder
    (folder / "rules" / "scaled.yaml").write_text(SCALED)
    project("rules: rules\nselect: [no-relu, scaled]\nparam: {gain: 2, order: bgr}\nskip-layer: c\n")
    # A value of the file, which is for many nets, may have no effect; one of the command line may not.
    assert rewrites(fold(command, folder)) == ["no-relu"]
    net = ["fold", folder / "nets/net.prototxt", "--definition-only", "--dry-run"]
    idle = command.run(*net, "--param", "gain=3", cwd=folder)
    assert (idle.code, "error: parameter 'gain' had no effect" in idle.stderr) == (2, True)
    assert rewrites(fold(command, folder, "--skip-layer", "x*", "--select", "scaled")) == ["scaled"]
    plan = folder / "plan.json"
    arguments = ["nets/net.prototxt", "--definition-only", "--skip-layer", "x*", "--select", "scaled"]
    assert command.run("fold", *arguments, "--param", "gain=3", "--plan", plan, cwd=folder).code == 0
    options = json.loads(plan.read_text())["options"]
    assert (options["param"], options["select"]) == (["order=bgr", "gain=3"], ["scaled"])
    # The plan holds the settings: it is applied without the project file.
    (folder / "caffold.yaml").unlink()
    result = command.run("apply", plan, "--output-model", "out.prototxt", cwd=folder)
    assert result.code == 0, result.stderr
    text = (folder / "out.prototxt").read_text()
    assert 'name: "c_bgr"' in text
    assert "scale: 3" in text


def test_all_commands_about_rules_read_it(command, project):
    folder = project.folder
    project("rules: rules\nselect: mine\n")

    def run(*arguments):
        result = command.run("rules", *arguments, cwd=folder / "nets")
        assert result.code == 0, result.stderr
        return result

    result = run("list")
    assert [line.split()[1] for line in result.stdout.splitlines()[1:]] == ["no-relu"]
    assert "settings from ../caffold.yaml\n" in result.stderr
    assert run("explain", "no-relu").stdout.startswith("no-relu: ")
    assert run("explain", "conv-bn").stdout.startswith("conv-bn: ")
    assert run("test").stderr == "1 test of 1 rule: 1 passed\n"
    assert run("test", "mine", "conv-bn").stderr.endswith("of 2 rules: 3 passed\n")
    assert run("check").stderr == "1 rule and 0 layouts in 1 file: no errors\n"
    assert command.run("rules", "prove", "--instances", "3", cwd=folder).code == 1


def test_a_batch_reads_it_and_notices_when_it_changes(command, project):
    folder = project.folder
    project("rules: rules\n")
    batch = ["fold", "--batch", "nets", "-o", "out", "--definition-only", "--format", "json"]

    def statuses():
        document = command.run(*batch, cwd=folder).document
        assert document["config"] == "caffold.yaml"
        return [model["status"] for model in document["models"]]

    assert [statuses(), statuses()] == [["folded"], ["unchanged"]]
    assert "ReLU" not in next((folder / "out").rglob("net.prototxt")).read_text()
    project("rules: rules\nignore: no-relu\n")
    assert statuses() == ["folded"]
    assert "ReLU" in next((folder / "out").rglob("net.prototxt")).read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "slect: a\n",
            "caffold.yaml:2:1: error: unknown key 'slect'; did you mean 'select'?\n  slect: a\n  ^\n",
        ),
        (
            "rules: [rules, ../mine.yaml]\n",
            "caffold.yaml:2:16: error: there is nothing at '../mine.yaml'; paths in a project file are "
            "relative to its folder\n  rules: [rules, ../mine.yaml]\n                 ^\n",
        ),
        (
            "rules: rules\nignore: [no-rule]\n",
            "caffold.yaml:3:10: error: no rule, tag or set is called 'no-rule'; did you mean 'no-relu'?\n"
            "  ignore: [no-rule]\n           ^\n",
        ),
        (
            "rules: rules\nparam: {gain: 1}\n",
            "caffold.yaml:3:9: error: no selected rule has a parameter 'gain', nor any other\n"
            "  param: {gain: 1}\n          ^\n",
        ),
        (
            "rules: [rules, secret]\n",
            "caffold.yaml:2:16: error: 'secret' is no rule file: the name of a rule file ends in .yaml or "
            ".yml\n  rules: [rules, secret]\n                 ^\n",
        ),
        (
            "proto: secret\n",
            "caffold.yaml:2:8: error: 'secret' is no schema: the name of a schema ends in .proto\n"
            "  proto: secret\n         ^\n",
        ),
    ],
)
def test_mistakes_have_their_places(command, project, text, expected):
    project(text)
    # Messages show lines of the files that they are about; of this one they may not.
    (project.folder / "secret").write_text("password\n")
    result = command.run("fold", "nets/net.prototxt", "--definition-only", "--dry-run", cwd=project.folder)
    assert (result.code, result.stderr) == (2, expected)


# -- the JSON Schema


@pytest.fixture(scope="module")
def schema(command, tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "caffold-project.schema.json"
    path.write_text(command.run("rules", "schema", "--project").stdout)
    return path


def test_the_schema_is_one(schema):
    code, output = validate("--check-metaschema", schema)
    assert code == 0, output


ACCEPTED = [
    "",
    "rules: a\nselect: [a, 'b-*']\nparam: {mean: [1, 2], input-mean.scale: 1/255}\ntolerance: 1e-6\n",
    "phase: TRAIN\nstage: x\nlevel: 3\nunsafe: true\nassume-stored-statistics: false\n",
]
REFUSED = ["rule: a\n", "select: {a: b}\n", "phase: test\n", "param: [mean=1]\n", "unsafe: 1\n"]


@pytest.mark.parametrize("text", ACCEPTED + REFUSED)
def test_schema_and_program_agree(command, schema, project, text):
    path = project(text.replace("rules: a\n", "rules: rules\n"))
    code, output = validate("--schemafile", schema, path)
    assert code == (0 if text in ACCEPTED else 1), output
    if text in REFUSED:
        assert command.run("rules", "list", cwd=project.folder).code == 2
