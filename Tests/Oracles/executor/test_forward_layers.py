"""The executor's layers with parameters, activations and pooling, held to NumPy in float64 and to OpenCV."""

import zlib

import layer_cases
import numpy as np
import numpy_layers
import pytest
from layer_cases import Case, Random, message

COUNT = 60


#: BatchNorm's default, as Caffe keeps it.
EPSILON = float(np.float32(1e-5))


# -- activations


def elementwise(function, text=lambda r: ("", ())):
    """A layer that applies `function(x, *parameters)`; `text` draws the parameters."""

    def case(r):
        fields, parameters = text(r)
        x = r.value()
        return Case(fields, [x], [function(x.astype(np.float64), *parameters)])

    return case


def drawn(name, **ranges):
    """A message whose fields are drawn from ranges, or left out for their default (low, high, default)."""

    def text(r):
        fields, values = {}, []
        for field, (low, high, default) in ranges.items():
            given = default is None or r.chance(0.7)
            fields[field] = r.number(low, high) if given else None
            values.append(fields[field] if given else default)
        return message(name, **fields), values

    return text


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def clip_text(r):
    low = r.number(-2, 0.5)
    high = low + r.number(0, 2)
    return message("clip_param", min=low, max=high), (low, high)


def power(r):
    exponent, default = r.choice([1, 1, 0, 2, 3, 0.5, -1, None]), 1
    scale, shift = r.number(0, 2), r.number(0.1, 2)
    if exponent in (1, 2, 3, None):
        scale, shift = r.number(-2, 2), r.number(-2, 2)
    scale = r.choice([scale, scale, scale, 0, None])
    shift = r.choice([shift, shift, None]) if scale and exponent in (1, 2, 3) else shift
    x = np.abs(r.value()) + np.float32(0.1)
    p, s, t = (default if exponent is None else exponent, 1 if scale is None else scale, shift or 0)
    y = (t + s * x.astype(np.float64)) ** p
    return Case(message("power_param", power=exponent, scale=scale, shift=shift), [x], [y])


def logarithm(r):
    base = r.choice([None, -1, 2, 10, 0.5])
    scale, shift = r.choice([None, r.number(0.1, 2)]), r.choice([None, r.number(0, 2)])
    x = np.abs(r.value()) + np.float32(0.1)
    y = np.log(x.astype(np.float64) * (scale or 1) + (shift or 0))
    y = y / np.log(base) if base not in (None, -1) else y
    return Case(message("log_param", base=base, scale=scale, shift=shift), [x], [y])


def exponential(r):
    base = r.choice([None, -1, 2, 10, 0.5, 1])
    scale, shift = r.choice([None, r.number(-1, 1)]), r.choice([None, r.number(-1, 1)])
    x = r.value()
    exponent = x.astype(np.float64) * (1 if scale is None else scale) + (shift or 0)
    y = np.exp(exponent) if base in (None, -1) else float(base) ** exponent
    return Case(message("exp_param", base=base, scale=scale, shift=shift), [x], [y])


def prelu(r):
    x, shared = r.value(2), r.choice([None, False, True])
    slope = r.normal() if shared else r.normal(x.shape[1])
    wide = x.astype(np.float64)
    y = np.where(wide > 0, wide, numpy_layers.per_channel(slope, x) * wide)
    blob = slope.reshape(1) if shared and r.chance(0.5) else slope
    return Case(message("prelu_param", channel_shared=shared), [x], [y], [blob], opencv=blob.ndim == 1)


def dropout(r):
    ratio, scaled = r.choice([None, r.number(0.1, 0.9)]), r.choice([None, True, False])
    x = r.value()
    factor = 1 - (0.5 if ratio is None else ratio) if scaled is False else 1
    return Case(
        message("dropout_param", dropout_ratio=ratio, scale_train=scaled),
        [x], [x.astype(np.float64) * factor], opencv=scaled is None,
    )  # fmt: skip


def split(r):
    x = r.value()
    return Case("", [x], [x.astype(np.float64)] * r.integer(1, 3))


# -- layers with parameters


def spatial(r, rank, low, high):
    """Values for the axes and the fields that say so: (values, {suffix or '': value})."""
    same = r.chance(0.5)
    values = [r.integer(low, high)] * rank if same else [r.integer(low, high) for _ in range(rank)]
    return values, same


def convolution(r, deconvolution=False, depthwise=False):
    rank = r.choice([2, 2, 2, 1, 3])
    group = r.integer(1, 3)
    c, out = group * r.integer(1, 4), group * r.integer(1, 4 if not r.chance(0.2) else 9)
    if depthwise or r.chance(0.2):
        group, out = c, c * r.integer(1, 2)
    fields, values = {"num_output": out}, {}
    for name, low, high, default in (
        ("kernel_size", 1, 3, None),
        ("stride", 1, 3, 1),
        ("pad", 0, 2, 0),
        ("dilation", 1, 2, 1),
    ):
        if default is not None and r.chance(0.3):
            values[name] = [default] * rank
            continue
        values[name], same = spatial(r, rank, low, high)
        short = name.removesuffix("_size")
        if rank == 2 and name != "dilation" and r.chance(0.5):
            fields[f"{short}_h"], fields[f"{short}_w"] = values[name]
        else:
            fields[name] = values[name][0] if same and r.chance(0.7) else values[name]
    kernel, stride, pad, dilation = (values[k] for k in ("kernel_size", "stride", "pad", "dilation"))
    extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    least = [1 if deconvolution else max(1, e - 2 * p) for e, p in zip(extent, pad)]
    sizes = [n + r.integer(0, 12 if rank < 3 else 4) for n in least]
    if deconvolution:  # padding must not eat up the output
        sizes = [max(n, 2 + (2 * p - e) // s + 1) for n, p, e, s in zip(sizes, pad, extent, stride)]
    bias = r.choice([None, True, False])
    if bias is not None:
        fields["bias_term"] = bias
    if group > 1 and not depthwise:
        fields["group"] = group
    per = (c, out // group) if deconvolution else (out, c // group)
    weights = r.normal(*per, *kernel)
    blobs = [weights] + ([r.normal(out)] if bias is not False else [])
    x = r.normal(r.integer(1, 2), c, *sizes)
    function = numpy_layers.deconvolution if deconvolution else numpy_layers.convolution
    y = function(x, weights, blobs[1] if len(blobs) == 2 else None, group, stride, pad, dilation)
    readable = rank == 2 and not depthwise
    if deconvolution:  # OpenCV has no dilation there, and no padding beyond the window
        readable = readable and dilation == [1, 1] and all(p < k for p, k in zip(pad, kernel))
    return Case(
        message("convolution_param", **fields), [x], [y], blobs, opencv=readable,
        type=r.choice(["ConvolutionDepthwise", "DepthwiseConvolution"]) if depthwise else "",
    )  # fmt: skip


def inner_product(r):
    x = r.normal(*(r.image() if r.chance(0.5) else r.shape(2)))
    axis = r.choice([None, 1, r.integer(0, x.ndim - 1), -1])
    at = 1 if axis is None else axis % x.ndim
    count, out = int(np.prod(x.shape[at:])), r.integer(1, 70)
    transpose, bias = r.choice([None, False, True]), r.choice([None, True, False])
    weights = r.normal(count, out) if transpose else r.normal(out, count)
    blobs = [weights] + ([r.normal(out)] if bias is not False else [])
    y = x.reshape(*x.shape[:at], count).astype(np.float64) @ (weights if transpose else weights.T)
    if bias is not False:
        y = y + blobs[1]
    if r.chance(0.2):  # as old files have it
        blobs[0] = blobs[0].reshape(1, 1, *blobs[0].shape)
    text = message("inner_product_param", num_output=out, axis=axis, transpose=transpose, bias_term=bias)
    return Case(text, [x], [y], blobs, opencv=x.ndim == 4 and at == 1 and not transpose)


def batch_norm(r):
    x = r.value(2)
    c, wide = x.shape[1], x.astype(np.float64)
    eps, stored = r.choice([None, 1e-3, 2e-5, 0.1]), r.choice([None, True, True, False])
    if x.size // c < 4:
        stored = None
    mean, variance = r.normal(c), np.abs(r.normal(c)) + np.float32(0.05)
    gamma, beta, more = r.normal(c), r.normal(c), {}
    factor = np.array([r.choice([1, 999.9, 0.37])], np.float32)
    dialect = r.choice(["bvlc", "bvlc", "scale first", "nvcaffe", "intel", "intel without bias"])
    if c == 1 and dialect != "intel without bias":
        dialect = "bvlc"
    blobs = {
        "bvlc": [mean, variance, factor],
        "scale first": [gamma, beta, mean, variance, r.normal(1)],
        "nvcaffe": [mean, variance, r.normal(1), gamma, beta],
        "intel": [mean, variance, factor, gamma, beta],
        "intel without bias": [mean, variance, factor, gamma],
    }[dialect]
    if dialect == "nvcaffe":
        more["scale_bias"], eps = True, r.choice([eps, 1e-7])
    if dialect not in ("nvcaffe", "scale first"):
        mean, variance = mean / np.float64(factor), variance / np.float64(factor)
    gamma = 1 if dialect == "bvlc" else gamma
    beta = 0 if dialect in ("bvlc", "intel without bias") else beta
    if stored is False:
        axes = (0, *range(2, x.ndim))
        mean, variance = wide.mean(axes), wide.var(axes)
    epsilon = EPSILON if eps in (None, 1e-7) else float(np.float32(eps))
    s = gamma / np.sqrt(np.float64(variance) + epsilon)
    y = (wide - numpy_layers.per_channel(mean, x)) * numpy_layers.per_channel(s, x)
    y = y + (numpy_layers.per_channel(beta, x) if np.ndim(beta) else 0)
    if r.chance(0.2) and dialect == "bvlc":  # as old files have it
        blobs = [blob.reshape(1, -1, 1, 1) for blob in blobs]
    text = message("batch_norm_param", eps=eps, use_global_stats=stored, **more)
    return Case(text, [x], [y], blobs, opencv=dialect == "bvlc" and stored is not False)


def untrained_batch_norm(r):
    """A factor of 0: the blobs do not count, y = x/√ε."""
    x = r.value(2)
    blobs = [r.normal(x.shape[1]), np.abs(r.normal(x.shape[1])), np.zeros(1, np.float32)]
    eps = r.choice([None, 1e-3, 0.1])
    y = x.astype(np.float64) / np.sqrt(EPSILON if eps is None else float(np.float32(eps)))
    return Case(message("batch_norm_param", eps=eps), [x], [y], blobs, opencv=False, type="BatchNorm")


def bn(r):
    x = r.value(2)
    c, wide = x.shape[1], x.astype(np.float64)
    scale, shift, kind = r.normal(c), r.normal(c), "BN"
    spread = [numpy_layers.per_channel(value, x) for value in (scale, shift)]
    if r.chance(0.5):
        blobs, text = [scale, shift], "bn_param { bn_mode: INFERENCE }"
    else:
        mean, variance = r.normal(c), np.abs(r.normal(c)) + np.float32(0.05)
        eps = r.choice([None, 1e-3])
        blobs, text = [scale, shift, mean, variance], message("bn_param", eps=eps)
        kind = r.choice(["BN", "CuDNNBatchNorm"])
        root = np.sqrt(np.float64(variance) + (EPSILON if eps is None else float(np.float32(eps))))
        wide = (wide - numpy_layers.per_channel(mean, x)) / numpy_layers.per_channel(root, x)
    blobs = [blob.reshape(1, -1, 1, 1) for blob in blobs] if r.chance(0.5) else blobs
    return Case(text, [x], [wide * spread[0] + spread[1]], blobs, opencv=False, type=kind)


def broadcast(r, name, combine, biased):
    x = r.value()
    axis = r.integer(0, x.ndim - 1)
    count = r.integer(0, x.ndim - axis)
    if r.chance(0.4) and x.ndim > 1:
        axis, count = 1, 1
    two = r.chance(0.35)
    shape = x.shape[axis : axis + count]
    operand, bias = r.normal(*shape), None
    if biased and r.chance(0.5):
        bias = r.normal(*shape)
    fields = {"axis": axis - x.ndim if r.chance(0.3) else axis}
    if not two:
        fields["num_axes"] = -1 if axis + count == x.ndim and r.chance(0.5) else count
    if bias is not None:
        fields["bias_term"] = True
    usual = axis == 1 and count == 1 and x.ndim == 4
    if usual:
        fields = {k: v for k, v in fields.items() if k == "bias_term" or r.chance(0.5)}
        fields.pop("axis", None)
    at = axis if count else 0
    y = combine(x.astype(np.float64), numpy_layers.per_channel(operand, x, at))
    if bias is not None:
        y = y + numpy_layers.per_channel(bias, x, at)
    blobs = ([] if two else [operand]) + ([] if bias is None else [bias])
    # OpenCV reads scalars and several axes its own way
    return Case(message(name, **fields), [x, operand] if two else [x], [y], blobs, opencv=usual and not two)


def scale(r):
    return broadcast(r, "scale_param", lambda a, b: a * b, True)


def bias(r):
    case = broadcast(r, "bias_param", lambda a, b: a + b, False)
    case.opencv = False
    return case


def pooling(r):
    method = r.choice(["MAX", "AVE"])
    shape = r.image()
    fields = {"pool": method if method == "AVE" or r.chance(0.7) else None}
    if r.chance(0.15):
        x = r.normal(*shape)
        y = numpy_layers.pooling(x, method, shape[2:], [1, 1], [0, 0])[0]
        text = message("pooling_param", global_pooling=True, **fields)
        return Case(text, [x], [y], opencv=fields["pool"] is not None)
    values = {}
    for name, low, high in (("kernel_size", 1, 4), ("stride", 1, 3), ("pad", 0, 2)):
        values[name], _ = spatial(r, 2, low, high)
        if name == "pad":
            values[name] = [min(p, k - 1) for p, k in zip(values[name], values["kernel_size"])]
        if name == "stride":  # a window behind the image has no mean
            values[name] = [min(s, k) for s, k in zip(values[name], values["kernel_size"])]
        short = name.removesuffix("_size")
        if len(set(values[name])) > 1 or r.chance(0.3):
            fields[f"{short}_h"], fields[f"{short}_w"] = values[name]
        else:
            fields[name] = values[name][0]
    kernel, stride, pad = values["kernel_size"], values["stride"], values["pad"]
    # a window that is larger than the padded image gives one output, or none when rounding down
    shape[2:] = [max(n, k - 2 * p) for n, k, p in zip(shape[2:], kernel, pad)]
    field, up = r.choice([(None, True), (None, True), ("round_mode", False), ("ceil_mode", False)])
    if field:
        up = r.chance(0.5)
        fields[field] = ("CEIL" if up else "FLOOR") if field == "round_mode" else up
    x = r.normal(*shape)
    y, places = numpy_layers.pooling(x, method, kernel, stride, pad, up)
    two = method == "MAX" and r.chance(0.2)
    # OpenCV does not know round_mode and wants the method said
    readable = field != "round_mode" and not two and fields["pool"] is not None
    return Case(message("pooling_param", **fields), [x], [y, places] if two else [y], opencv=readable)


LAYERS = {
    "AbsVal": elementwise(np.abs),
    "BNLL": elementwise(lambda x: np.logaddexp(0, x)),
    "Clip": elementwise(np.clip, clip_text),
    "Dropout": dropout,
    "ELU": elementwise(
        lambda x, a: np.where(x > 0, x, a * np.expm1(x)), drawn("elu_param", alpha=(0.1, 2, 1))
    ),
    "Exp": exponential,
    "Log": logarithm,
    "Power": power,
    "PReLU": prelu,
    "ReLU": elementwise(
        lambda x, a: np.where(x > 0, x, a * x), drawn("relu_param", negative_slope=(-0.5, 1, 0))
    ),
    "ReLU6": elementwise(lambda x: np.clip(x * 1.0, 0, 6)),
    "Sigmoid": elementwise(sigmoid),
    "Split": split,
    "Swish": elementwise(lambda x, b: x * sigmoid(b * x), drawn("swish_param", beta=(0.1, 2, 1))),
    "TanH": elementwise(np.tanh),
    "Threshold": elementwise(lambda x, t: (x > t) * 1.0, drawn("threshold_param", threshold=(-1, 1, 0))),
    "BatchNorm": batch_norm,
    "BatchNorm, factor 0": untrained_batch_norm,
    "Bias": bias,
    "BN": bn,
    "Convolution": convolution,
    "Convolution, depthwise": lambda r: convolution(r, depthwise=True),
    "Deconvolution": lambda r: convolution(r, deconvolution=True),
    "InnerProduct": inner_product,
    "Pooling": pooling,
    "Scale": scale,
}

#: What OpenCV's importer does not have, or computes by another formula.
NOT_IN_OPENCV = {"BNLL", "Clip", "Exp", "Log", "Swish", "Threshold", "Split"}


@pytest.mark.parametrize("kind", LAYERS)
def test_layer(kind, record_property):
    cases = [LAYERS[kind](Random(zlib.crc32(kind.encode()), i)) for i in range(COUNT)]
    for case in cases:
        if kind in NOT_IN_OPENCV or case.inputs[0].ndim != 4:
            case.opencv = False
    layer_cases.hold(kind, cases, record_property)
