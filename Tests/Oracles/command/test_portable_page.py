"""The page 'Nets that the next tool reads': its commands run, their output compared."""

import shutil

import caffold
from page import play

PAGE = caffold.ROOT / "Documentation" / "Portable.md"
EXAMPLE = caffold.ROOT / "examples" / "own-rule"


def test_the_page_says_what_happens(command, tmp_path):
    for name in ("net.prototxt", "net.caffemodel"):
        shutil.copy(EXAMPLE / name, tmp_path)
    text = play(PAGE, tmp_path)
    assert PAGE.read_text() == text
    assert 'type: "Convolution"' in text
    assert "float16" in text
