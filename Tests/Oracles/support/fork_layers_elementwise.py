"""Layers of forks that compute element by element or normalise channels."""

import math

import numpy as np
from fork_draw import MAKERS, kinds
from layer_cases import Case, message


@kinds("HardSwish", "HSwish")
def hard_swish(r):
    x = edge_values(r)
    return Case("", [x], [x * np.clip(x.astype(float) + 3, 0, 6) / 6])


@kinds("HSigmoid")
def hard_sigmoid(r):
    x = edge_values(r)
    return Case("", [x], [np.clip(x.astype(float) + 3, 0, 6) / 6])


def edge_values(r):
    x = r.value()
    x.flat[0] = r.choice([-3, 3, 0, 50, -50])
    return x


@kinds("Mish")
def mish(r):
    x = edge_values(r)
    wide = x.astype(float)
    return Case("", [x], [wide * np.tanh(np.logaddexp(0, wide))])


@kinds("SeLu", "SeLU")
def selu(r):
    x = edge_values(r)
    scale, alpha = (r.number(0.5, 2), r.number(0.5, 2)) if r.chance(0.5) else (None, None)
    text = message("selu_param", **{"lambda": scale}, alpha=alpha)
    scale, alpha = scale or 1.050700987, alpha or 1.67326324
    wide = np.minimum(x.astype(float), 0)
    return Case(text, [x], [np.where(x > 0, scale * x.astype(float), scale * alpha * np.expm1(wide))])


@kinds("NegReLU")
def negative_relu(r):
    x = edge_values(r)
    slope = r.choice([None, 0, 0.25, -1.5])
    text = message("relu_param", negative_slope=slope)
    return Case(text, [x], [np.minimum(x, 0) + float(slope or 0) * np.maximum(x, 0)])


@kinds("NegSquare")
def negative_square(r):
    x = edge_values(r)
    return Case("", [x], [-(x.astype(float) ** 2)])


@kinds("ExpMax")
def exp_max(r):
    x = r.normal(1, *r.image()[1:], scale=2)
    base, scale, shift = r.choice([None, -1, 2, 0.5]), r.choice([None, 0.5, 2]), r.choice([None, -1, 0.75])
    text = message("expmax_param", base=base, scale=scale, shift=shift)
    log = 1.0 if base in (None, -1) else math.log(base)
    below = x.astype(float) - x.max(axis=1, keepdims=True)
    return Case(text, [x], [np.exp(log * (scale or 1) * below) * math.exp(log * (shift or 0))])


@kinds("Insanity")
def insanity(r):
    x = edge_values(r)
    low = r.integer(1, 4)
    high = low + r.integer(1, 4)
    given = r.chance(0.7)
    low, high = (low, high) if given else (5, 10)
    slope = (high - low) / (math.log(high) - math.log(low))
    text = message("insanity_param", lb=low, ub=high) if given else ""
    return Case(text, [x], [np.maximum(x, 0) + np.minimum(x, 0).astype(float) / slope])


@kinds("ScaleFilter")
def scale_filter(r):
    x = r.normal(*r.image())
    return Case(message("scale_filter_param", min_scale=0.9, max_scale=1.1), [x], [x.astype(float)])


@kinds("EltwiseAffine")
def eltwise_affine(r):
    x = r.normal(*r.shape(least=2))
    shared = r.chance(0.3)
    factor, summand = ((r.normal(*([] if shared else [x.shape[1]]))) for _ in range(2))
    axes = [-1] + [1] * (x.ndim - 2)
    wide = x.astype(float) * factor.reshape(axes) + summand.reshape(axes)
    text = message("eltwise_affine_param", channel_shared=True) if shared else ""
    return Case(text, [x], [wide], [factor, summand])


@kinds("GRN")
def response_normalising(r):
    x = r.normal(*r.image())
    bias = r.choice([1e-8, 0.5, 2])
    wide = x.astype(float)
    length = np.sqrt((wide**2).sum(1, keepdims=True) + bias)
    return Case(message("grn_param", bias=bias), [x], [wide / length])


@kinds("ChannelNorm")
def channel_norm(r):
    x = r.normal(*r.image())
    return Case("", [x], [np.sqrt((x.astype(float) ** 2).sum(1, keepdims=True))])


def join(r, operation):
    shape = r.shape(least=1)
    cut = r.integer(0, len(shape) - 1)
    x, y = r.normal(*shape), r.normal(*(size if r.chance(0.6) else 1 for size in shape[cut:]))
    by_blob = r.chance(0.3)
    if not by_blob and r.chance(0.5):
        x, y = y, x
    made = operation(x.astype(float), y.astype(float))
    return Case("", [x] if by_blob else [x, y], [made], [y] if by_blob else [])


MAKERS["Add"] = lambda r: join(r, np.add)
MAKERS["Mul"] = lambda r: join(r, np.multiply)
