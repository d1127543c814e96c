"""Layers of forks that estimate optical flow."""

import math

import numpy as np
from fork_draw import F, away, kinds
from layer_cases import Case, message


@kinds("Correlation")
def correlation(r):
    kernel, reach, pad = r.choice([1, 1, 3]), r.integer(0, 3), r.integer(0, 3)
    stride, step = r.integer(1, 2), r.integer(1, 2)
    n, channels = r.integer(1, 2), r.integer(1, 4)
    least = max(2 * reach + kernel - 2 * pad, 1)
    height, width = least + r.integer(0, 4), least + r.integer(0, 4)
    x, y = r.normal(n, channels, height, width), r.normal(n, channels, height, width)
    is_product = r.chance(0.7)
    text = message(
        "correlation_param",
        pad=pad,
        kernel_size=kernel,
        max_displacement=reach,
        stride_1=stride if stride > 1 or r.chance(0.5) else None,
        stride_2=step if step > 1 or r.chance(0.5) else None,
        correlation_type=None if is_product else "SUBTRACT",
    )
    first, second = (np.pad(v.astype(float), [(0, 0), (0, 0), (pad, pad), (pad, pad)]) for v in (x, y))
    border = reach + (kernel - 1) // 2
    rows, columns = (math.ceil((size - 2 * border) / stride) for size in first.shape[2:])
    radius = reach // step
    grid = 2 * radius + 1
    made = np.zeros((n, grid * grid, rows, columns))
    for c in range(grid * grid):
        across, down = (c % grid - radius) * step, (c // grid - radius) * step
        for i in range(rows):
            for j in range(columns):
                top, left = i * stride + reach, j * stride + reach
                a = first[:, :, top : top + kernel, left : left + kernel]
                b = second[:, :, top + down : top + down + kernel, left + across : left + across + kernel]
                met = a * b if is_product else np.abs(a - b)
                made[:, c, i, j] = met.sum((1, 2, 3)) / (kernel * kernel * channels)
    return Case(text, [x, y], [made])


def spread(size, count):
    """The weights of the bottom's places for those of the top: how near they are, divided by their sum."""
    step = F(size - 1) / F(count - 1)
    weights = np.zeros((count, size))
    for to in range(count):
        middle = F(to) / F(count - 1) * F(size - 1)
        for off in range(-math.ceil(step), math.ceil(step) + 1):
            place = int(away(middle)) + off
            if 0 <= place < size:
                weights[to, place] = max(0, 1 - abs(F(place) - middle) / step)
    return weights / weights.sum(1, keepdims=True)


@kinds("Downsample")
def downsample(r):
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(2, 9), r.integer(2, 9))
    height, width = x.shape[2:]
    rows, columns = r.integer(2, height), r.integer(2, width)
    if r.chance(0.15):
        rows, columns = height, width
    if (rows, columns) == (height, width):
        made = x.astype(float)
    else:
        made = np.einsum("nchw,ih,jw->ncij", x.astype(float), spread(height, rows), spread(width, columns))
    if r.chance(0.5):
        return Case("", [x, r.normal(1, 1, rows, columns)], [made])
    return Case(message("downsample_param", top_height=rows, top_width=columns), [x], [made])


def cubic(x):
    x = abs(x)
    if x <= 1:
        return x * x * (1.5 * x - 2.5) + 1
    return x * (x * (-0.5 * x + 2.5) - 4) + 2 if x < 2 else 0.0


@kinds("Resample")
def resample(r):
    kind = r.choice([None, "LINEAR", "CUBIC", "NEAREST"])
    n, channels = r.integer(1, 2), r.integer(1, 3)
    if kind == "NEAREST":
        rows, columns, k = r.integer(1, 4), r.integer(1, 4), r.integer(1, 3)
        height, width = rows * k, columns * k
        if r.chance(0.5):
            rows, columns, height, width = height, width, rows, columns
    else:
        height, width, rows, columns = (r.integer(2, 8) for _ in range(4))
    smooths = r.choice([None, True, False])
    x = r.normal(n, channels, height, width)
    fx, fy = width / columns, height / rows
    made = np.zeros((n, channels, rows, columns))
    spreads = smooths in (None, True) and (fx > 1 or fy > 1)
    ax, ay = (1 / fx, 1 / fy) if spreads else (1, 1)
    taps = 4 if kind == "CUBIC" else 2
    rx, ry = (2 if f < 1 else math.ceil(taps / a) for f, a in ((fx, ax), (fy, ay)))
    weigh = cubic if kind == "CUBIC" else lambda away_by: max(1 - abs(away_by), 0)
    for i in range(rows):
        for j in range(columns):
            x_in, y_in = j * fx + fy / 2 - 0.5, i * fy + fx / 2 - 0.5
            near_x, near_y = int(away(x_in)), int(away(y_in))
            if kind == "NEAREST":
                made[:, :, i, j] = x[:, :, near_y, near_x]
                continue
            total, weight = 0.0, 0.0
            for py in range(max(near_y - ry, 0), min(near_y + ry + 1, height)):
                for px in range(max(near_x - rx, 0), min(near_x + rx + 1, width)):
                    w = ax * weigh(ax * (x_in - px)) * ay * weigh(ay * (y_in - py))
                    total, weight = total + w * x[:, :, py, px].astype(float), weight + w
            made[:, :, i, j] = total / weight if weight else 0
    fields = {"type": kind, "antialias": smooths}
    if r.chance(0.5):
        return Case(message("resample_param", **fields), [x, r.normal(1, 1, rows, columns)], [made])
    return Case(message("resample_param", height=rows, width=columns, **fields), [x], [made])


@kinds("FlowWarp")
def flow_warp(r):
    x = r.normal(*r.image())
    n, _, height, width = x.shape
    flow = r.normal(n, 2, height, width, scale=2)
    if r.chance(0.5):
        flow = np.round(flow)
    made = np.zeros(x.shape)
    for image, i, j in np.ndindex(n, height, width):
        across, down = F(j) + flow[image, 0, i, j], F(i) + flow[image, 1, i, j]
        if 0 <= across < width and 0 <= down < height:
            left, top = int(across), int(down)
            right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
            a, b = float(across) - left, float(down) - top
            value = x[image].astype(float)
            made[image, :, i, j] = (
                (1 - a) * (1 - b) * value[:, top, left]
                + a * (1 - b) * value[:, top, right]
                + (1 - a) * b * value[:, bottom, left]
                + a * b * value[:, bottom, right]
            )
    return Case("", [x, flow], [made])
