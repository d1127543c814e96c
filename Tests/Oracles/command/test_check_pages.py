"""The pages about checks and targets: what their commands print, and their tables."""

import caffold
import page
import pytest

FOLDER = caffold.ROOT / "Documentation"


@pytest.mark.parametrize("name", ["Check.md", "Targets.md"])
def test_the_page_is_true(command, tmp_path, name):
    path = FOLDER / name
    before = path.read_text()
    assert page.play(path, tmp_path) == before


@pytest.mark.parametrize(("name", "table"), [("Check.md", "checks"), ("Targets.md", "targets")])
def test_the_table_is_the_programs(command, name, table):
    said = command.run("rules", "reference", f"--{table}").stdout
    assert said in (FOLDER / name).read_text()
