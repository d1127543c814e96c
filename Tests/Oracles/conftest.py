"""Fixtures, and the tables of figures that tests collect with `record_property("figures", ...)`."""

import pathlib

import caffold
import pytest

SHARED = caffold.ROOT.parent / "shared"


@pytest.fixture(scope="session")
def command():
    """The command under test; without it the test fails, it does not skip."""
    if not caffold.BINARY.exists():
        pytest.fail(f"no command at {caffold.BINARY}: run `make build`, or set CAFFOLD")
    return caffold


@pytest.fixture
def pair(tmp_path):
    """A copy of the digits net, in a folder of its own."""
    folder = tmp_path / "in"
    folder.mkdir()
    copies = [folder / path.name for path in caffold.DIGITS]
    for copy, path in zip(copies, caffold.DIGITS, strict=True):
        copy.write_bytes(path.read_bytes())
    return copies


@pytest.fixture
def rules(tmp_path):
    """Writes a rule file, and the folders of its name, below the folder of the test; gives its path."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def shared(*parts):
    """A path below ../shared, or a skip that says so."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there: tests on real nets need the shared test data")
    return path


def shared_names(*parts, pattern="*"):
    """Names to parametrise with; one placeholder, which then skips, when the folder is missing."""
    folder = SHARED.joinpath(*parts)
    return sorted(path.name for path in folder.glob(pattern) if path.name != "README.md") or ["(shared)"]


def pytest_terminal_summary(terminalreporter):
    tables = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "figures" and report.when == "call":
                tables.setdefault(pathlib.Path(report.location[0]).stem, []).append(value)
    for title, rows in sorted(tables.items()):
        terminalreporter.section(title, "-")
        if title == "test_random_nets":
            _summarise(terminalreporter, rows)
            continue
        width = max(len(row[0]) for row in rows)
        for row in sorted(rows):
            terminalreporter.line(f"{row[0]:<{width}}  {row[1]}")


def _summarise(terminalreporter, rows):
    errors = [row[1] for row in rows]
    worst = max(rows, key=lambda row: row[1])
    near = sum(error <= 1e-5 for error in errors)
    rewrites, refusals = (sum(row[i] for row in rows) for i in (2, 3))
    terminalreporter.line(
        f"{len(rows)} nets, {near} within 1e-5 of the largest output, worst {worst[1]:.1e} ({worst[0]});"
        f" {rewrites} rewrites, {refusals} refusals with a reason"
    )
