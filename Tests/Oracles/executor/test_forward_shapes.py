"""Layers that only move values: exactly what NumPy makes of them, and OpenCV where it has the layer."""

import layer_cases
import numpy as np
import probe
import pytest
from layer_cases import Case

COUNT = 60


def concat(r):
    shape = r.shape()
    axis, written = r.axis(shape)
    bottoms = []
    for _ in range(r.integer(1, 4)):
        other = list(shape)
        other[axis] = r.integer(1, 5)
        bottoms.append(r.normal(*other))
    field = f"concat_dim: {axis}" if r.chance(0.2) and not r.for_opencv else f"axis: {written}"
    return Case(f"concat_param {{ {field} }}", bottoms, [np.concatenate(bottoms, axis)])


def slices(r):
    shape = r.shape(longest=8)
    axis, written = r.axis(shape)
    tops = r.integer(1, 4)
    field = f"slice_dim: {axis}" if r.chance(0.2) and not r.for_opencv else f"axis: {written}"
    if r.chance(0.5) and shape[axis] >= tops > 1:
        points = sorted(r.sample(range(1, shape[axis]), tops - 1))
        field += "".join(f" slice_point: {point}" for point in points)
        value = r.normal(*shape)
        return Case(f"slice_param {{ {field} }}", [value], np.split(value, points, axis))
    shape[axis] = tops * r.integer(1, 3)
    value = r.normal(*shape)
    return Case(f"slice_param {{ {field} }}", [value], np.split(value, tops, axis))


def flatten(r):
    value = r.normal(*r.shape())
    first, first_written = r.axis(value.shape)
    last = r.integer(first, value.ndim - 1)
    last_written = r.choice([last, last - value.ndim])
    fields = f"axis: {first_written} end_axis: {last_written}"
    if r.chance(0.2) and value.ndim > 1:
        first, last, fields = 1, value.ndim - 1, ""
    if r.for_opencv and last - first == 3:
        return None
    shape = (*value.shape[:first], -1, *value.shape[last + 1 :])
    return Case(f"flatten_param {{ {fields} }}", [value], [value.reshape(shape)])


def reshape(r):
    value = r.normal(*r.shape(2, 4))
    first = r.integer(0, value.ndim - 1)
    count = r.integer(1, value.ndim - first)
    old = value.shape[first : first + count]
    new = list(old)
    if r.chance(0.5):  # merge, then split
        new = [int(np.prod(old))]
    for place in range(len(new)):
        if r.chance(0.3) and new[place] == value.shape[first + place]:
            new[place] = 0
    if r.chance(0.7):
        new[r.integer(0, len(new) - 1)] = -1
    if r.chance(0.3):
        new.append(1)
    written = first if r.for_opencv else r.choice([first, first - value.ndim - 1])
    fields = f"shape {{ {' '.join(f'dim: {size}' for size in new)} }} axis: {written}"
    if first + count < value.ndim or r.chance(0.5):
        fields += f" num_axes: {count}"
    sizes = [value.shape[first + place] if size == 0 else size for place, size in enumerate(new)]
    shape = value.shape[:first] + tuple(sizes) + value.shape[first + count :]
    if r.for_opencv and len(shape) == 1:
        return None
    return Case(f"reshape_param {{ {fields} }}", [value], [value.reshape(shape)])


def permute(r):
    value = r.normal(*r.shape(2, 5))
    order = list(range(value.ndim))
    order = r.sample(order, len(order))
    written = order[: 4 if r.for_opencv else r.integer(1, value.ndim)]
    full = written + sorted(set(order) - set(written))
    fields = " ".join(f"order: {axis}" for axis in written)
    return Case(f"permute_param {{ {fields} }}", [value], [value.transpose(full)])


def crop(r):
    shape = r.shape(1, 4, longest=7)
    axis, written = r.axis(shape)
    size = [r.integer(1, 4)] * len(shape)
    wanted = [r.integer(1, length) for length in shape[axis:]]
    room = [length - small for length, small in zip(shape[axis:], wanted)]
    size[axis:] = wanted
    offsets = r.choice(
        [[], [r.integer(0, min(room))], [r.integer(0, free) for free in room]]
    )  # fmt: skip
    starts = offsets if len(offsets) > 1 else (offsets or [0]) * len(wanted)
    cut = tuple(slice(start, start + length) for start, length in zip(starts, wanted))
    fields = f"axis: {written} " + " ".join(f"offset: {offset}" for offset in offsets)
    value = r.normal(*shape)
    return Case(
        f"crop_param {{ {fields} }}",
        [value, r.normal(*size)],
        [value[(slice(None),) * axis + cut]],
    )


def tile(r):
    value = r.normal(*r.shape())
    axis, written = r.axis(value.shape)
    tiles = r.integer(1, 4)
    repeats = [1] * value.ndim
    repeats[axis] = tiles
    return Case(f"tile_param {{ axis: {written} tiles: {tiles} }}", [value], [np.tile(value, repeats)])


def shuffle(r):
    group, members = r.integer(1, 5), r.integer(1, 5)
    plane = r.shape(2, 5)[2:]
    value = r.normal(r.integer(1, 3), group * members, *plane)
    expected = np.empty_like(value)
    for channel in range(value.shape[1]):  # as it is explained in the paper: read column by column
        expected[:, channel] = value[:, channel % group * members + channel // group]
    return Case(f"shuffle_channel_param {{ group: {group} }}", [value], [expected])


def upsample(r):
    """The YOLO forks' layer: every value becomes a square."""
    value, scale = r.normal(*[r.integer(1, 5) for _ in range(4)]), r.integer(1, 4)
    expected = np.kron(value, np.ones((scale, scale), np.float32))
    return Case(f"upsample_param {{ scale: {scale} }}", [value], [expected])


def unpool(r):
    """SegNet's layer: values return to the places that a mask names."""
    n, c, h, w = (r.integer(1, 4) for _ in range(4))
    fields, height, width = r.choice(
        [
            ("", 2 * h, 2 * w),
            ("scale: 3", 3 * h, 3 * w),
            ("scale_h: 2 scale_w: 3", 2 * h, 3 * w),
            ("scale: 2 pad_out_h: true", 2 * h - 1, 2 * w),
            (f"upsample_h: {h + 1} upsample_w: {2 * w + 1}", h + 1, 2 * w + 1),
        ]
    )
    value, expected = r.normal(n, c, h, w), np.zeros((n, c, height, width), np.float32)
    mask = np.zeros(value.shape, np.float32)
    for image in range(n):
        for channel in range(c):
            places = r.rng.permutation(height * width)[: h * w]
            mask[image, channel] = places.reshape(h, w)
            expected[image, channel].flat[places] = value[image, channel].ravel()
    return Case(f"upsample_param {{ {fields} }}", [value, mask], [expected])


#: What makes a case, its layer type, and whether OpenCV has the layer.
MOVERS = [
    (concat, "Concat", True),
    (slices, "Slice", True),
    (flatten, "Flatten", True),
    (reshape, "Reshape", True),
    (permute, "Permute", True),
    (crop, "Crop", True),
    (tile, "Tile", False),
    (shuffle, "ShuffleChannel", True),
    (upsample, "Upsample", False),
    (unpool, "Upsample", False),
]


@pytest.mark.parametrize(("make", "kind", "opencv"), MOVERS)
def test_layer(make, kind, opencv, record_property):
    cases = layer_cases.draw(make, COUNT, opencv)
    layer_cases.hold(kind, cases, record_property, double=0, single=0)


def test_silence_makes_nothing():
    net = b"""
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 } } }
        layer { name: "split" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { axis: 0 } }
        layer { name: "quiet" type: "Silence" bottom: "a" }"""
    made = probe.run(net, None, {"data": np.array([1.0, 2.0])})
    assert {name: value.tolist() for name, value in made.items()} == {"b": [2.0]}
