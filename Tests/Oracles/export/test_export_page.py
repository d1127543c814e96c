"""The page 'Into ONNX': its commands are run, and what they wrote is run by onnxruntime."""

import shutil

import caffold
import nets
import numpy as np
import onnx_files
from numpy_layers import convolution, per_channel
from page import play

PAGE = caffold.ROOT / "Documentation" / "Export.md"
DIGITS = caffold.ROOT / "examples" / "digits"
OWN = caffold.ROOT / "examples" / "own-rule"


def test_the_page_says_what_happens(command, tmp_path):
    for path in (*DIGITS.glob("digits.*"), *OWN.glob("net.*")):
        shutil.copy(path, tmp_path)
    page = play(PAGE, tmp_path)
    assert PAGE.read_text() == page
    assert page.count("\nproven: ") == 4
    assert page.count("\nequal: ") == 1
    assert "no definition says what VendorNorm computes" in page
    assert "did you mean 'Sub'?" in page

    # A batch of any size.
    digits = np.random.default_rng(1).standard_normal((5, 1, 8, 8)).astype(np.float32)
    batch = onnx_files.run(tmp_path / "batch.onnx", {"data": digits})["prob"]
    single = [onnx_files.run(tmp_path / "digits.onnx", {"data": digits[i : i + 1]})["prob"] for i in range(5)]
    assert onnx_files.relative(batch, np.concatenate(single)) <= 1e-6

    # What the vendor's documentation says, in NumPy.
    layers = nets.blobs_by_name(nets.decode_file(OWN / "net.caffemodel"))
    x = np.random.default_rng(5).standard_normal((1, 3, 16, 16)).astype(np.float32)
    geometry = {"group": 1, "stride": (2, 2), "pad": (0, 0), "dilation": (1, 1)}
    y = convolution(x.astype(np.float64), layers["conv1"][0], None, **geometry)
    gamma, beta, mean, variance = (v.astype(np.float64) for v in layers["norm1"])
    y = (y - per_channel(mean, y)) * per_channel(gamma / np.sqrt(variance + 0.01), y) + per_channel(beta, y)
    weights, bias = (v.astype(np.float64) for v in layers["fc"])
    scores = np.maximum(y, 0).reshape(1, -1) @ weights.reshape(4, -1).T + bias
    expected = np.exp(scores) / np.exp(scores).sum()
    made = onnx_files.run(tmp_path / "net.onnx", {"data": x})["prob"]
    assert onnx_files.relative(made, expected) <= 1e-5
