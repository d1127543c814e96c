"""Documentation/Limits.md names a test for every limit, and the test is there."""

import re

from caffold import ROOT

PAGE = (ROOT / "Documentation/Limits.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("|") and not re.match(r"\|(---| What )", line)]
SOURCES = "\n".join(
    path.read_text() for kind in ("*.swift", "*.py") for path in (ROOT / "Tests").rglob(kind)
)


def test_every_limit_names_tests_that_are_there():
    assert len(ROWS) > 20
    for row in ROWS:
        tests = re.findall(r"`(?:(\w+)\.)?(\w+)`", row.split("|")[-2])
        assert tests, row
        for suite, test in tests:
            assert re.search(rf"(func|def) {test}\(", SOURCES), row
            assert not suite or re.search(rf"struct {suite}\b", SOURCES), row
