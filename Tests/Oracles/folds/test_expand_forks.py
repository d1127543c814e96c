"""The set `expand-forks`: layers of forks' types become layers of BVLC's that compute the same.

NumPy computes what the forks' layers do, by the formulas of their sources (`fork_layers`) or by those
below. The expanded net has BVLC's types and fields alone, and caffold's executor runs it,
which knows those from Caffe's own outputs.
"""

import re

import bvlc_schema
import caffold
import fork_layers
import layer_cases
import numpy as np
import pytest
from google.protobuf import text_format
from layer_cases import Case, message

COUNT = 16
TOLERANCE = 2e-5
#: Layer types of BVLC's `layer_factory.cpp` that run at TEST.
BVLC = set(
    [
        "AbsVal",
        "ArgMax",
        "BNLL",
        "BatchNorm",
        "BatchReindex",
        "Bias",
        "Concat",
        "Convolution",
        "Crop",
        "Deconvolution",
        "Dropout",
        "ELU",
        "Eltwise",
        "Embed",
        "Exp",
        "Flatten",
        "Im2col",
        "InnerProduct",
        "Input",
        "LRN",
        "LSTM",
        "Log",
        "MVN",
        "PReLU",
        "Parameter",
        "Pooling",
        "Power",
        "RNN",
        "ReLU",
        "Reduction",
        "Reshape",
        "SPP",
        "Scale",
        "Sigmoid",
        "Silence",
        "Slice",
        "Softmax",
        "Split",
        "TanH",
        "Threshold",
        "Tile",
    ]
)
MAKERS = {}


def kinds(*names):
    def register(make):
        for name in names:
            MAKERS[name] = make
        return make

    return register


@kinds("ReLU6")
def relu6(r):
    x = r.normal(*r.shape(), scale=6)
    return Case("", [x], [np.clip(x.astype(float), 0, 6)])


@kinds("Swish")
def swish(r):
    x, beta = r.normal(*r.shape(), scale=2), r.choice([None, 0.5, 2])
    wide = x.astype(float)
    return Case(message("swish_param", beta=beta), [x], [wide / (1 + np.exp(-(beta or 1) * wide))])


@kinds("Axpy")
def axpy(r):
    shape = r.image()
    scale, x, y = r.normal(*shape[:2], 1, 1), r.normal(*shape), r.normal(*shape)
    return Case("", [scale, x, y], [scale.astype(float) * x + y])


@kinds("ShuffleChannel")
def shuffle(r):
    groups, (n, c, h, w) = r.integer(1, 4), r.image()
    x = r.normal(n, groups * c, h, w)
    made = x.reshape(n, groups, c, h, w).swapaxes(1, 2).reshape(x.shape)
    return Case(message("shuffle_channel_param", group=groups), [x], [made.astype(float)])


@kinds("Permute")
def permute(r):
    x = r.normal(*r.shape(least=2))
    named = r.sample(range(x.ndim), r.integer(1, x.ndim))
    order = named + [axis for axis in range(x.ndim) if axis not in named]
    return Case(message("permute_param", order=named), [x], [x.transpose(order).astype(float)])


@kinds("Normalize")
def normalize(r):
    x = r.normal(*r.image())
    by_image, shared, eps = r.chance(0.4), r.chance(0.4), r.choice([None, 0.5])
    factor = r.normal(1 if shared else x.shape[1])
    wide = x.astype(float)
    length = (wide**2).sum(axis=(1, 2, 3) if by_image else 1, keepdims=True)
    made = wide / np.sqrt(length + (eps or 1e-10)) * factor.reshape(1, -1, 1, 1)
    text = message("norm_param", across_spatial=by_image, channel_shared=shared, eps=eps)
    return Case(text, [x], [made], [factor])


@kinds("Upsample")
def upsample(r):
    x, s = r.normal(*r.image()), r.integer(1, 3)
    return Case(message("upsample_param", scale=s), [x], [x.repeat(s, 2).repeat(s, 3).astype(float)])


@kinds("Interp")
def interp(r):
    x = r.normal(*r.image())
    sizes = [r.integer(1, 9), r.integer(1, 9)]
    made = x.astype(float)
    for axis, size in zip((2, 3), sizes, strict=True):
        old = made.shape[axis]
        place = np.arange(size) * ((old - 1) / (size - 1) if size > 1 else 0)
        low = np.minimum(np.floor(place).astype(int), old - 1)
        high = np.minimum(low + 1, old - 1)
        part = (place - low).reshape([-1 if k == axis else 1 for k in range(4)])
        made = made.take(low, axis) * (1 - part) + made.take(high, axis) * part
    return Case(message("interp_param", height=sizes[0], width=sizes[1]), [x], [made])


@kinds("DepthwiseConvolution", "ConvolutionDepthwise")
def depthwise(r):
    n, c, h, w = r.image()
    x, weights, bias = r.normal(n, c, h, w), r.normal(c, 1, 1, 1), r.normal(c)
    has_bias = r.chance(0.5)
    text = message("convolution_param", num_output=c, kernel_size=1, bias_term=None if has_bias else False)
    made = x.astype(float) * weights.reshape(1, c, 1, 1) + (bias.reshape(1, c, 1, 1) if has_bias else 0)
    return Case(text, [x], [made], [weights, bias] if has_bias else [weights])


@kinds("BN")
def normalised(r):
    x = r.normal(*r.image())
    c = x.shape[1]
    gamma, beta = r.normal(1, c, 1, 1), r.normal(1, c, 1, 1)
    wide = x.astype(float)
    if r.chance(0.4):
        return Case(message("bn_param", bn_mode="INFERENCE"), [x], [wide * gamma + beta], [gamma, beta])
    mean, variance = r.normal(1, c, 1, 1), np.abs(r.normal(1, c, 1, 1)) + np.float32(0.1)
    made = (wide - mean) / np.sqrt(variance.astype(float) + 1e-3) * gamma + beta
    return Case(message("bn_param", eps=1e-3, frozen=True), [x], [made], [gamma, beta, mean, variance])


def joining(operation):
    def make(r):
        x, by_blob = r.normal(*r.shape(least=2)), r.chance(0.4)
        y = r.normal(*x.shape[r.integer(0, x.ndim - 1) :])
        made = operation(x.astype(float), y.astype(float))
        return Case("", [x] if by_blob else [x, y], [made], [y] if by_blob else [])

    return make


MAKERS["Add"], MAKERS["Mul"] = joining(np.add), joining(np.multiply)

#: The types of forks' layers whose makers `fork_layers` has.
OTHERS = [
    "HardSwish", "HSwish", "HSigmoid", "Mish", "SeLu", "SeLU", "NegReLU", "NegSquare", "Insanity",
    "ScaleFilter", "EltwiseAffine", "GRN", "ChannelNorm", "ConvolutionSK", "Transpose", "Flip", "Reverse",
    "Reorg",
]  # fmt: skip
MAKERS.update({kind: fork_layers.MAKERS[kind] for kind in OTHERS})


def expand(kind, cases, folder, *flags):
    net = layer_cases.Net(kind, cases)
    model, weights = folder / "net.prototxt", folder / "net.caffemodel"
    model.write_bytes(net.definition)
    bare = bvlc_schema.NetParameter(layer=[{"name": "l0", "type": kind}])
    weights.write_bytes(net.weights or bare.SerializeToString())
    made = folder / "out.prototxt", folder / "out.caffemodel"
    names = ("--output-model", made[0], "--output-weights", made[1])
    done = caffold.run("fold", model, weights, "--select", "expand-forks", *names, *flags)
    assert done.code == 0, done.stderr
    return net, *made


@pytest.mark.parametrize("kind", MAKERS)
def test_type(kind, tmp_path, record_property):
    cases = [MAKERS[kind](layer_cases.Random(seed)) for seed in range(COUNT)]
    net, model, weights = expand(kind, cases, tmp_path)
    written = text_format.Parse(model.read_text(), bvlc_schema.NetParameter())
    types = {layer.type for layer in written.layer}
    assert types <= BVLC, types - BVLC
    names = [layer.name for layer in written.layer]
    assert len(set(names)) == len(names)
    inputs = tmp_path / "net.npz"
    np.savez(inputs, **net.inputs)
    done = caffold.run("run", model, weights, "--input", inputs, "--outputs", tmp_path / "made.npz")
    assert done.code == 0, done.stderr
    worst = net.check(np.load(tmp_path / "made.npz"), TOLERANCE)
    record_property("figures", (kind, f"{COUNT} cases in BVLC's layers: worst {worst:.1e}"))


def test_every_definition_is_tried():
    table = caffold.run("rules", "reference", "--expansions").stdout
    types = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert types - {"CuDNNBatchNorm"} == set(MAKERS)


def test_what_a_definition_does_not_describe_stays(tmp_path):
    case = Case("upsample_param { scale: 2 }", [np.ones((1, 1, 2, 2), np.float32)] * 2, [np.zeros(1)])
    _, model, _ = expand("Upsample", [case], tmp_path)
    assert 'type: "Upsample"' in model.read_text()
