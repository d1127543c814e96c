"""What `make dist` makes, installed where nothing of the build is: `DIST` names the folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("DIST", ROOT / "out" / "dist")).resolve()
DIGITS = ROOT / "examples" / "digits" / "digits"
PAIR = [f"{DIGITS}.prototxt", f"{DIGITS}.caffemodel"]
VALIDATOR = [sys.executable, "-m", "check_jsonschema", "--schemafile"]
SCHEMAS = ROOT / "Documentation" / "schemas"


def only(pattern):
    found = sorted(DIST.glob(pattern))
    assert len(found) == 1, f"{pattern} in {DIST}: {found}"
    return found[0]


def run(*command, **options):
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh virtual environment with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-index", only("*.whl")]
    subprocess.run(install, check=True)
    return folder


def python(environment, program, cwd):
    variables = {"PATH": "/usr/bin:/bin"}
    done = run(environment / "bin" / "python", "-c", program, cwd=cwd, env=variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_brings_the_command(environment, tmp_path):
    done = run(environment / "bin" / "caffold", "fold", *PAIR, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "digits.caffemodel").stat().st_size < Path(PAIR[1]).stat().st_size


def test_the_wheel_folds_and_verifies_from_python(environment, tmp_path):
    program = f"""
import caffold
result = caffold.fold(*{PAIR}, "out", verify=True)
print(result.layers.before, result.layers.after, result.check.passed, result.verification.equal)
equal = caffold.verify(*{PAIR}, "out/digits.prototxt", "out/digits.caffemodel")
print(equal.equal, sorted(equal.outputs), "<table>" in result._repr_html_())
"""
    assert python(environment, program, tmp_path) == "26 14 True True\nTrue ['prob'] True\n"


def test_errors_carry_their_places(environment, tmp_path):
    (tmp_path / "net.prototxt").write_text('layer { name: "a" type: 3 }\n')
    program = """
import caffold
try:
    caffold.fold("net.prototxt")
except caffold.CaffoldError as error:
    first = error.diagnostics[0]
    print(error.status, first.path, first.line, first.column, first.severity, first.sentence)
"""
    printed = python(environment, program, tmp_path)
    assert printed == "2 net.prototxt 1 25 error expected a string for 'type', found the number 3\n"


def test_import_is_quick(environment, tmp_path):
    program = "import time; t = time.perf_counter(); import caffold; print(time.perf_counter() - t)"
    assert min(float(python(environment, program, tmp_path)) for _ in range(5)) < 0.05


def test_the_wheel_is_small_and_whole():
    wheel = only("*.whl")
    assert wheel.stat().st_size < 9_000_000
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        record = next(name for name in names if name.endswith("/RECORD"))
        listed = [line.rsplit(",", 2)[0] for line in archive.read(record).decode().splitlines()]
    assert sorted(listed) == sorted(names)
    assert any(name.endswith("licenses/THIRD-PARTY-NOTICES") for name in names)
    assert "caffold/py.typed" in names


def test_results_are_what_the_schemas_say():
    assert run(sys.executable, ROOT / "python" / "generate_results.py", "--check").returncode == 0


@pytest.mark.parametrize("schema", ["fold", "verify", "prove"])
def test_reports_are_what_the_schemas_say(schema, tmp_path):
    own = ROOT / "examples" / "own-rule" / "net"
    commands = {
        "fold": [
            ["fold", *PAIR, "-o", tmp_path, "--verify", "--plan", tmp_path / "plan.json"],
            ["fold", *PAIR, "--dry-run", "--ignore", "conv-bn-scale"],
            ["fold", f"{own}.prototxt", f"{own}.caffemodel", "--dry-run"],
            ["fold", PAIR[0], "--definition-only", "--dry-run", "--extend-select", "deploy"],
        ],
        "verify": [["verify", *PAIR, *PAIR]],
        "prove": [["rules", "prove", ROOT / "rules" / "inference" / "conv-bn.yaml", "--instances", "20"]],
    }
    for number, command in enumerate(commands[schema]):
        done = run(only("caffold"), *command, "--format", "json")
        report = tmp_path / f"{number}.json"
        report.write_text(done.stdout)
        checked = run(*VALIDATOR, SCHEMAS / f"{schema}.schema.json", report)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
@pytest.mark.parametrize("artefact", ["*.deb", "*.tar.gz"])
def test_a_bare_root_runs_it(artefact, tmp_path):
    """No Swift, no libyaml, no C library, no shell."""
    if artefact == "*.deb":
        if shutil.which("dpkg") is None:
            pytest.skip("no dpkg here")
        (tmp_path / "var" / "lib" / "dpkg" / "updates").mkdir(parents=True)
        (tmp_path / "var" / "lib" / "dpkg" / "info").mkdir()
        (tmp_path / "var" / "lib" / "dpkg" / "status").touch()
        done = run("dpkg", f"--root={tmp_path}", "--log=/dev/null", "--install", only(artefact))
        assert done.returncode == 0, done.stderr
        installed = tmp_path / "usr"
    else:
        assert run("tar", "-xf", only(artefact), "-C", tmp_path).returncode == 0
        installed = next(tmp_path.glob("caffold-*"))
    assert (installed / "share" / "man" / "man1" / "caffold.1.gz").exists()
    for suffix in (".prototxt", ".caffemodel"):
        shutil.copy(f"{DIGITS}{suffix}", tmp_path)
    binary = "/" + str((installed / "bin" / "caffold").relative_to(tmp_path))
    # Swift's runtime looks for its own path in /proc, as every container has it.
    (tmp_path / "proc").mkdir()
    if run("mount", "--bind", "/proc", tmp_path / "proc").returncode != 0:
        pytest.skip("/proc cannot be mounted here")
    try:
        command = ["chroot", tmp_path, binary, "fold", "/digits.prototxt", "/digits.caffemodel", "-o", "/out"]
        done = run(*command, "--format", "json")
    finally:
        run("umount", tmp_path / "proc")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["check"]["passed"]
    assert (tmp_path / "out" / "digits.caffemodel").exists()


def test_completions_and_man_page_name_the_commands(tmp_path):
    assert run("tar", "-xf", only("*.tar.gz"), "-C", tmp_path).returncode == 0
    share = next(tmp_path.glob("caffold-*")) / "share"
    bash = share / "bash-completion" / "completions" / "caffold"
    assert run("bash", "-n", bash).returncode == 0
    page = run("gzip", "-dc", share / "man" / "man1" / "caffold.1.gz").stdout
    for command in ("fold", "apply", "verify", "rules prove"):
        assert f".SS caffold {command}" in page
        assert command.split()[-1] in bash.read_text()
    if shutil.which("groff"):
        assert run("groff", "-k", "-man", "-ww", "-z", "-Tutf8", input=page).stderr == ""


def test_the_image_copies_what_dist_makes():
    copied = re.findall(r"^(?:COPY|ADD) (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    files = [word for words in copied for word in words.split()]
    assert "out/dist/caffold" in files
    for name in files:
        assert (DIST / Path(name).name).exists() if name.startswith("out/dist/") else (ROOT / name).exists()


def test_checksums_hold():
    done = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=DIST)
    assert done.returncode == 0
    assert done.stdout.count(": OK") == 4, done.stdout
