"""The pages about checks and targets: their tables."""

import caffold
import pytest

FOLDER = caffold.ROOT / "Documentation"


@pytest.mark.parametrize(("name", "table"), [("Check.md", "checks"), ("Targets.md", "targets")])
def test_the_table_is_the_programs(command, name, table):
    said = command.run("rules", "reference", f"--{table}").stdout
    assert said in (FOLDER / name).read_text()
