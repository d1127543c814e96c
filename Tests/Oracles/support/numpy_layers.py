"""Caffe's layers in NumPy, float64, written to be short and not fast."""

import itertools

import numpy as np


def windows(sizes, kernel, stride, pad, dilation):
    return [
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(sizes, kernel, stride, pad, dilation)
    ]


def convolution(x, weights, bias, group, stride, pad, dilation):
    """x: N×C×…, weights: out×C/group×…"""
    kernel = weights.shape[2:]
    sizes = windows(x.shape[2:], kernel, stride, pad, dilation)
    padded = np.pad(x.astype(np.float64), [(0, 0), (0, 0), *[(p, p) for p in pad]])
    per_in, per_out = x.shape[1] // group, weights.shape[0] // group
    y = np.zeros((x.shape[0], weights.shape[0], *sizes))
    for tap in itertools.product(*map(range, kernel)):
        spots = tuple(
            slice(t * d, t * d + s * (n - 1) + 1, s) for t, d, s, n in zip(tap, dilation, stride, sizes)
        )
        for g in range(group):
            ins, outs = slice(g * per_in, (g + 1) * per_in), slice(g * per_out, (g + 1) * per_out)
            w = weights[(outs, slice(None), *tap)].astype(np.float64)
            y[:, outs] += np.einsum("oi,ni...->no...", w, padded[(slice(None), ins, *spots)])
    return y if bias is None else y + per_channel(bias, y)


def deconvolution(x, weights, bias, group, stride, pad, dilation):
    """x: N×C×…, weights: C×out/group×…"""
    kernel = weights.shape[2:]
    full = [(n - 1) * s + d * (k - 1) + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation)]
    per_in, per_out = x.shape[1] // group, weights.shape[1]
    y = np.zeros((x.shape[0], per_out * group, *full))
    for tap in itertools.product(*map(range, kernel)):
        spots = tuple(
            slice(t * d, t * d + s * (n - 1) + 1, s) for t, d, s, n in zip(tap, dilation, stride, x.shape[2:])
        )
        for g in range(group):
            ins, outs = slice(g * per_in, (g + 1) * per_in), slice(g * per_out, (g + 1) * per_out)
            w = weights[(ins, slice(None), *tap)].astype(np.float64)
            y[(slice(None), outs, *spots)] += np.einsum("io,ni...->no...", w, x[:, ins].astype(np.float64))
    y = y[(slice(None), slice(None), *[slice(p, n - p) for p, n in zip(pad, full)])]
    return y if bias is None else y + per_channel(bias, y)


def per_channel(values, x, axis=1):
    """The values as an array that spreads over the axes of x behind `axis`."""
    values = np.asarray(values, np.float64)
    return values.reshape(values.shape + (1,) * (x.ndim - axis - values.ndim))


def pooling(x, method, kernel, stride, pad, rounds_up=True):
    """The maxima, or means over the windows within the padded image; and where the maxima lie."""
    sizes = []
    for n, k, s, p in zip(x.shape[2:], kernel, stride, pad):
        room = n + 2 * p - k
        count = (-(-room // s) if rounds_up else room // s) + 1
        if any(pad) and (count - 1) * s >= n + p:
            count -= 1
        sizes.append(count)
    y, places = np.zeros((*x.shape[:2], *sizes)), np.zeros((*x.shape[:2], *sizes))
    for spot in itertools.product(*map(range, sizes)):
        first = [o * s - p for o, s, p in zip(spot, stride, pad)]
        last = [min(f + k, n + p) for f, k, n, p in zip(first, kernel, x.shape[2:], pad)]
        inside = [slice(max(f, 0), min(e, n)) for f, e, n in zip(first, last, x.shape[2:])]
        window = x[(slice(None), slice(None), *inside)].astype(np.float64)
        flat = window.reshape(*x.shape[:2], -1)
        here = (slice(None), slice(None), *spot)
        if method == "MAX":
            y[here] = flat.max(-1)
            row, column = np.divmod(flat.argmax(-1), window.shape[3])
            places[here] = (row + inside[0].start) * x.shape[3] + column + inside[1].start
        else:
            y[here] = flat.sum(-1) / ((last[0] - first[0]) * (last[1] - first[1]))
    return y, places
