"""Layers of forks that move numbers between places and axes, or resize."""

import math

import numpy as np
from fork_draw import MAKERS, F, kinds
from layer_cases import Case, message


@kinds("Reorg")
def reorganise(r):
    """darknet's loop, as the forks call it: with the sizes of the bottom, whatever the direction."""
    s, back = r.integer(1, 3), r.chance(0.4)
    n, c, h, w = r.image()
    c, h, w = c * s * s, *((h, w) if back else (h * s, w * s))
    x = r.normal(n, c, h, w)
    row, made = x.ravel(), np.zeros(x.size)
    planes = c // (s * s)
    for b, k, j, i in np.ndindex(n, c, h, w):
        place = i + w * (j + h * (k + c * b))
        across, down = i * s + k // planes % s, j * s + k // planes // s
        other = across + w * s * (down + h * s * (k % planes + planes * b))
        made[other if back else place] = row[place if back else other]
    shape = (n, planes, h * s, w * s) if back else (n, c * s * s, h // s, w // s)
    return Case(message("reorg_param", stride=s, reverse=True if back else None), [x], [made.reshape(shape)])


@kinds("Reverse")
def reverse(r):
    x = r.normal(*r.shape())
    axes = r.sample(list(range(x.ndim)), r.integer(1, x.ndim))
    return Case(message("reverse_param", axis=axes), [x], [np.flip(x, axes).astype(float)])


@kinds("Flip")
def flip(r):
    x = r.normal(*r.image())
    across, down = r.choice([None, True, False]), r.choice([None, True, False])
    axes = ([3] if across in (None, True) else []) + ([2] if down else [])
    return Case(
        message("flip_param", flip_width=across, flip_height=down), [x], [np.flip(x, axes).astype(float)]
    )


@kinds("Transpose")
def transpose(r):
    x = r.normal(*r.shape())
    axes = r.sample(list(range(x.ndim)), x.ndim)
    return Case(message("transpose_param", dim=axes), [x], [x.transpose(axes).astype(float)])


@kinds("Gather")
def gather(r):
    x = r.normal(*r.shape())
    axis, written = r.axis(x.shape)
    shape = [r.integer(1, 3) for _ in range(r.integer(0, 2))]
    indices = np.array([r.integer(0, x.shape[axis] - 1) for _ in range(math.prod(shape))]).reshape(shape)
    fields = {"indices": indices.flatten().tolist(), "shape": shape or r.choice([0, None])}
    if axis or written or r.chance(0.5):
        fields["axis"] = written
    return Case(message("gather_param", **fields), [x], [np.take(x, indices, axis).astype(float)])


def blocks(r, deals):
    """Blocks of an image as images of their own: dealt out, or put together."""
    m = r.integer(1, 3)
    sizes, parts = ([r.integer(1, 3) for _ in range(m)] for _ in range(2))
    images, rest = r.integer(1, 2), [r.integer(1, 3) for _ in range(r.integer(0, 3 - m))]
    whole = [size * part for size, part in zip(sizes, parts, strict=True)]
    cuts = []
    for length in whole:
        before = r.integer(0, length - 1)
        cuts.append((before, r.integer(0, length - 1 - before)))
    ends = [number for cut in cuts for number in cut]
    inside = (slice(None), *(slice(a, n - b) for (a, b), n in zip(cuts, whole, strict=True)))
    large = np.zeros((images, *whole, *rest))
    small = np.zeros((images * math.prod(sizes), *parts, *rest))
    if deals:
        large[inside] = r.normal(*large[inside].shape)
    else:
        small = r.normal(*small.shape).astype(float)
    for place in np.ndindex(images, *whole):
        at, index = 0, []
        for coordinate, size in zip(place[1:], sizes, strict=True):
            at = at * size + coordinate % size
            index.append(coordinate // size)
        other = (at * images + place[0], *index)
        if deals:
            small[other] = large[place]
        else:
            large[place] = small[other]
    if deals:
        text = message("space_to_batch_nd_param", block_shape=sizes, paddings=ends)
        return Case(text, [large[inside].astype(F)], [small])
    text = message("batch_to_space_nd_param", block_shape=sizes, crops=ends)
    return Case(text, [small.astype(F)], [large[inside]])


MAKERS["SpaceToBatchND"] = lambda r: blocks(r, True)
MAKERS["BatchToSpaceND"] = lambda r: blocks(r, False)


@kinds("ResizeNearestNeighbor")
def resize_nearest(r):
    x = r.normal(*r.image())
    down, across = r.integer(1, 4), r.integer(1, 4)
    fields = (
        {"scale_height": float(down), "scale_width": float(across)}
        if r.chance(0.5)
        else {"output_height": down * x.shape[2], "output_width": across * x.shape[3]}
    )
    text = message("resize_nearest_neighbor_param", data_format='"NCHW"', **fields)
    return Case(text, [x], [x.repeat(down, 2).repeat(across, 3).astype(float)])


@kinds("ResizeBilinear")
def resize_bilinear(r):
    x = r.normal(*r.image())
    height, width = x.shape[2:]
    rows, columns = r.integer(1, 9), r.integer(1, 9)
    mode = r.choice([None, "align_corners", "half_pixel_centers"])
    made = x.astype(float)
    for axis, size, count in ((2, height, rows), (3, width, columns)):
        step = (size - 1) / (count - 1) if mode == "align_corners" and count > 1 else size / count
        weights = np.zeros((count, size))
        for i in range(count):
            place = (i + 0.5) * step - 0.5 if mode == "half_pixel_centers" else i * step
            low = math.floor(place)
            weights[i, max(low, 0)] += 1 - (place - low)
            weights[i, min(math.ceil(place), size - 1)] += place - low
        made = np.moveaxis(np.tensordot(made, weights, (axis, 1)), -1, axis)
    text = message(
        "resize_bilinear_param",
        data_format='"NCHW"',
        output_height=rows,
        output_width=columns,
        **({mode: True} if mode else {}),
    )
    return Case(text, [x], [made])
