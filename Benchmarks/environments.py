"""Virtual environments of pinned packages, one for each tool, so that none decides what another one gets."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "exports"


class Missing(Exception):
    """Why a tool cannot be had on this machine."""


@dataclasses.dataclass
class Environment:
    name: str
    python: Path

    def version(self, package: str) -> str:
        command = [self.python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"]
        listed = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        return next(entry["version"] for entry in listed if entry["name"].lower() == package)

    @property
    def interpreter(self) -> str:
        code = "import platform; print(platform.python_version())"
        return subprocess.run(
            [self.python, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()


def interpreter(version: str) -> str:
    """An interpreter of the version, on PATH or among those of pyenv."""
    candidates = [shutil.which(f"python{version}")]
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += [str(folder / "bin" / "python") for folder in sorted(root.glob(f"{version}.*"))]
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        candidates.insert(0, sys.executable)
    for candidate in filter(None, candidates):
        # What pyenv puts on PATH may only say that the version is not chosen.
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    raise Missing(f"there is no Python {version}")


def make(folder: Path, name: str) -> Environment:
    """The environment of `exports/<name>.txt`, made unless it is there; its first line names the Python."""
    requirements = REQUIREMENTS / f"{name}.txt"
    text = requirements.read_text()
    place = folder / name
    made = place / "made"
    environment = Environment(name, place / "bin" / "python")
    if made.exists() and made.read_text() == text:
        return environment
    shutil.rmtree(place, ignore_errors=True)
    version = text.splitlines()[0].removeprefix("# python ")
    subprocess.run([interpreter(version), "-m", "venv", place], check=True)
    run = subprocess.run(
        [environment.python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        lines = [line for line in run.stderr.splitlines() if line.lower().startswith("error")]
        raise Missing("pip: " + (lines or ["it failed"])[-1].removeprefix("ERROR: "))
    made.write_text(text)
    return environment
