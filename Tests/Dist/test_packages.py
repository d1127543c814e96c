"""The Debian package, the tarball and the image, where nothing of the build is."""

import json
import os
import re
import shutil

import pytest
from conftest import DIGITS, DIST, OWN, ROOT, only, run


def test_checksums_are_right():
    done = run("sha256sum", "--check", "SHA256SUMS", cwd=DIST)
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len([path for path in DIST.iterdir() if path.is_file()]) - 1


def test_the_same_binary_makes_the_same_packages(tmp_path):
    done = run(ROOT / "packaging" / "dist.sh", only("caffold"), tmp_path, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "SHA256SUMS").read_text() == (DIST / "SHA256SUMS").read_text()


@pytest.fixture(params=["*.deb", "*.tar.gz"])
def installed(request, tmp_path):
    """A root with the package in it and nothing else: no Swift, no libyaml, no C library, no shell."""
    if request.param == "*.tar.gz":
        assert run("tar", "-xf", only(request.param), "-C", tmp_path).returncode == 0
        return tmp_path, next(tmp_path.glob("caffold-*"))
    if shutil.which("dpkg") is None:
        pytest.skip("no dpkg here")
    if os.geteuid() != 0:
        pytest.skip("dpkg needs root")
    for folder in ("updates", "info"):
        (tmp_path / "var" / "lib" / "dpkg" / folder).mkdir(parents=True)
    (tmp_path / "var" / "lib" / "dpkg" / "status").touch()
    done = run("dpkg", f"--root={tmp_path}", "--log=/dev/null", "--install", only(request.param))
    assert done.returncode == 0, done.stderr
    return tmp_path, tmp_path / "usr"


def test_a_bare_root_runs_it(installed):
    root, tree = installed
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    for path in DIGITS:
        shutil.copy(path, root)
    binary = "/" + str((tree / "bin" / "caffold").relative_to(root))
    # Swift's runtime looks for its own path in /proc, as every container has it.
    (root / "proc").mkdir()
    if run("mount", "--bind", "/proc", root / "proc").returncode != 0:
        pytest.skip("/proc cannot be mounted here")
    try:
        fold = [binary, "fold", "/digits.prototxt", "/digits.caffemodel", "-o", "/out", "--format", "json"]
        folded = run("chroot", root, *fold)
        export = [binary, "export", "/digits.prototxt", "/digits.caffemodel", "-o", "/net.onnx"]
        exported = run("chroot", root, *export)
        wrong = run("chroot", root, binary, "inspect", "/nothing.prototxt")
    finally:
        run("umount", root / "proc")
    assert folded.returncode == 0, folded.stderr
    assert json.loads(folded.stdout)["check"]["passed"]
    assert (root / "out" / "digits.caffemodel").exists()
    assert exported.returncode == 0, exported.stderr
    assert "\nproven: " in exported.stderr
    assert (wrong.returncode, wrong.stderr) == (
        2, "/nothing.prototxt: error: cannot be opened: no such file or directory\n",
    )  # fmt: skip


def commands():
    """The words of every command."""
    top = json.loads(run(only("caffold"), "--experimental-dump-help").stdout)["command"]

    def below(command, words):
        for inner in command.get("subcommands", []):
            if inner.get("shouldDisplay", True) and inner["commandName"] != "help":
                yield " ".join([*words, inner["commandName"]])
                yield from below(inner, [*words, inner["commandName"]])

    return list(below(top, []))


def test_the_man_page_describes_every_command(installed):
    _, tree = installed
    page = run("gzip", "-dc", tree / "share" / "man" / "man1" / "caffold.1.gz").stdout
    assert re.findall(r"^\.SS caffold (.*)$", page.replace("\\-", "-"), re.MULTILINE) == commands()
    if shutil.which("man") is None:
        pytest.skip("no man here")
    shown = run("man", "--warnings", "-l", "-", input=page, env={**os.environ, "MANPAGER": "cat"})
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "caffold rules prove" in shown.stdout


def test_bash_completes_commands_and_flags(installed):
    _, tree = installed
    script = tree / "share" / "bash-completion" / "completions" / "caffold"

    def completed(*words):
        line = " ".join(words)
        program = f"""
source {script}
COMP_WORDS=({line}) COMP_CWORD={len(words) - 1} COMP_LINE='{line}' COMP_POINT={len(line)}
$(complete -p caffold | sed 's/.*-F \\([^ ]*\\).*/\\1/') caffold '{words[-1]}' '{words[-2]}'
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        done = run("bash", "-c", program, env={"PATH": f"{tree / 'bin'}:/usr/bin:/bin"})
        assert done.returncode == 0, done.stderr
        return sorted(word.strip() for word in done.stdout.splitlines() if word)

    assert completed("caffold", "ex") == ["export", "extract"]
    assert "--dry-run" in completed("caffold", "fold", "--d")


@pytest.mark.parametrize(
    ("shell", "file"),
    [("zsh", "zsh/vendor-completions/_caffold"), ("fish", "fish/vendor_completions.d/caffold.fish")],
)
def test_other_shells_complete_every_command(installed, shell, file):
    _, tree = installed
    script = tree / "share" / file
    text = script.read_text()
    for words in commands():
        assert re.search(rf"\b{words.split()[-1]}\b", text), words
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here: the script was read, not run")
    assert run(shell, "-n", script).returncode == 0


def test_licences_schemas_and_examples_are_in_it(installed):
    _, tree = installed
    documents = tree / "share" / "doc" / "caffold"
    assert (documents / "copyright").read_bytes() == (ROOT / "LICENSE").read_bytes()
    for component in ("swift-argument-parser", "LibYAML", "GNU C Library", "Swift standard", "libdispatch"):
        assert component in (documents / "THIRD-PARTY-NOTICES").read_text()
    examples = tree / "share" / "caffold" / "examples"
    for path in [*DIGITS, *OWN]:
        assert (examples / path.parent.name / path.name).read_bytes() == path.read_bytes()
    schemas = tree / "share" / "caffold" / "schemas"
    assert {path.name for path in schemas.iterdir()} == {
        path.name for path in (ROOT / "Documentation" / "schemas").glob("*.json")
    }


def test_the_image_holds_the_binary_alone():
    """No engine runs here, so the file is read: it copies what there is, onto nothing."""
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines()]
    steps = [line for line in lines if line and not line[0].startswith("#")]
    assert [step[0] for step in steps] == ["FROM", "COPY", "COPY", "WORKDIR", "ENTRYPOINT"]
    assert steps[0] == ["FROM", "scratch"]
    copied = [source for step in steps if step[0] == "COPY" for source in step[1:-1]]
    assert copied == ["LICENSE", "THIRD-PARTY-NOTICES", "out/dist/caffold"]
    assert all((ROOT / source).exists() for source in copied[:2])
    sent = (ROOT / ".dockerignore").read_text().splitlines()[1:]
    assert sent == ["*", *(f"!{source}" for source in copied)]
    assert steps[-1][1] == '["/caffold"]'
