"""What no source file may do."""

import re

from caffold import ROOT

SOURCES = {path.relative_to(ROOT): path.read_text() for path in (ROOT / "Sources").rglob("*.swift")}
# The one file that multiplies sizes, after it has checked them.
SHAPE = "Sources/Tensors/Shape.swift"


def test_sizes_are_multiplied_by_shapes_alone():
    """A product of sizes that nobody checked overflows: `Shape` checks it when it is made."""
    product = re.compile(r"reduce\(\s*(?:into:\s*)?1\s*(?:,\s*&?\*\s*\)|\)\s*\{[^}]*\*)")
    found = [
        f"{path}:{text[: match.start()].count(chr(10)) + 1}: {match.group()}"
        for path, text in SOURCES.items()
        if str(path) != SHAPE
        for match in product.finditer(text)
    ]
    assert found == []
    assert product.search(SOURCES[next(path for path in SOURCES if str(path) == SHAPE)])
