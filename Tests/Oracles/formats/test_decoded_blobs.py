"""Python protobuf decodes what caffold encodes; the blobs equal the fold in float64 to 1 ulp."""

import caffold
import checks
import conftest
import nets
import numpy as np
import pytest
from real_models import ASSUMED, load


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_blobs_of_a_real_model(name, command, tmp_path, record_property):
    model, weights = load(name)
    flags = ["--assume-stored-statistics"] if name in ASSUMED else []
    folded = command.fold_files(model, weights, tmp_path, *flags)
    worst = checks.blobs(model.read_bytes(), weights.read_bytes(), folded)
    changed = sum(bool(rewrite["kept"] or rewrite["added"]) for rewrite in folded.rewrites)
    record_property("figures", (name, f"{changed:>3} folds, at most {worst:.2f} ulp from float64"))


def test_blobs_of_the_digits_net(command, tmp_path):
    digits = caffold.ROOT / "examples" / "digits"
    model, weights = digits / "digits.prototxt", digits / "digits.caffemodel"
    folded = command.fold_files(model, weights, tmp_path)
    checks.structure(model.read_bytes(), folded)
    assert checks.blobs(model.read_bytes(), weights.read_bytes(), folded) <= 1
    after = nets.parse(folded.definition)
    assert [layer.type for layer in after.layer] == [
        "Input", "Convolution", "ReLU", "Convolution", "ReLU", "Convolution", "ReLU", "Convolution", "ReLU",
        "Pooling", "InnerProduct", "ReLU", "InnerProduct", "Softmax",
    ]  # fmt: skip
    for layer in nets.decode(folded.weights).layer:
        if layer.type in nets.ABSORBERS:
            assert len(layer.blobs) == 2, layer.name
            assert np.isfinite(nets.array(layer.blobs[1])).all()


def test_weights_and_definition_agree_about_the_bias(command, tmp_path):
    """A layer that got a bias says so in the definition, and in the weights when they state it."""
    digits = caffold.ROOT / "examples" / "digits"
    folded = command.fold_files(digits / "digits.prototxt", digits / "digits.caffemodel", tmp_path)
    for net in (nets.parse(folded.definition), nets.decode(folded.weights)):
        for layer in net.layer:
            if layer.type == "Convolution":
                assert layer.convolution_param.bias_term, layer.name
            if layer.type == "InnerProduct":
                assert layer.inner_product_param.bias_term, layer.name
