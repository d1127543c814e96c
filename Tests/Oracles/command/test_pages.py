"""Every page of the documentation that has commands is played, by `support/page_player.py`.

`UPDATE_PAGE=1` writes into the pages what the commands print, to be looked at before it is committed.
"""

import os
import re
import runpy

import caffold
import nets
import numpy as np
import onnx_files
import page_player
import pytest
from numpy_layers import convolution, per_channel

DOCUMENTATION = caffold.ROOT / "Documentation"
OWN_RULE = caffold.ROOT / "examples" / "own-rule"
PAGES = [
    path
    for path in [
        *caffold.ROOT.glob("README*.md"),
        *DOCUMENTATION.glob("*.md"),
        *caffold.ROOT.glob("examples/*/README.md"),
        caffold.ROOT / "python" / "README.md",
    ]
    if page_player.has_commands(path.read_text())
]
CHINESE = sorted([*caffold.ROOT.glob("*.zh-CN.md"), *DOCUMENTATION.glob("*.zh-CN.md")])


def name(path):
    return str(path.relative_to(caffold.ROOT))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_the_page_says_what_happens(command, path, tmp_path, record_property):
    written = path.read_text()
    player = page_player.Player(tmp_path)
    played = player.text(written)
    if os.environ.get("UPDATE_PAGE"):
        path.write_text(played)
    assert written == played
    record_property("figures", (name(path), f"{player.commands} commands"))
    for more in ALSO.get(path.name, ()):
        more(played, tmp_path)


def own_net_in_numpy(x):
    """What the vendor's documentation says the convolution and VendorNorm of examples/own-rule compute."""
    layers = nets.blobs_by_name(nets.decode_file(OWN_RULE / "net.caffemodel"))
    geometry = {"group": 1, "stride": (2, 2), "pad": (0, 0), "dilation": (1, 1)}
    y = convolution(x.astype(np.float64), layers["conv1"][0], None, **geometry)
    gamma, beta, mean, variance = (v.astype(np.float64) for v in layers["norm1"])
    floor = np.float64(np.float32(0.01))
    y = (y - per_channel(mean, y)) * per_channel(gamma / np.sqrt(variance + floor), y) + per_channel(beta, y)
    return layers, geometry, y


def folds_compute_what_the_vendor_says(played, folder):
    assert "did you mean 'vendor_norm_param'?" in played
    assert "WRONG" in played
    assert played.count("held on 200 of 200 nets\n") == 2
    x = np.random.default_rng(5).standard_normal((2, 3, 16, 16))
    _, geometry, expected = own_net_in_numpy(x)
    for out in ("out", "out2"):
        folded = nets.blobs_by_name(nets.decode_file(folder / "my-rule" / out / "net.caffemodel"))
        assert "norm1" not in folded
        found = convolution(x, *folded["conv1"], **geometry)
        assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()


def exports_compute_what_the_vendor_says(played, folder):
    assert played.count("\nproven: ") == 5
    assert played.count("\nequal: ") == 1
    assert "no definition says what VendorNorm computes" in played
    assert "did you mean 'Sub'?" in played

    # A batch of any size.
    digits = np.random.default_rng(1).standard_normal((5, 1, 8, 8)).astype(np.float32)
    batch = onnx_files.run(folder / "batch.onnx", {"data": digits})["prob"]
    single = [onnx_files.run(folder / "digits.onnx", {"data": digits[i : i + 1]})["prob"] for i in range(5)]
    assert onnx_files.relative(batch, np.concatenate(single)) <= 1e-6

    x = np.random.default_rng(5).standard_normal((1, 3, 16, 16)).astype(np.float32)
    layers, _, y = own_net_in_numpy(x)
    weights, bias = (v.astype(np.float64) for v in layers["fc"])
    scores = np.maximum(y, 0).reshape(1, -1) @ weights.reshape(4, -1).T + bias
    expected = np.exp(scores) / np.exp(scores).sum()
    made = onnx_files.run(folder / "net.onnx", {"data": x})["prob"]
    assert onnx_files.relative(made, expected) <= 1e-5


ALSO = {
    "YourOwnRule.md": [folds_compute_what_the_vendor_says],
    "Export.md": [exports_compute_what_the_vendor_says],
}


def test_the_weights_of_the_example_are_those_that_its_script_makes():
    made = runpy.run_path(str(OWN_RULE / "make.py"))["weights"]()
    assert made == (OWN_RULE / "net.caffemodel").read_bytes()


def blocks(path):
    """The blocks of a page without the comments of their commands."""
    return [
        (left_out != "", kind, file, re.sub(r"\s+# .*$", "", body, flags=re.MULTILINE))
        for left_out, kind, file, body in page_player.BLOCK.findall(path.read_text())
    ]


@pytest.mark.parametrize("path", CHINESE, ids=name)
def test_both_languages_have_the_same_blocks(path):
    english = path.with_name(path.name.replace(".zh-CN", ""))
    assert blocks(english), "no block was found"
    assert blocks(path) == blocks(english)


LINKED = sorted({*caffold.ROOT.glob("*.md"), *DOCUMENTATION.glob("*.md"), *PAGES})


@pytest.mark.parametrize("path", LINKED, ids=name)
def test_links_lead_somewhere(path):
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"\w+:", target):
            continue
        file, _, anchor = target.partition("#")
        goal = path.parent / file if file else path
        assert goal.exists(), target
        if anchor:
            assert anchor in anchors(goal), target


def anchors(path):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in headings)
    return {text.strip().replace(" ", "-") for text in words}
