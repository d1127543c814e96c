"""Layers that only move values: exactly what NumPy makes of them, and OpenCV where it has the layer."""

import numpy as np
import one_layer
import pytest
from one_layer import Case


def concat(draw):
    shape = draw.shape()
    axis, written = draw.axis(shape)
    bottoms = []
    for _ in range(draw.integer(1, 4)):
        other = list(shape)
        other[axis] = draw.integer(1, 5)
        bottoms.append(draw.values(*other))
    field = f"concat_dim: {axis}" if draw.chance(0.2) and not draw.for_opencv else f"axis: {written}"
    return Case("Concat", f"concat_param {{ {field} }}", bottoms, [np.concatenate(bottoms, axis)])


def slices(draw):
    shape = draw.shape(longest=8)
    axis, written = draw.axis(shape)
    tops = draw.integer(1, 4)
    field = f"slice_dim: {axis}" if draw.chance(0.2) and not draw.for_opencv else f"axis: {written}"
    if draw.chance(0.5) and shape[axis] >= tops > 1:
        points = sorted(draw.random.sample(range(1, shape[axis]), tops - 1))
        field += "".join(f" slice_point: {point}" for point in points)
        value = draw.values(*shape)
        return Case("Slice", f"slice_param {{ {field} }}", [value], np.split(value, points, axis))
    shape[axis] = tops * draw.integer(1, 3)
    value = draw.values(*shape)
    return Case("Slice", f"slice_param {{ {field} }}", [value], np.split(value, tops, axis))


def flatten(draw):
    value = draw.values(*draw.shape())
    first, first_written = draw.axis(value.shape)
    last = draw.integer(first, value.ndim - 1)
    last_written = draw.choice([last, last - value.ndim])
    fields = f"axis: {first_written} end_axis: {last_written}"
    if draw.chance(0.2) and value.ndim > 1:
        first, last, fields = 1, value.ndim - 1, ""
    if draw.for_opencv and last - first == 3:
        return None
    shape = (*value.shape[:first], -1, *value.shape[last + 1 :])
    return Case("Flatten", f"flatten_param {{ {fields} }}", [value], [value.reshape(shape)])


def reshape(draw):
    value = draw.values(*draw.shape(2, 4))
    first = draw.integer(0, value.ndim - 1)
    count = draw.integer(1, value.ndim - first)
    old = value.shape[first : first + count]
    new = list(old)
    if draw.chance(0.5):  # merge, then split
        new = [int(np.prod(old))]
    for place in range(len(new)):
        if draw.chance(0.3) and new[place] == value.shape[first + place]:
            new[place] = 0
    if draw.chance(0.7):
        new[draw.integer(0, len(new) - 1)] = -1
    if draw.chance(0.3):
        new.append(1)
    written = first if draw.for_opencv else draw.choice([first, first - value.ndim - 1])
    fields = f"shape {{ {' '.join(f'dim: {size}' for size in new)} }} axis: {written}"
    if first + count < value.ndim or draw.chance(0.5):
        fields += f" num_axes: {count}"
    sizes = [value.shape[first + place] if size == 0 else size for place, size in enumerate(new)]
    shape = value.shape[:first] + tuple(sizes) + value.shape[first + count :]
    if draw.for_opencv and len(shape) == 1:
        return None
    return Case("Reshape", f"reshape_param {{ {fields} }}", [value], [value.reshape(shape)])


def permute(draw):
    value = draw.values(*draw.shape(2, 5))
    order = list(range(value.ndim))
    draw.random.shuffle(order)
    written = order[: 4 if draw.for_opencv else draw.integer(1, value.ndim)]
    full = written + sorted(set(order) - set(written))
    fields = " ".join(f"order: {axis}" for axis in written)
    return Case("Permute", f"permute_param {{ {fields} }}", [value], [value.transpose(full)])


def crop(draw):
    shape = draw.shape(1, 4, longest=7)
    axis, written = draw.axis(shape)
    size = [draw.integer(1, 4)] * len(shape)
    wanted = [draw.integer(1, length) for length in shape[axis:]]
    room = [length - small for length, small in zip(shape[axis:], wanted)]
    size[axis:] = wanted
    offsets = draw.choice(
        [[], [draw.integer(0, min(room))], [draw.integer(0, most) for most in room]]
    )  # fmt: skip
    starts = offsets if len(offsets) > 1 else (offsets or [0]) * len(wanted)
    cut = tuple(slice(start, start + length) for start, length in zip(starts, wanted))
    fields = f"axis: {written} " + " ".join(f"offset: {offset}" for offset in offsets)
    value = draw.values(*shape)
    return Case(
        "Crop",
        f"crop_param {{ {fields} }}",
        [value, draw.values(*size)],
        [value[(slice(None),) * axis + cut]],
    )


def tile(draw):
    value = draw.values(*draw.shape())
    axis, written = draw.axis(value.shape)
    tiles = draw.integer(1, 4)
    repeats = [1] * value.ndim
    repeats[axis] = tiles
    return Case(
        "Tile", f"tile_param {{ axis: {written} tiles: {tiles} }}", [value], [np.tile(value, repeats)]
    )


def shuffle(draw):
    group, members = draw.integer(1, 5), draw.integer(1, 5)
    plane = draw.shape(2, 5)[2:]
    value = draw.values(draw.integer(1, 3), group * members, *plane)
    expected = np.empty_like(value)
    for channel in range(value.shape[1]):  # as it is explained in the paper: read column by column
        expected[:, channel] = value[:, channel % group * members + channel // group]
    return Case("ShuffleChannel", f"shuffle_channel_param {{ group: {group} }}", [value], [expected])


def upsample(draw):
    """The YOLO forks' layer: every value becomes a square."""
    value, scale = draw.values(*[draw.integer(1, 5) for _ in range(4)]), draw.integer(1, 4)
    expected = np.kron(value, np.ones((scale, scale), np.float32))
    return Case("Upsample", f"upsample_param {{ scale: {scale} }}", [value], [expected])


def unpool(draw):
    """SegNet's layer: values return to the places that a mask names."""
    n, c, h, w = (draw.integer(1, 4) for _ in range(4))
    fields, height, width = draw.choice(
        [
            ("", 2 * h, 2 * w),
            ("scale: 3", 3 * h, 3 * w),
            ("scale_h: 2 scale_w: 3", 2 * h, 3 * w),
            ("scale: 2 pad_out_h: true", 2 * h - 1, 2 * w),
            (f"upsample_h: {h + 1} upsample_w: {2 * w + 1}", h + 1, 2 * w + 1),
        ]
    )
    value, expected = draw.values(n, c, h, w), np.zeros((n, c, height, width), np.float32)
    mask = np.zeros(value.shape, np.float32)
    for image in range(n):
        for channel in range(c):
            places = draw.numpy.permutation(height * width)[: h * w]
            mask[image, channel] = places.reshape(h, w)
            expected[image, channel].flat[places] = value[image, channel].ravel()
    return Case("Upsample", f"upsample_param {{ {fields} }}", [value, mask], [expected])


MOVERS = [concat, slices, flatten, reshape, permute, crop, tile, shuffle, upsample, unpool]


@pytest.mark.parametrize("make", MOVERS, ids=lambda make: make.__name__)
def test_numpy(make, record_property):
    one_layer.check_numpy(make, 0, record_property)


@pytest.mark.parametrize(
    "make", [concat, slices, flatten, reshape, permute, crop, shuffle], ids=lambda make: make.__name__
)
def test_opencv(make, record_property):
    one_layer.check_opencv(make, 0, record_property)


def test_silence_makes_nothing():
    net = b"""
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 } } }
        layer { name: "split" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { axis: 0 } }
        layer { name: "quiet" type: "Silence" bottom: "a" }"""
    made = one_layer.probe.run(net, None, {"data": np.array([1.0, 2.0])})
    assert {name: value.tolist() for name, value in made.items()} == {"b": [2.0]}
