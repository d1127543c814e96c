"""Convolutions and poolings of forks: in volumes, with holes, with weights of few levels."""

import math

import numpy as np
from fork_draw import F, away, kinds
from layer_cases import Case, message


def windows(x, kernel, strides, places):
    """For each place of a window over the last axes: the place, and what the window holds."""
    for place in np.ndindex(*places):
        cut = tuple(
            slice(at * stride, at * stride + size)
            for at, stride, size in zip(place, strides, kernel, strict=True)
        )
        yield place, x[(slice(None), slice(None), *cut)]


@kinds("Convolution3D", "CONVOLUTION3D")
def convolution_3d(r):
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(3, 5), r.integer(3, 6), r.integer(3, 6))
    outputs, depth, size = r.integer(1, 4), r.integer(1, 3), r.integer(1, 3)
    stride, step, pad, pad_in_time = r.integer(1, 2), r.integer(1, 2), r.integer(0, 1), r.integer(0, 1)
    bias = r.chance(0.7)
    weights = r.normal(outputs, x.shape[1], depth, size, size)
    blobs = [weights, r.normal(1, 1, 1, 1, outputs)] if bias else [weights]
    text = message(
        r.choice(["convolution3d_param", "convolution_param"]),
        num_output=outputs,
        kernel_size=size,
        kernel_depth=depth,
        stride=stride if stride > 1 or r.chance(0.5) else None,
        temporal_stride=step if step > 1 or r.chance(0.5) else None,
        pad=pad if pad or r.chance(0.5) else None,
        temporal_pad=pad_in_time if pad_in_time or r.chance(0.5) else None,
        bias_term=None if bias else False,
        filter_group=r.choice([None, 1]),
    )
    pads = (pad_in_time, pad, pad)
    padded = np.pad(x.astype(float), [(0, 0), (0, 0), *((pad, pad) for pad in pads)])
    kernel, strides = (depth, size, size), (step, stride, stride)
    places = [(s - k) // t + 1 for s, k, t in zip(padded.shape[2:], kernel, strides, strict=True)]
    made = np.zeros((len(x), outputs, *places))
    for place, held in windows(padded, kernel, strides, places):
        made[(slice(None), slice(None), *place)] = np.einsum("ncdhw,ocdhw->no", held, weights.astype(float))
    if bias:
        made += blobs[1].reshape(1, -1, 1, 1, 1)
    return Case(text, [x], [made], blobs)


@kinds("Pooling3D", "POOLING3D")
def pooling_3d(r):
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(3, 6), r.integer(3, 7), r.integer(3, 7))
    size, depth = r.integer(2, 3), r.integer(1, 3)
    stride, step = r.integer(1, size), r.integer(1, depth)
    is_mean = r.chance(0.5)
    pad = r.integer(0, size - 1) if is_mean else 0
    text = message(
        r.choice(["pooling3d_param", "pooling_param"]),
        pool="AVE" if is_mean else r.choice([None, "MAX"]),
        kernel_size=size,
        kernel_depth=depth,
        stride=stride if stride > 1 or r.chance(0.5) else None,
        temporal_stride=step if step > 1 or r.chance(0.5) else None,
        pad=pad if pad or r.chance(0.3) else None,
    )
    sizes, pads = x.shape[2:], (0, pad, pad)
    kernel, strides = (depth, size, size), (step, stride, stride)
    each = list(zip(sizes, pads, kernel, strides, strict=True))
    places = [math.ceil((s + 2 * p - k) / t) + 1 for s, p, k, t in each]
    made = np.zeros((*x.shape[:2], *places))
    for place in np.ndindex(*places):
        cut, count = [], 1
        for at, (s, p, k, t) in zip(place, each, strict=True):
            start = at * t - p
            end = min(start + k, s + p)
            count *= end - start
            cut.append(slice(max(start, 0), min(end, s)))
        held = x[(slice(None), slice(None), *cut)].astype(float)
        made[(slice(None), slice(None), *place)] = (
            held.sum((2, 3, 4)) / count if is_mean else held.max((2, 3, 4))
        )
    return Case(text, [x], [made])


def both(r, fields, name, high, word):
    """Draws a field for both axes, or one for each; the sizes."""
    one, other = r.integer(1, high), r.integer(1, high)
    if r.chance(0.5):
        fields[word] = one
        return [one, one]
    fields[f"{name}_h"], fields[f"{name}_w"] = one, other
    return [one, other]


@kinds("ConvolutionSK")
def convolution_sk(r):
    group = r.integer(1, 2)
    outputs, inputs = group * r.integer(1, 2), group * r.integer(1, 2)
    fields = {"num_output": outputs, "group": group if group > 1 else None}
    kernel = both(r, fields, "kernel", 3, "kernel_size")
    stride = both(r, fields, "stride", 2, "stride")
    gap = both(r, fields, "kstride", 3, "kstride")
    bias = r.chance(0.7)
    if not bias:
        fields["bias_term"] = False
    x = [r.normal(r.integer(1, 2), inputs, r.integer(7, 9), r.integer(7, 9)) for _ in range(r.integer(1, 2))]
    x = [x[0], *(r.normal(*x[0].shape) for _ in x[1:])]
    weights = r.normal(outputs, inputs // group, *kernel)
    blobs = [weights, r.normal(1, 1, 1, outputs)] if bias else [weights]
    made = []
    for value in x:
        reach = [(k - 1) * g + 1 for k, g in zip(kernel, gap, strict=True)]
        places = [(s - e) // t + 1 for s, e, t in zip(value.shape[2:], reach, stride, strict=True)]
        top = np.zeros((len(value), outputs, *places))
        for place, held in windows(value.astype(float), reach, stride, places):
            held = held[:, :, :: gap[0], :: gap[1]]
            for part in range(group):
                of = slice(part * inputs // group, (part + 1) * inputs // group)
                to = slice(part * outputs // group, (part + 1) * outputs // group)
                top[:, to, place[0], place[1]] = np.einsum("nchw,ochw->no", held[:, of], weights[to])
        made.append(top + blobs[1].reshape(1, -1, 1, 1) if bias else top)
    return Case(message("convolution_param", **fields), x, made, blobs)


@kinds("PoolingSK")
def pooling_sk(r):
    fields = {"pool": r.choice([None, "MAX"])}
    kernel = both(r, fields, "kernel", 3, "kernel_size")
    stride = both(r, fields, "stride", 2, "stride")
    gap = both(r, fields, "kstride", 3, "kstride")
    if r.chance(0.3):
        fields["pad"] = 0
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(7, 10), r.integer(7, 10))
    reach = [(k - 1) * g + 1 for k, g in zip(kernel, gap, strict=True)]
    sizes = list(zip(x.shape[2:], reach, stride, strict=True))
    # ceil(float(size - reach) / stride) + 1, as the source has it.
    places = [math.ceil((s - e) / t) + 1 for s, e, t in sizes]
    # The definition refuses windows that begin beyond the bottom.
    if any((place - 1) * t >= s for place, (s, _, t) in zip(places, sizes, strict=True)):
        return pooling_sk(r)
    made = np.full((*x.shape[:2], *places), -np.finfo(F).max)
    for h, w in np.ndindex(*places):
        rows = range(h * stride[0], min(h * stride[0] + reach[0], x.shape[2]), gap[0])
        columns = range(w * stride[1], min(w * stride[1] + reach[1], x.shape[3]), gap[1])
        for row in rows:
            for column in columns:
                made[:, :, h, w] = np.maximum(made[:, :, h, w], x[:, :, row, column])
    return Case(message("pooling_param", **fields), [x], [made])


def steps(r, low):
    """The blob of caffe-FQ's layers: the number of levels, the step, the lowest and the highest level."""
    levels, step = r.integer(3, 9), F(2.0 ** r.integer(-4, 0))
    least = -levels // 2 if low else 0
    return np.array([levels, step, least, (levels - 1) // 2 if low else levels - 1], F)


def to_levels(x, quant):
    return np.clip(away(x.astype(float) / quant[1]), quant[2], quant[3]) * quant[1]


@kinds("FQActive")
def quantised_values(r):
    x, quant = r.value(), steps(r, r.chance(0.5))
    x.flat[0] = r.choice([0.5, 1.5, -0.5, -2.5]) * quant[1]
    return Case("", [x], [to_levels(x, quant)], [quant])


@kinds("FQConvolution")
def quantised_convolution(r):
    quant, bias = steps(r, True), r.chance(0.5)
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(3, 5), r.integer(3, 5))
    weights = r.normal(r.integer(1, 3), x.shape[1], r.integer(1, 2), r.integer(1, 2))
    fields = {"num_output": len(weights), "kernel_h": weights.shape[2], "kernel_w": weights.shape[3]}
    blobs = [weights, r.normal(len(weights)), quant] if bias else [weights, quant]
    places = [s - k + 1 for s, k in zip(x.shape[2:], weights.shape[2:], strict=True)]
    made = np.zeros((len(x), len(weights), *places))
    for place, held in windows(x.astype(float), weights.shape[2:], (1, 1), places):
        made[:, :, place[0], place[1]] = np.einsum("nchw,ochw->no", held, to_levels(weights, quant))
    made = made + blobs[1].reshape(1, -1, 1, 1) if bias else made
    return Case(message("convolution_param", **fields, bias_term=None if bias else False), [x], [made], blobs)


@kinds("FQInnerProduct")
def quantised_product(r):
    quant, bias = steps(r, True), r.chance(0.5)
    x, outputs = r.normal(r.integer(1, 3), r.integer(1, 3), r.integer(1, 3)), r.integer(1, 4)
    weights = r.normal(outputs, x[0].size)
    blobs = [weights, r.normal(outputs), quant] if bias else [weights, quant]
    made = x.astype(float).reshape(len(x), -1) @ to_levels(weights, quant).T
    text = message("inner_product_param", num_output=outputs, bias_term=None if bias else False)
    return Case(text, [x], [made + blobs[1] if bias else made], blobs)
