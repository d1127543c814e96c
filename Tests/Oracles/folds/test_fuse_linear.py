"""The set `fuse-linear`: linear layers that become one, run by OpenCV before and after."""

import nets
import numpy as np
import opencv
import pytest
from small_nets import HEAD, batch_norm, layer, normal, positive, scale, statistics

SHAPE = (2, 6, 9, 8)


def convolution(name, bottom, out, more="kernel_size: 1", kind="Convolution"):
    return layer(kind, name, bottom, None, f"convolution_param {{ num_output: {out} {more} }}")


def inner_product(name, bottom, out, more=""):
    return layer("InnerProduct", name, bottom, None, f"inner_product_param {{ num_output: {out} {more} }}")


def eltwise(name, bottoms, more=""):
    return layer("Eltwise", name, bottoms, None, f"eltwise_param {{ {more} }}" if more else "")


class Fused:
    """A net from text and blobs by layer name, folded and run."""

    def __init__(self, command, folder, text, blobs, *flags, shape=SHAPE, storage=None):
        text = (HEAD % " ".join(f"dim: {d}" for d in shape) + text).encode()
        weights = nets.schema.NetParameter()
        for message in nets.parse(text).layer:
            if message.name in blobs:
                stored = weights.layer.add(name=message.name, type=message.type)
                nets.fill(stored, blobs[message.name])
                for blob in stored.blobs if storage == "half" else ():
                    values = nets.array(blob).astype(np.float16)
                    blob.ClearField("data")
                    blob.raw_data_type, blob.raw_data = 2, values.tobytes()
        selection = flags or ("--select", "fuse-linear")
        self.folded = command.fold(text, weights.SerializeToString(), folder, *selection)
        after = nets.parse(self.folded.definition)
        self.layers = [message for message in after.layer if message.type != "Input"]
        self.types = [message.type for message in self.layers]
        self.blobs = nets.blobs_by_name(nets.decode(self.folded.weights))
        self.count = sum(blob.size for values in self.blobs.values() for blob in values)
        if storage is None:
            pair = (nets.parse(text), weights), (after, nets.decode(self.folded.weights))
            inputs = {"data": normal(*shape)}
            before, now = (opencv.run(*opencv.prepare(*one), inputs) for one in pair)
            assert before.keys() == now.keys()
            assert all(before[name].shape == now[name].shape for name in before)
            assert max(opencv.differences(before, now).values()) <= 1e-5


@pytest.fixture
def fused(command, tmp_path):
    return lambda *arguments, **options: Fused(command, tmp_path, *arguments, **options)


def blobs(shape, bias):
    """Weights and perhaps a bias, small enough for sums of thousands."""
    values = [normal(*shape) / np.float32(np.sqrt(np.prod(shape[1:])))]
    return [*values, normal(shape[0])] if bias else values


TERMS = [(True, True), (True, False), (False, True), (False, False)]


def term(bias):
    return "" if bias else "bias_term: false"


@pytest.mark.parametrize("biases", TERMS)
@pytest.mark.parametrize(
    ("groups", "window", "strides"),
    [
        ((1, 1), "kernel_size: 3 pad: 1", (1, 1)),
        ((1, 2), "kernel_size: 3 pad: 2 dilation: 2", (2, 1)),
        ((3, 3), "kernel_h: 3 kernel_w: 1 pad_h: 1 pad_w: 0 stride_h: 1 stride_w: 2", (None, 2)),
        ((2, 2), "kernel_size: 2", (2, 3)),
    ],
)
def test_pointwise_behind(fused, biases, groups, window, strides):
    (g, h), (one, other) = groups, biases
    first = f"{window} group: {g} {term(one)}" + (f" stride: {strides[0]}" if strides[0] else "")
    text = convolution("a", "data", 18, first)
    text += convolution("b", "a", 12, f"kernel_size: 1 stride: {strides[1]} group: {h} {term(other)}")
    kernel = {"kernel_size: 2": (2, 2)}.get(window, (3, 1) if "kernel_h" in window else (3, 3))
    made = {"a": blobs((18, 6 // g, *kernel), one), "b": blobs((12, 18 // h, 1, 1), other)}
    net = fused(text, made)
    assert [m.name for m in net.layers] == ["a"]
    assert net.blobs["a"][0].shape == (12, 6 // g, *kernel)
    assert len(net.blobs["a"]) == (2 if one or other else 1)


@pytest.mark.parametrize("biases", TERMS)
@pytest.mark.parametrize("group", [1, 2])
@pytest.mark.parametrize("window", ["kernel_size: 3", "kernel_size: 3 pad: 1 stride: 2", "kernel_size: 1"])
def test_pointwise_before(fused, biases, group, window):
    one, other = biases
    text = convolution("a", "data", 12, f"kernel_size: 1 group: {group} {term(one)}")
    text += convolution("b", "a", 8, f"{window} group: {group} {term(other)}")
    kernel = (1, 1) if window == "kernel_size: 1" else (3, 3)
    made = {
        "a": blobs((12, 6 // group, 1, 1), one),
        "b": blobs((8, 12 // group, *kernel), other),
    }
    net = fused(text, made)
    if one and "pad" in window:
        assert [m.name for m in net.layers] == ["a", "b"]
        return
    assert len(net.layers) == 1
    assert net.blobs[net.layers[0].name][0].shape == (8, 6 // group, *kernel)


@pytest.mark.parametrize("biases", TERMS)
def test_pointwise_behind_a_deconvolution(fused, biases):
    one, other = biases
    text = convolution("up", "data", 18, f"kernel_size: 4 stride: 2 pad: 1 {term(one)}", "Deconvolution")
    text += convolution("score", "up", 5, f"kernel_size: 1 {term(other)}")
    up = blobs((6, 18, 4, 4), False) + ([normal(18)] if one else [])
    net = fused(text, {"up": up, "score": blobs((5, 18, 1, 1), other)})
    assert [m.name for m in net.layers] == ["up"]
    assert net.blobs["up"][0].shape == (6, 5, 4, 4)


@pytest.mark.parametrize("bias", [True, False])
def test_pointwise_before_a_deconvolution(fused, bias):
    text = convolution("a", "data", 12, f"kernel_size: 1 {term(bias)}")
    text += convolution("up", "a", 5, "kernel_size: 4 stride: 2 pad: 1", "Deconvolution")
    up = [*blobs((12, 5, 4, 4), False), normal(5)]
    net = fused(text, {"a": blobs((12, 6, 1, 1), bias), "up": up})
    assert len(net.layers) == (2 if bias else 1)


@pytest.mark.parametrize("biases", TERMS)
@pytest.mark.parametrize("transposes", [(False, False), (True, False), (False, True), (True, True)])
def test_inner_products(fused, biases, transposes):
    inputs = int(np.prod(SHAPE[1:]))
    sizes = {"a": (40, inputs), "b": (7, 40)}
    text, made, last = "", {}, "data"
    for (name, size), bias, transpose in zip(sizes.items(), biases, transposes):
        text += inner_product(
            name, last, size[0], f"{term(bias)} transpose: {'true' if transpose else 'false'}"
        )
        made[name] = blobs(size, bias)
        if transpose:
            made[name][0] = np.ascontiguousarray(made[name][0].T)
        last = name
    net = fused(text, made)
    assert [m.name for m in net.layers] == ["a"]
    assert net.blobs["a"][0].shape == ((inputs, 7) if transposes[0] else (7, inputs))


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("biases", TERMS)
def test_pointwise_before_an_inner_product(fused, biases, transpose):
    one, other = biases
    text = convolution("a", "data", 8, f"kernel_size: 1 {term(one)}")
    text += inner_product("b", "a", 5, f"{term(other)} transpose: {'true' if transpose else 'false'}")
    made = {"a": blobs((8, 6, 1, 1), one), "b": blobs((5, 8 * 72), other)}
    if transpose:
        made["b"][0] = np.ascontiguousarray(made["b"][0].T)
    net = fused(text, made)
    assert [m.name for m in net.layers] == ["b"]
    assert net.blobs["b"][0].shape == ((6 * 72, 5) if transpose else (5, 6 * 72))


@pytest.mark.parametrize(
    ("windows", "kernels"),
    [
        (("kernel_size: 3 pad: 1", "kernel_size: 1"), ((3, 3), (1, 1))),
        (("kernel_size: 3 pad: 2 dilation: 2", "kernel_size: 1"), ((3, 3), (1, 1))),
        (("kernel_size: 5 pad: 2 stride: 2", "kernel_size: 3 pad: 1 stride: 2"), ((5, 5), (3, 3))),
        (
            (
                "kernel_h: 3 kernel_w: 3 pad_h: 1 pad_w: 1",
                "kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 1",
            ),
            ((3, 3), (1, 3)),
        ),
    ],
)
@pytest.mark.parametrize("biases", TERMS)
@pytest.mark.parametrize("coefficients", ["", "coeff: 0.5 coeff: -2"])
@pytest.mark.parametrize("order", ["a b", "b a"])
def test_sum(fused, windows, kernels, biases, coefficients, order):
    text, made = "", {}
    for name, window, kernel, bias in zip("ab", windows, kernels, biases):
        text += convolution(name, "data", 4, f"{window} group: 2 {term(bias)}")
        made[name] = blobs((4, 3, *kernel), bias)
    net = fused(text + eltwise("sum", order, coefficients), made)
    assert [m.name for m in net.layers] == ["a"]
    assert net.blobs["a"][0].shape == (4, 3, *kernels[0])


@pytest.mark.parametrize("order", ["a b c", "c a b", "a c b", "b c a"])
@pytest.mark.parametrize("group", [1, 3, 6])
def test_a_block_of_repvgg_becomes_one_convolution(fused, order, group):
    text = convolution("a", "data", 6, f"kernel_size: 3 pad: 1 group: {group} bias_term: false")
    text += batch_norm("a_bn", "a", "a") + scale("a_scale", "a", "a")
    text += convolution("b", "data", 6, f"kernel_size: 1 group: {group} bias_term: false")
    text += batch_norm("b_bn", "b", "b") + scale("b_scale", "b", "b")
    text += batch_norm("c_bn", "data", "c") + scale("c_scale", "c", "c")
    text += eltwise("sum", order) + layer("ReLU", "relu", "sum", "sum")
    made = {"a": blobs((6, 6 // group, 3, 3), False), "b": blobs((6, 6 // group, 1, 1), False)}
    for name in "abc":
        made[f"{name}_bn"], made[f"{name}_scale"] = statistics(6), [positive(6), normal(6)]
    net = fused(text, made, "--extend-select", "fuse-linear")
    assert net.types == ["Convolution", "ReLU"]
    assert net.count == 6 * 6 // group * 9 + 6


def test_more_branches_than_convolutions(fused):
    text = convolution("a", "data", 6, "kernel_size: 3 pad: 1") + convolution("b", "data", 6)
    text += layer("TanH", "t", "data") + scale("s", "data") + eltwise("sum", "t b data s a", "coeff: 1 " * 5)
    made = {"a": blobs((6, 6, 3, 3), True), "b": blobs((6, 6, 1, 1), True), "s": [positive(6), normal(6)]}
    net = fused(text, made)
    assert net.types == ["Convolution", "TanH", "Eltwise"]
    assert list(net.layers[-1].bottom) == ["t", "a"]


@pytest.mark.parametrize("coefficients", ["", "coeff: 2 coeff: -0.5"])
@pytest.mark.parametrize("order", ["a data", "data a"])
@pytest.mark.parametrize("group", [1, 2])
def test_a_residual_sum(fused, coefficients, order, group):
    text = convolution("a", "data", 6, f"kernel_size: 3 pad: 2 dilation: 2 group: {group}")
    made = {"a": blobs((6, 6 // group, 3, 3), True)}
    assert fused(text + eltwise("sum", order, coefficients), made).types == ["Convolution"]


@pytest.mark.parametrize("biases", TERMS)
def test_siblings_in_a_concat(fused, biases):
    window = "kernel_size: 3 pad: 1"
    text, made = layer("Pooling", "p", "data", None, "pooling_param { kernel_size: 3 pad: 1 }"), {}
    for name, out, bias in zip("abc", (3, 5, 2), (*biases, True)):
        text += convolution(name, "data", out, f"{window} {term(bias)}")
        made[name] = blobs((out, 6, 3, 3), bias)
    net = fused(text + layer("Concat", "joined", "a b p c"), made)
    assert net.types == ["Pooling", "Convolution", "Convolution", "Concat"]
    assert net.blobs["a"][0].shape == (8, 6, 3, 3)
    assert list(net.layers[-1].bottom) == ["a", "p", "c"]


def test_siblings_alone_need_no_concat(fused):
    text = convolution("a", "data", 3) + convolution("b", "data", 5)
    made = {"a": blobs((3, 6, 1, 1), True), "b": blobs((5, 6, 1, 1), True)}
    assert fused(text + layer("Concat", "joined", "a b"), made).types == ["Convolution"]


def test_a_bottleneck_stays(fused):
    """A narrow layer in the middle saves work: folded, 6·64 numbers would become 64·64."""
    text = convolution("wide", "data", 64) + layer("ReLU", "relu", "wide", "wide")
    text += convolution("narrow", "wide", 4) + convolution("out", "narrow", 64, "kernel_size: 3 pad: 1")
    made = {
        "wide": blobs((64, 6, 1, 1), True),
        "narrow": blobs((4, 64, 1, 1), False),
        "out": blobs((64, 4, 3, 3), True),
    }
    text = text.replace("num_output: 4 ", "num_output: 4 bias_term: false ")
    assert fused(text, made).types == ["Convolution", "ReLU", "Convolution", "Convolution"]


def test_half_precision_stays_half(fused):
    text = convolution("a", "data", 18, "kernel_size: 3 pad: 1") + convolution("b", "a", 4)
    text += convolution("c", "data", 4, "kernel_size: 3 pad: 1") + layer("Concat", "joined", "b c")
    made = {
        "a": blobs((18, 6, 3, 3), True),
        "b": blobs((4, 18, 1, 1), True),
        "c": blobs((4, 6, 3, 3), True),
    }
    net = fused(text, made, storage="half")
    assert net.types == ["Convolution"]
    stored = {
        name: [v.astype(np.float16).astype(np.float64) for v in values] for name, values in made.items()
    }
    mix = stored["b"][0][:, :, 0, 0]
    weights = np.concatenate([np.einsum("om,mikl->oikl", mix, stored["a"][0]), stored["c"][0]])
    bias = np.concatenate([mix @ stored["a"][1] + stored["b"][1], stored["c"][1]])
    for found, exact in zip(net.blobs["a"], (weights, bias)):
        assert found.dtype == np.float16
        assert found.shape == exact.shape
        # rounded once, from Double
        assert np.array_equal(found, exact.astype(np.float16))
