"""The page 'Your own rule in ten minutes': its blocks are copied, its commands run, their output compared."""

import runpy
import shutil

import caffold
import nets
import numpy as np
from numpy_layers import convolution, per_channel
from page import play

PAGE = caffold.ROOT / "Documentation" / "YourOwnRule.md"
EXAMPLE = caffold.ROOT / "examples" / "own-rule"


def test_the_page_says_what_happens(command, tmp_path):
    for name in ("net.prototxt", "net.caffemodel"):
        shutil.copy(EXAMPLE / name, tmp_path)
    page = play(PAGE, tmp_path)
    assert PAGE.read_text() == page
    assert page.count("```console") >= 8
    assert "did you mean 'vendor_norm_param'?" in page
    assert "WRONG" in page
    assert page.count("held on 200 of 200 nets\n") == 2

    # What the vendor's documentation says, in NumPy: both folds compute it.
    layers = nets.blobs_by_name(nets.decode_file(EXAMPLE / "net.caffemodel"))
    x = np.random.default_rng(5).standard_normal((2, 3, 16, 16))
    geometry = {"group": 1, "stride": (2, 2), "pad": (0, 0), "dilation": (1, 1)}
    y = convolution(x, layers["conv1"][0], None, **geometry)
    gamma, beta, mean, variance = (v.astype(np.float64) for v in layers["norm1"])
    floor = np.float64(np.float32(0.01))
    expected = (y - per_channel(mean, y)) * per_channel(gamma / np.sqrt(variance + floor), y) + per_channel(
        beta, y
    )
    for out in ("out", "out2"):
        folded = nets.blobs_by_name(nets.decode_file(tmp_path / out / "net.caffemodel"))
        assert "norm1" not in folded
        found = convolution(x, *folded["conv1"], **geometry)
        assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()


def test_the_weights_are_those_that_the_script_makes():
    made = runpy.run_path(str(EXAMPLE / "make.py"))["weights"]()
    assert made == (EXAMPLE / "net.caffemodel").read_bytes()
