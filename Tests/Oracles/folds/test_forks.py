"""The dialects of forks: each folds to what its formula says, in NumPy and float64, to one ulp."""

import nets
import numpy as np
import numpy_fold
import pytest
from small_nets import HEAD, layer, normal, positive

EPSILON = np.float64(np.float32(1e-5))


def root(variance, epsilon=EPSILON):
    return np.sqrt(variance.astype(np.float64) + epsilon)


def normalised(gamma, beta, mean, variance, epsilon=EPSILON):
    """(scale, shift) of γ·(x − mean)/√(variance + ε) + β."""
    scale = np.float64(gamma) / root(variance, epsilon)
    return scale, np.float64(beta) - mean.astype(np.float64) * scale


def numbers(c):
    return normal(c), normal(c), normal(c), positive(c)


def nvcaffe_before_16(c):
    gamma, beta, mean, variance = numbers(c)
    blobs = [gamma, beta, mean, variance, np.array([7.0])]
    return "BatchNorm", "", blobs, normalised(gamma, beta, mean, variance)


def nvcaffe(c):
    gamma, beta, mean, variance = numbers(c)
    blobs = [mean, variance, np.array([7.0]), gamma, beta]
    text = "batch_norm_param { scale_bias: true eps: 1e-7 }"
    return "BatchNorm", text, blobs, normalised(gamma, beta, mean, variance)


def nvcaffe_without_scale(c):
    _, _, mean, variance = numbers(c)
    text = "batch_norm_param { scale_bias: false eps: 0.01 }"
    f = 1 / np.float64(7.0)
    expected = normalised(1, 0, mean * f, variance * f, np.float64(np.float32(0.01)))
    return "BatchNorm", text, [mean, variance, np.array([7.0])], expected


def intel(c):
    gamma, beta, mean, variance = numbers(c)
    factor = np.float32(999.98)
    blobs = [mean, variance, np.array([factor]), gamma, beta]
    f = 1 / np.float64(factor)
    return "BatchNorm", "", blobs, normalised(gamma, beta, np.float64(mean) * f, np.float64(variance) * f)


def intel_without_bias(c):
    kind, text, blobs, _ = intel(c)
    f = 1 / np.float64(np.float32(blobs[2][0]))
    expected = normalised(blobs[3], 0, np.float64(blobs[0]) * f, np.float64(blobs[1]) * f)
    return kind, text, blobs[:4], expected


def segnet(c):
    scale, shift = normal(c), normal(c)
    expected = scale.astype(np.float64), shift.astype(np.float64)
    return "BN", "bn_param { bn_mode: INFERENCE }", [v.reshape(1, -1, 1, 1) for v in (scale, shift)], expected


def pspnet(c, kind="BN"):
    gamma, beta, mean, variance = numbers(c)
    expected = normalised(gamma, beta, mean, variance, np.float64(np.float32(1e-3)))
    return kind, "bn_param { eps: 0.001 }", [gamma, beta, mean, variance], expected


def cudnn(c):
    return pspnet(c, "CuDNNBatchNorm")


def dropout(c):
    text = "dropout_param { scale_train: false dropout_ratio: 0.3 }"
    keep = 1 - np.float64(np.float32(0.3))
    return "Dropout", text, [], (np.full(c, keep), np.zeros(c))


DIALECTS = [
    nvcaffe_before_16, nvcaffe, nvcaffe_without_scale, intel, intel_without_bias,
    segnet, pspnet, cudnn, dropout,
]  # fmt: skip

ABSORBERS = {
    "Convolution": ("convolution_param { num_output: 6 kernel_size: 3 group: 2 }", (6, 3, 3, 3)),
    "ConvolutionDepthwise": ("convolution_param { num_output: 6 kernel_size: 3 }", (6, 1, 3, 3)),
    "DepthwiseConvolution": ("convolution_param { num_output: 6 kernel_size: 3 }", (6, 1, 3, 3)),
    "Deconvolution": ("convolution_param { num_output: 6 kernel_size: 2 group: 3 }", (6, 2, 2, 2)),
    "InnerProduct": ("inner_product_param { num_output: 6 }", (6, 384)),
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("absorber", ABSORBERS)
@pytest.mark.parametrize("bias", [True, False])
def test_a_dialect_folds_to_its_formula(command, tmp_path, dialect, absorber, bias):
    parameters, shape = ABSORBERS[absorber]
    if not bias:
        parameters = parameters.replace("num_output", "bias_term: false num_output")
    kind, text, stored, (scale, shift) = dialect(6)
    net = HEAD % "dim: 1 dim: 6 dim: 8 dim: 8" + layer(absorber, "linear", "data", "linear", parameters)
    net += layer(kind, "norm", "linear", "linear", text) + layer("ReLU", "relu", "linear", "linear")
    linear = [normal(*shape)] + ([normal(6)] if bias else [])
    weights = nets.schema.NetParameter()
    nets.fill(weights.layer.add(name="linear", type=absorber), linear)
    if stored:
        nets.fill(weights.layer.add(name="norm", type=kind), stored)
    folded = command.fold(net.encode(), weights.SerializeToString(), tmp_path)
    after = nets.parse(folded.definition)
    assert [message.type for message in after.layer] == ["Input", absorber, "ReLU"]
    message = nets.parse(net.encode()).layer[1]
    exact = numpy_fold.absorb(message, linear, scale, shift)
    found = nets.blobs_by_name(nets.decode(folded.weights))["linear"]
    if not shift.any() and not bias:
        assert len(found) == 1
        exact = exact[:1]
    assert len(found) == len(exact)
    for values, expected in zip(found, exact):
        assert values.shape == expected.shape
        assert numpy_fold.ulps(values.ravel(), expected.ravel()) <= 1


@pytest.mark.parametrize("text", ["", "bn_param { bn_mode: LEARN }"])
def test_segnets_bn_that_learns_stays(command, tmp_path, text):
    net = HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + layer(
        "Convolution", "conv", "data", "conv", "convolution_param { num_output: 6 kernel_size: 1 }"
    )
    net += layer("BN", "norm", "conv", "conv", text)
    weights = nets.schema.NetParameter()
    nets.fill(weights.layer.add(name="conv", type="Convolution"), [normal(6, 3, 1, 1), normal(6)])
    nets.fill(weights.layer.add(name="norm", type="BN"), [normal(6), normal(6)])
    folded = command.fold(net.encode(), weights.SerializeToString(), tmp_path)
    assert [refusal["reason"] for refusal in folded.refused["norm"]] == ["batch-statistics"]
