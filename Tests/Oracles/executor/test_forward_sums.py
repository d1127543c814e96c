"""Layers that normalise, reduce, combine and interpolate, against NumPy in float64 and against OpenCV."""

import layer_cases
import numpy as np
import pytest
from layer_cases import Case

COUNT = 60


def single(number):
    """A parameter as Caffe keeps it."""
    return float(np.float32(number))


def wide(bottoms):
    return [value.astype(np.float64) for value in bottoms]


def image(r, longest=7):
    return r.normal(*[r.integer(1, 3), *(r.integer(1, longest) for _ in range(3))])


def lrn(r):
    value = image(r)
    size, alpha, beta = r.choice([1, 3, 5, 7]), r.choice([single(1e-4), 0.5, 2]), r.choice([0.75, 0.5, 1.25])
    k = 1 if r.for_opencv else r.choice([1, 2, 0.5])  # OpenCV does not look at it
    fields, reach = f"local_size: {size} alpha: {alpha} beta: {beta}", size // 2
    squares = value.astype(np.float64) ** 2
    sums = np.zeros_like(squares)
    if r.chance(0.5):
        fields += " norm_region: WITHIN_CHANNEL"
        padded = np.pad(squares, [(0, 0), (0, 0), (reach, reach), (reach, reach)])
        for y in range(size):
            for x in range(size):
                sums += padded[:, :, y : y + value.shape[2], x : x + value.shape[3]]
        expected = value * (1 + alpha / size**2 * sums) ** -beta
    else:
        fields += f" k: {k}"
        padded = np.pad(squares, [(0, 0), (reach, reach), (0, 0), (0, 0)])
        for c in range(size):
            sums += padded[:, c : c + value.shape[1]]
        expected = value * (k + alpha / size * sums) ** -beta
    return Case(f"lrn_param {{ {fields} }}", [value], [expected])


def mvn(r):
    value = image(r) + np.float32(3)
    across, variance, eps = r.chance(0.5), r.chance(0.7), r.choice([None, single(1e-3), 0.5])
    if r.for_opencv:
        eps = None  # which OpenCV adds to the variance
        if value[0, 0].size < 8:
            return None  # where a small variance shows OpenCV's rounding
    if value[0].size == value.shape[1] or (across and value[0].size < 2):
        return mvn(r)  # nothing but rounding is left of one value
    fields = f"across_channels: {across} normalize_variance: {variance}".lower()
    if eps:
        fields += f" eps: {eps}"
    axes = (1, 2, 3) if across else (2, 3)
    expected = value.astype(np.float64)
    expected = expected - expected.mean(axes, keepdims=True)
    if variance:
        expected = expected / (np.sqrt((expected**2).mean(axes, keepdims=True)) + (eps or 1e-9))
    return Case(f"mvn_param {{ {fields} }}", [value], [expected])


def normalize(r):
    value = image(r)
    across, shared, eps = r.chance(0.5), r.chance(0.5), r.choice([None, single(1e-3), 0.5])
    if r.for_opencv and across and not shared:
        return None
    fields = f"across_spatial: {across} channel_shared: {shared}".lower() + (f" eps: {eps}" if eps else "")
    scale = r.normal(1 if shared else value.shape[1])
    squares = (value.astype(np.float64) ** 2).sum((1, 2, 3) if across else 1, keepdims=True)
    expected = value / np.sqrt(squares + (eps or 1e-10)) * scale.astype(np.float64).reshape(1, -1, 1, 1)
    return Case(f"norm_param {{ {fields} }}", [value], [expected], [scale])


def softmax(r):
    value = r.normal(*r.shape(), scale=r.choice([1, 5, 50]))
    axis, written = r.axis(value.shape)
    powers = np.exp(value.astype(np.float64) - value.max(axis, keepdims=True))
    expected = powers / powers.sum(axis, keepdims=True)
    return Case(f"softmax_param {{ axis: {written} }}", [value], [expected])


def eltwise(r):
    shape = r.shape()
    bottoms = [r.normal(*shape) for _ in range(r.integer(2, 4))]
    operation = r.choice(["SUM", "PROD", "MAX"])
    fields, values = f"operation: {operation}", wide(bottoms)
    if operation == "SUM":
        if r.chance(0.5):
            factors = [r.choice([1, -1, 0.5, 2.25]) for _ in bottoms]
            fields += "".join(f" coeff: {factor}" for factor in factors)
            values = [value * factor for value, factor in zip(values, factors)]
        expected = sum(values)
    else:
        expected = (np.multiply if operation == "PROD" else np.maximum).reduce(values)
    return Case(f"eltwise_param {{ {fields} }}", bottoms, [expected])


def axpy(r):
    x = image(r)
    scale = r.normal(*x.shape[:2], *([1, 1] if r.chance(0.7) else []))
    b = r.normal(*x.shape)
    factors = scale.astype(np.float64).reshape(*x.shape[:2], 1, 1)
    return Case("", [scale, x, b], [factors * x + b])


def reduction(r):
    value = r.normal(*r.shape())
    axis, written = r.axis(value.shape)
    operation, factor = r.choice(["SUM", "ASUM", "SUMSQ", "MEAN"]), r.choice([1, 1, 2.5, -0.5])
    fields = f"operation: {operation} axis: {written} coeff: {factor}"
    flat = value.astype(np.float64).reshape(*value.shape[:axis], -1)
    flat = {"ASUM": np.abs, "SUMSQ": np.square}.get(operation, lambda same: same)(flat)
    expected = factor * (flat.mean(-1) if operation == "MEAN" else flat.sum(-1))
    return Case(f"reduction_param {{ {fields} }}", [value], [np.asarray(expected)])


def arg_max(r):
    value = r.normal(*r.shape(2, 4))
    if r.chance(0.3):
        value = np.round(value)  # equal values: the last one is the largest
    values = r.chance(0.4)
    axis, written = r.axis(value.shape)
    whole = r.chance(0.5)
    rows = value.reshape(value.shape[0], -1) if whole else np.moveaxis(value, axis, -1)
    top = r.integer(1, min(3, rows.shape[-1]))
    places = rows.shape[-1] - 1 - np.argsort(-rows[..., ::-1], -1, kind="stable")[..., :top]
    best = np.take_along_axis(rows, places, -1)
    fields = f"top_k: {top} out_max_val: {values}".lower()
    if whole:
        made = np.stack([places, best], 1) if values else places[:, None]
        expected = made.reshape(*made.shape, *[1] * (value.ndim - 3))
    else:
        fields += f" axis: {written}"
        expected = np.moveaxis(best if values else places, -1, axis)
    return Case(f"argmax_param {{ {fields} }}", [value], [expected.astype(np.float64)])


def interp(r):
    value = image(r, 9)
    before, after = (0, 0) if r.for_opencv else (r.integer(0, 1), r.integer(0, 1))
    height, width = (size - before - after for size in value.shape[2:])
    if min(height, width) < 1:
        return interp(r)
    bottoms, fields = [value], f"pad_beg: {-before} pad_end: {-after} " if before + after else ""
    way = r.choice(["size", "zoom"] + ["shrink", "reference", "both"] * (not r.for_opencv))
    if way in ("size", "reference"):
        new = r.integer(1, 12), r.integer(1, 12)
        if way == "size":
            fields += f"height: {new[0]} width: {new[1]}"
        else:
            bottoms.append(r.normal(1, 2, *new))
    else:
        new = height, width
        if way != "zoom":
            factor = r.integer(1, 3)
            fields += f"shrink_factor: {factor} "
            new = [(size - 1) // factor + 1 for size in new]
        if way != "shrink":
            factor = r.integer(1, 3)
            fields += f"zoom_factor: {factor}"
            new = [size + (size - 1) * (factor - 1) for size in new]
    expected = value.astype(np.float64)[:, :, before : before + height, before : before + width]
    for axis, (old, size) in enumerate(zip((height, width), new), 2):
        if size == old:
            continue
        # positions are single-precision in Caffe whatever the arithmetic
        ratio = np.float32(old - 1) / np.float32(size - 1) if size > 1 else np.float32(0)
        at = ratio * np.arange(size, dtype=np.float32)
        low = np.minimum(at.astype(int), old - 1)
        weight = (at - low.astype(np.float32)).astype(np.float64)
        weight = weight.reshape([-1 if place == axis else 1 for place in range(4)])
        high = np.minimum(low + 1, old - 1)
        expected = (1 - weight) * expected.take(low, axis) + weight * expected.take(high, axis)
    return Case(f"interp_param {{ {fields} }}", bottoms, [expected])


#: What makes a case, its layer type, and whether OpenCV has the layer; its Axpy is wrong for some shapes.
LAYERS = [
    (lrn, "LRN", True),
    (mvn, "MVN", True),
    (normalize, "Normalize", True),
    (softmax, "Softmax", True),
    (eltwise, "Eltwise", True),
    (axpy, "Axpy", False),
    (reduction, "Reduction", False),
    (arg_max, "ArgMax", False),
    (interp, "Interp", True),
]


@pytest.mark.parametrize(("make", "kind", "opencv"), LAYERS)
def test_layer(make, kind, opencv, record_property):
    cases = layer_cases.draw(make, COUNT, opencv)
    layer_cases.hold(kind, cases, record_property, single=2e-6)
