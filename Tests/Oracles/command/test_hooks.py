"""The hooks for pre-commit, and the workflow, run as their programs run them."""

import os
import shlex
import subprocess

import caffold
import pytest
from ruamel.yaml import YAML  # which check-jsonschema brings

CLEAN = (
    'input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n'
    'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\n'
)
DROPOUT = CLEAN + 'layer { name: "d" type: "Dropout" bottom: "r" top: "d" }\n'
BROKEN = CLEAN + 'layer { name: "d" type: "ReLU" bottom: "x" top: "d" }\n'


@pytest.fixture
def environment(command, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "caffold").symlink_to(caffold.BINARY)
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}


def run_hook(name, files, folder, environment):
    hooks = YAML(typ="safe").load((caffold.ROOT / ".pre-commit-hooks.yaml").read_text())
    entry = next(hook["entry"] for hook in hooks if hook["id"] == name)
    command = [*shlex.split(entry), *files]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_hooks(tmp_path, environment):
    for name, text in {"clean": CLEAN, "dropout": DROPOUT, "broken": BROKEN}.items():
        (tmp_path / f"{name}.prototxt").write_text(text)
    assert (
        run_hook("caffold-check", ["clean.prototxt", "dropout.prototxt"], tmp_path, environment).returncode
        == 0
    )
    done = run_hook("caffold-check", ["clean.prototxt", "broken.prototxt"], tmp_path, environment)
    assert done.returncode == 1
    assert "broken.prototxt:3:40: error: " in done.stdout
    assert run_hook("caffold-folded", ["clean.prototxt"], tmp_path, environment).returncode == 0
    done = run_hook("caffold-folded", ["dropout.prototxt", "clean.prototxt"], tmp_path, environment)
    assert done.returncode == 1
    assert done.stdout == "dropout.prototxt: not folded\n"


def test_the_workflow(tmp_path, environment):
    workflow = YAML(typ="safe").load((caffold.ROOT / "examples" / "ci" / "caffold.yml").read_text())
    steps = {step["name"]: step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step}

    def run(name):
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", steps[name]],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode

    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "a net_deploy.prototxt").write_text(BROKEN)
    (tmp_path / "solver.prototxt").write_text('net: "x"\n')
    subprocess.run(["git", "add", "a net_deploy.prototxt", "solver.prototxt"], cwd=tmp_path, check=True)
    # Errors do not keep the report from being shown; a file that cannot be read does.
    assert run("Check the nets") == 0
    assert '"unmade-bottom"' in (tmp_path / "caffold.sarif").read_text()
    assert run("Nothing is left to fold") == 0
    (tmp_path / "a net_deploy.prototxt").write_text(DROPOUT)
    assert run("Nothing is left to fold") != 0
    (tmp_path / "a net_deploy.prototxt").unlink()
    assert run("Check the nets") != 0
