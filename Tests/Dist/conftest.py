"""What tests of the packages share. The environment variable DIST names the folder that `make dist` made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("DIST", ROOT / "out" / "dist")).resolve()
DIGITS = [ROOT / "examples" / "digits" / f"digits.{end}" for end in ("prototxt", "caffemodel")]
OWN = [ROOT / "examples" / "own-rule" / f"net.{end}" for end in ("prototxt", "caffemodel")]


def only(pattern):
    """The one file in the folder that the pattern fits."""
    found = sorted(DIST.glob(pattern))
    assert len(found) == 1, f"{pattern} in {DIST}: {found}"
    return found[0]


def run(*command, **options):
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """A fresh virtual environment with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-index", only("*.whl")]
    subprocess.run(install, check=True)
    return folder


@pytest.fixture
def python(environment, tmp_path):
    """Runs a program in the fresh environment, in a folder of its own, with nothing of the build in reach."""

    def play(program):
        names = f"digits, own = {[str(p) for p in DIGITS]}, {[str(p) for p in OWN]}\nimport caffold\n"
        done = run(
            environment / "bin" / "python", "-c", names + program, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return play
