"""The oracles themselves: OpenCV reads every random net, and the NumPy fold agrees with it."""

import caffold
import netgen
import nets
import numpy as np
import numpy_fold
import opencv
import pytest
import wire

DIGITS = caffold.ROOT / "examples" / "digits"


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_numpy_fold_equals_opencv_on_random_nets(first):
    for seed in range(first, first + 20):
        sample = netgen.sample(seed)
        text, weights = opencv.prepare(nets.parse(sample.definition), nets.decode(sample.weights))
        before = opencv.run(text, weights, sample.inputs)
        if sample.readable_by_opencv:
            direct = opencv.run(sample.definition, sample.weights, sample.inputs)
            assert max(opencv.differences(direct, before).values()) == 0, f"seed {seed}"
        definition, changed, rewrites = numpy_fold.naive_fold(nets.parse(text), nets.decode(weights))
        after = opencv.run(nets.to_text(definition), changed.SerializeToString(), sample.inputs)
        assert max(opencv.differences(before, after).values()) < 1e-4, f"seed {seed}"
        assert len(rewrites) > 0 or not sample.features, f"seed {seed} folds nothing"


def test_numpy_fold_equals_opencv_on_the_digits_net():
    text, data = (DIGITS / f"digits.{suffix}" for suffix in ("prototxt", "caffemodel"))
    text, data = text.read_bytes(), data.read_bytes()
    definition, weights, _ = numpy_fold.naive_fold(nets.parse(text), nets.decode(data))
    inputs = nets.random_inputs(nets.parse(text))
    before = opencv.run(text, data, inputs, {"fc2"})
    after = opencv.run(nets.to_text(definition), weights.SerializeToString(), inputs, {"fc2"})
    assert max(opencv.differences(before, after).values()) < 1e-5
    assert nets.foldable_left(definition) == []
    assert not any(layer.type == "BatchNorm" for layer in definition.layer)


def test_a_wrong_fold_is_noticed():
    """The oracle can fail: eps forgotten in one layer of the digits net."""
    text, data = (DIGITS / "digits.prototxt").read_bytes(), (DIGITS / "digits.caffemodel").read_bytes()
    wrong = nets.parse(text)
    next(layer for layer in wrong.layer if layer.name == "conv2/bn").batch_norm_param.ClearField("eps")
    definition, weights, _ = numpy_fold.naive_fold(wrong, nets.decode(data))
    inputs = nets.random_inputs(wrong)
    before = opencv.run(text, data, inputs, {"fc2"})
    after = opencv.run(nets.to_text(definition), weights.SerializeToString(), inputs, {"fc2"})
    assert opencv.differences(before, after)["fc2"] > 1e-4


def test_ulps_counts_in_the_stored_type():
    one = np.ones(1)
    assert numpy_fold.ulps(one.astype(np.float32), one) == 0
    assert numpy_fold.ulps(np.nextafter(one.astype(np.float32), np.float32(2)), one) == 1
    assert numpy_fold.ulps(np.float16([1.5]), np.array([1.5 + 2**-11])) == 0.5


def test_wire_split_returns_every_byte():
    data = (DIGITS / "digits.caffemodel").read_bytes()
    assert b"".join(whole for *_, whole in wire.split(data)) == data
    assert set(nets.raw_layers(data)) == {layer.name for layer in nets.decode(data).layer}
