"""Plan files: written by a fold, reviewed, and replayed by `caffold apply`."""

import hashlib
import json
import subprocess
import sys

import caffold
import conftest
import pytest
from caffold import DIGITS

SCHEMA = caffold.ROOT / "Documentation" / "schemas" / "plan.schema.json"

GAIN = """
schema: 1
rules:
  - id: relu-slope
    summary: Write a ReLU's slope out, and name it.
    match:
      relu: {type: ReLU, where: "not has(relu, 'relu_param.negative_slope')"}
    rewrite:
      replace: relu
      with: {type: ReLU, name: "{relu.name}é", relu_param: {negative_slope: 0}}
"""


def test_a_plan_whose_rules_ask_for_shapes_is_replayed(command, tmp_path):
    net = tmp_path / "net.prototxt"
    net.write_text(
        'input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }\n'
        'layer { name: "a" type: "ReLU" bottom: "data" top: "a" }\n'
        'layer { name: "f" type: "Flatten" bottom: "a" top: "f" }\n'
        'layer { name: "g" type: "Reshape" bottom: "f" top: "g"'
        " reshape_param { shape { dim: 0 dim: -1 } } }\n"
        'layer { name: "b" type: "ReLU" bottom: "g" top: "b" }\n'
    )
    plan = tmp_path / "plan.json"
    assert command.run("fold", net, "--definition-only", "--plan", plan).code == 0
    assert '"remove-reshape-identity"' in plan.read_text()
    result = command.run("apply", plan, "-o", tmp_path / "out")
    assert result.code == 0, result.stderr


def real_pairs():
    """Folders of ../shared/models that hold one definition and one weights file."""
    pairs = {}
    for name in conftest.shared_names("models"):
        folder = conftest.SHARED / "models" / name
        files = [sorted(folder.glob(f"*.{suffix}")) for suffix in ("prototxt", "caffemodel")]
        if all(len(found) == 1 for found in files):
            pairs[name] = [found[0] for found in files]
    return pairs


def make(command, tmp_path, *arguments):
    plan = tmp_path / "plan.json"
    result = command.run("fold", *arguments, "--plan", plan)
    assert result.code == 0, result.stderr
    return plan


def outputs(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def apply(command, plan, folder, *arguments):
    result = command.run("apply", plan, *arguments, "-o", folder)
    assert result.code == 0, result.stderr
    return outputs(folder)


def edit(plan, change):
    document = json.loads(plan.read_text())
    change(document)
    plan.write_text(json.dumps(document))


@pytest.mark.parametrize("pair", [DIGITS, *real_pairs().values()], ids=["digits", *real_pairs()])
def test_a_replay_writes_what_the_fold_writes(command, tmp_path, pair):
    plan = make(command, tmp_path, *pair)
    assert command.run("fold", *pair, "-o", tmp_path / "fold", "-q").code == 0
    assert apply(command, plan, tmp_path / "apply") == outputs(tmp_path / "fold")
    result = json.loads(plan.read_text())["result"]
    definition = (tmp_path / "fold" / pair[0].name).read_bytes()
    assert result["model"] == {
        "bytes": len(definition),
        "sha256": hashlib.sha256(definition).hexdigest(),
    }
    assert result["weights"] == {"bytes": (tmp_path / "fold" / pair[1].name).stat().st_size}
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--schemafile", SCHEMA, plan],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plan_alone_writes_no_nets(command, tmp_path):
    copies = [tmp_path / path.name for path in DIGITS]
    for copy, path in zip(copies, DIGITS):
        copy.write_bytes(path.read_bytes())
    make(command, tmp_path, *copies)
    assert outputs(tmp_path).keys() == {"plan.json", "digits.prototxt", "digits.caffemodel"}
    make(command, tmp_path, *copies, "-o", tmp_path / "out")
    assert outputs(tmp_path / "out").keys() == {"digits.prototxt", "digits.caffemodel"}


def test_the_same_inputs_give_the_same_bytes(command, tmp_path):
    # Each process hashes with a seed of its own.
    texts = {make(command, tmp_path, *DIGITS).read_bytes() for _ in range(8)}
    assert len(texts) == 1


def test_digests_are_sha256(command, tmp_path):
    document = json.loads(make(command, tmp_path, *DIGITS).read_text())
    for path, entry in zip(DIGITS, document["inputs"].values()):
        content = path.read_bytes()
        assert entry == {
            "path": str(path),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }


def test_every_site_can_be_struck_out(command, tmp_path):
    plan = make(command, tmp_path, *DIGITS)
    whole = json.loads(plan.read_text())
    for number, rewrite in enumerate(whole["rewrites"]):
        struck = json.loads(json.dumps(whole))
        struck["rewrites"][number]["apply"] = False
        plan.write_text(json.dumps(struck))
        files = apply(command, plan, tmp_path / f"out{number}")
        gone = [layer["layer"] for layer in rewrite["layers"] if layer["fate"] == "removed"]
        assert gone
        for layer in gone:
            assert f'name: "{layer}"'.encode() in files["digits.prototxt"]
        verified = command.run(
            "verify", *DIGITS, tmp_path / f"out{number}" / "digits.prototxt",
            tmp_path / f"out{number}" / "digits.caffemodel",
        )  # fmt: skip
        assert verified.code == 0, verified.stderr


def test_a_reviewed_plan_becomes_a_plan_of_its_own(command, tmp_path):
    plan = make(command, tmp_path, *DIGITS)
    edit(plan, lambda document: document["rewrites"].pop(0))
    final = tmp_path / "final.json"
    first = apply(command, plan, tmp_path / "one", "--plan", final)
    assert json.loads(final.read_text())["result"]["rewrites"] == 6
    assert apply(command, final, tmp_path / "two") == first


def test_rules_and_protos_are_in_the_plan(command, tmp_path):
    rules, proto = tmp_path / "gain.yaml", tmp_path / "fork.proto"
    rules.write_text(GAIN)
    proto.write_text(
        "message LayerParameter { optional GainParameter gain_param = 1000; }\nmessage GainParameter {}"
    )
    arguments = [*DIGITS, "--rules", rules, "--proto", proto]
    plan = make(command, tmp_path, *arguments)
    assert command.run("fold", *arguments, "-o", tmp_path / "fold", "-q").code == 0
    rules.unlink()
    proto.unlink()
    assert apply(command, plan, tmp_path / "apply") == outputs(tmp_path / "fold")


def test_all_options_come_back(command, tmp_path):
    options = [
        "--only-layer", "conv*", "--skip-layer", "conv2*", "--select", "inference",
        "--ignore", "conv-bias,no-*", "--stage", "deploy", "--level", "1",
        "--assume-stored-statistics", "--unsafe",
    ]  # fmt: skip
    plan = make(command, tmp_path, *DIGITS, *options)
    assert command.run("fold", *DIGITS, *options, "-o", tmp_path / "fold", "-q").code == 0
    assert apply(command, plan, tmp_path / "apply") == outputs(tmp_path / "fold")
    assert apply(command, plan, tmp_path / "moved", *DIGITS) == outputs(tmp_path / "fold")


def test_a_definition_alone(command, tmp_path):
    plan = make(command, tmp_path, DIGITS[0], "--definition-only")
    assert apply(command, plan, tmp_path / "apply").keys() == {"digits.prototxt"}
    result = command.run("apply", plan, *DIGITS, "-o", tmp_path / "other")
    assert result.code == 2
    assert result.stderr == (
        "error: the plan is for a net definition alone; leave the weights out, or make a plan with them\n"
    )
    assert not (tmp_path / "other").exists()


def swap(document, *keys, value):
    for key in keys[:-1]:
        document = document[key]
    document[keys[-1]] = value


WRONG = {
    "model": (
        lambda d: swap(d, "inputs", "model", "sha256", value="0" * 64),
        f"{DIGITS[0]}: error: this is not the net definition that the plan was made for, '{DIGITS[0]}':"
        " its SHA-256 begins with ecf26f953dd9, that one's with 000000000000;"
        " give that file, or make a new plan\n",
    ),
    "weights": (
        lambda d: swap(d, "inputs", "weights", "bytes", value=7),
        f"{DIGITS[1]}: error: this is not the weights file that the plan was made for, '{DIGITS[1]}':"
        " it has 60546 bytes, that one had 7; give that file, or make a new plan\n",
    ),
    "built-in rules": (
        lambda d: swap(d, "rules", "builtin", "sha256", value="0" * 64),
        "error: the plan was made with other built-in rules than this program has;"
        " apply it with the program that made it, or make a new plan\n",
    ),
    "program": (
        lambda d: swap(d, "caffold", "version", value="9.9.9"),
        "error: the plan was made by caffold 9.9.9, this is 0.1.0;"
        " apply it with that version, or make a new plan\n",
    ),
    "result": (
        lambda d: swap(d, "result", "weights", "bytes", value=1),
        "error: the weights that would be written have 57425 bytes, the plan says 1;"
        " nothing was written; make a new plan\n",
    ),
    "missing file": (
        lambda d: swap(d, "inputs", "model", "path", value="/nowhere/net.prototxt"),
        "/nowhere/net.prototxt: error: there is no such file, and the plan says that its net definition"
        " was here; name both files behind the plan if they are elsewhere now\n",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_nothing_is_written_when_something_differs(command, tmp_path, name):
    change, message = WRONG[name]
    plan = make(command, tmp_path, *DIGITS)
    edit(plan, change)
    result = command.run("apply", plan, "-o", tmp_path / "out")
    assert result.code == 2
    assert result.stderr == message
    assert not (tmp_path / "out").exists()


def test_a_plan_does_not_replace_its_inputs_or_outputs(command, tmp_path):
    for target in [DIGITS[0], tmp_path / "out" / "digits.prototxt"]:
        before = DIGITS[0].read_bytes()
        result = command.run("fold", *DIGITS, "--plan", target, "-o", tmp_path / "out")
        assert result.code == 2, result.stderr
        assert DIGITS[0].read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_options_that_contradict_a_plan(command, tmp_path):
    result = command.run("fold", *DIGITS, "--plan", tmp_path / "plan.json", "--verify")
    assert result.code == 64
    assert "--verify needs a weights file, and is about the nets that are written" in result.stderr
    assert not (tmp_path / "plan.json").exists()


def test_a_dry_run_ends_as_the_run_would(command, tmp_path):
    """It makes the plan and leaves it unwritten; a plan that could not be written is an error."""
    plan = tmp_path / "plan.json"
    assert command.run("fold", *DIGITS, "--plan", plan, "--dry-run").code == 0
    assert not list(tmp_path.iterdir())
    arguments = ["fold", *DIGITS, "--plan", "/proc/nowhere/plan.json"]
    dry, real = command.run(*arguments, "--dry-run"), command.run(*arguments)
    assert (dry.code, dry.stderr) == (real.code, real.stderr)
    assert dry.code == 2
