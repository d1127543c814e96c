"""The JSON Schemas of reports: every command that reports in JSON has one, and every report suits it.

The schemas allow no key beside those that they name, and ask for each of these.
"""

import ast
import json
import re
import subprocess

import caffold
import json_schema
import pytest
from caffold import DIGITS

SCHEMAS = caffold.ROOT / "Documentation" / "schemas"
OWN = [caffold.ROOT / "examples" / "own-rule" / f"net.{end}" for end in ("prototxt", "caffemodel")]
CONV_BN = caffold.ROOT / "rules" / "inference" / "conv-bn.yaml"

WRONG_RULE = """schema: 1
rules:
  - id: no-relu
    summary: Remove each ReLU.
    match: {relu: {type: ReLU}}
    rewrite: {remove: relu}
    tests:
      - name: it is matched
        net: 'input: "data" layer {name: "r" type: "ReLU" bottom: "data" top: "r"}'
        expect: unmatched
"""

# Command -> runs of it. Words in capitals are files of the fixture `files`, and OUT one that is not there.
RUNS = {
    "fold": [
        [*DIGITS, "-o", "OUT", "--verify", "--plan", "OUT.json"],
        [*DIGITS, "--dry-run", "--ignore", "conv-bn-scale"],
        [*DIGITS, "-o", "OUT", "--tolerance", "0"],
        [*OWN, "--dry-run"],
        [DIGITS[0], "--definition-only", "--dry-run", "--extend-select", "deploy"],
    ],
    "apply": [["PLAN", "-o", "OUT", "--verify"]],
    "export": [
        [*DIGITS, "-o", "OUT.onnx", "--dynamic-batch"],
        [*DIGITS, "-o", "OUT.onnx", "--no-check"],
        [*DIGITS, "-o", "OUT.onnx", "--tolerance", "0"],
    ],
    "verify": [[*DIGITS, *DIGITS], [*OWN, *OWN, "--input-shape", "conv1=1,8,7,7"], [*DIGITS, "GRAPH"]],
    "check": [DIGITS, [*OWN, "--target", "mnn", "--statistics"]],
    "inspect": [DIGITS, [OWN[0], "--by", "type"], [OWN[1]], ["GRAPH"]],
    "weights": [[DIGITS[1]], [OWN[1], "conv1", "--npy", "OUT"]],
    "diff": [[DIGITS[0], OWN[0]], [DIGITS[1], OWN[1]], [DIGITS[1], DIGITS[1]]],
    "extract": [[*DIGITS, "--to", "conv2", "-o", "OUT"], [OWN[0], "--to", "prob", "--dry-run"]],
    "reshape": [[DIGITS[0], "--batch", "3", "-o", "OUT"], [DIGITS[0], "--size", "9", "--dry-run"]],
    "reduce": [
        [*DIGITS, "--while", "! grep -q fc1 {model}", "-o", "OUT"],
        [OWN[0], "--while", "! grep -q Softmax {model}", "--dry-run"],
        [*DIGITS, "--while", "true {model}", "--dry-run"],
    ],
    "run": [[*DIGITS, "--outputs", "OUT", "--all"], [*OWN, "--outputs", "OUT"]],
    "compare": [[*DIGITS, "--outputs", "DUMP"], [*DIGITS, "--outputs", "OTHER", "--each-layer"]],
    "why": [["conv1/bn", *DIGITS], ["norm1", *OWN], ["conv1/bn", *DIGITS, "--rule", "conv-bn"]],
    "rules-list": [["--select", "ALL"], ["--rules", CONV_BN, "--no-config"]],
    "rules-test": [[CONV_BN], ["WRONG"]],
    "rules-prove": [[CONV_BN, "--instances", "20"], ["WRONG", "--instances", "20"]],
}


def reporting_commands(command, words=()):
    """The commands that have `--format json`, `rules-test` for `rules test`."""
    for inner in command.get("subcommands", []):
        path = (*words, inner["commandName"])
        formats = [argument for argument in inner.get("arguments", []) if argument["valueName"] == "format"]
        if any("json" in argument["allValues"] for argument in formats):
            yield "-".join(path)
        yield from reporting_commands(inner, path)


def test_every_command_that_reports_in_json_is_here(command):
    described = json.loads(command.run("--experimental-dump-help").stdout)["command"]
    assert set(reporting_commands(described)) == set(RUNS)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_the_schema_is_one(path):
    code, said = json_schema.validate("--check-metaschema", path)
    assert code == 0, said


@pytest.fixture(scope="module")
def files(command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    wrong = folder / "wrong.yaml"
    wrong.write_text(WRONG_RULE)
    made = [
        ["fold", *DIGITS, "--plan", folder / "plan.json"],
        ["export", *DIGITS, "-o", folder / "graph.onnx"],
        ["run", *DIGITS, "--all", "--outputs", folder / "dump.npz"],
        ["run", *DIGITS, "--all", "--outputs", folder / "other.npz", "--seed", "5"],
    ]
    for arguments in made:
        assert command.run(*arguments).code == 0
    names = {"PLAN": "plan.json", "GRAPH": "graph.onnx", "DUMP": "dump.npz", "OTHER": "other.npz"}
    return {"WRONG": wrong, **{word: folder / name for word, name in names.items()}}


@pytest.mark.parametrize("name", RUNS)
def test_reports_suit_the_schema(command, files, name, tmp_path):
    reports = []
    for number, arguments in enumerate(RUNS[name]):
        out = tmp_path / f"out{number}"
        words = [
            str(files.get(word, word)).replace("OUT", str(out)) if isinstance(word, str) else word
            for word in arguments
        ]
        result = command.run(*name.split("-"), *words, "--format", "json")
        assert result.code in (0, 1), result.stderr
        reports.append(tmp_path / f"{number}.json")
        reports[-1].write_text(result.stdout)
    schema = SCHEMAS / f"{'fold' if name == 'apply' else name}.schema.json"
    code, said = json_schema.validate("--schemafile", schema, *reports)
    assert code == 0, said


def test_reports_of_batches_suit_their_schema(command, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    for path in DIGITS:
        (models / path.name).write_bytes(path.read_bytes())
        (models / f"broken{path.suffix}").write_bytes(path.read_bytes()[:50])
    reports = []
    for statuses in (["failed", "folded"], ["failed", "unchanged"]):
        result = command.run("fold", "--batch", models, "-o", tmp_path / "out", "--format", "json")
        assert result.code == 1
        assert [model["status"] for model in result.document["models"]] == statuses
        reports.append(tmp_path / f"{statuses[1]}.json")
        reports[-1].write_text(result.stdout)
    code, said = json_schema.validate("--schemafile", SCHEMAS / "fold-batch.schema.json", *reports)
    assert code == 0, said


def test_python_has_a_class_for_each_object():
    script = caffold.ROOT / "python" / "generate_results.py"
    done = subprocess.run(["python3", script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_python_has_a_function_for_each_command():
    package = (caffold.ROOT / "python" / "caffold" / "__init__.py").read_text()
    names = ast.literal_eval(re.search(r"^__all__ = (\[.*?\])", package, re.DOTALL | re.MULTILINE)[1])
    # 'graph' writes a picture and reports nothing in JSON.
    functions = {name for name in names if name.islower()} - {"find_binary", "graph"}
    assert functions == {"prove" if name == "rules-prove" else name.replace("-", "_") for name in RUNS}
    page = (caffold.ROOT / "python" / "README.md").read_text()
    assert functions <= set(re.findall(r"`(\w+)`", page))
