"""Random calls of operators that make, move or resample elements."""

import numpy as np
from operator_draw import NEWEST, given, ints, operator
from operator_runs import Call


def factors(r, count):
    """A shape with a product."""
    shape = []
    while count > 1 and r.chance(0.8):
        size = r.choice([size for size in range(1, count + 1) if count % size == 0])
        shape.append(size)
        count //= size
    return [*shape, count]


@operator("Reshape")
def reshape(r, name):
    opset = r.opset()
    values = r.values(r.sizes())
    allows = opset >= 14 and r.chance(0.3)
    shape = factors(r, values.size) if values.size else [0, *factors(r, 6)]
    if values.size and r.chance(0.5):
        shape[r.integer(0, len(shape) - 1)] = -1
    elif not allows:
        shape = [
            0 if place < values.ndim and size == values.shape[place] else size
            for place, size in enumerate(shape)
        ]
    if not values.size and not allows:
        shape = list(values.shape)
    return Call(name, [values, ints(*shape)], {"allowzero": 1} if allows else {}, opset=opset)


@operator("Flatten")
def flatten(r, name):
    values = r.values(r.sizes(least=1))
    axis = r.integer(-values.ndim, values.ndim)
    return Call(name, [values], given(axis=axis if r.chance(0.8) else None), opset=r.opset())


@operator("Squeeze")
def squeeze(r, name):
    opset = r.opset(11)
    shape = [1 if r.chance(0.4) else size for size in r.sizes()]
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    axes = [r.signed(axis, len(shape)) for axis in r.sample(ones, r.integer(1, len(ones)))] if ones else None
    if axes is None or r.chance(0.2):
        return Call(name, [r.values(shape)], opset=opset)
    if opset < 13:
        return Call(name, [r.values(shape)], {"axes": axes}, opset=opset)
    return Call(name, [r.values(shape), ints(*axes)], opset=opset)


@operator("Unsqueeze")
def unsqueeze(r, name):
    opset = r.opset(11)
    shape = r.sizes(most=4)
    count = r.integer(1, 3)
    rank = len(shape) + count
    axes = [r.signed(int(axis), rank) for axis in r.sample(range(rank), count)]
    if opset < 13:
        return Call(name, [r.values(shape)], {"axes": axes}, opset=opset)
    return Call(name, [r.values(shape), ints(*axes)], opset=opset)


@operator("Transpose")
def transpose(r, name):
    values = r.values(r.sizes())
    order = [int(axis) for axis in r.sample(range(values.ndim), values.ndim)]
    return Call(name, [values], given(perm=order if order and r.chance(0.8) else None), opset=r.opset())


@operator("Concat")
def concat(r, name):
    shape = r.sizes(least=1)
    axis = r.integer(0, len(shape) - 1)
    kind = r.choice("fhib")
    arrays = []
    for _ in range(r.integer(1, 4)):
        shape[axis] = r.integer(0, 4)
        arrays.append(r.values(shape, kind))
    return Call(name, arrays, {"axis": r.signed(axis, len(shape))}, opset=r.opset())


@operator("Split")
def split(r, name):
    opset = r.opset(11)
    shape = r.sizes(least=1, empty=0)
    axis = r.integer(0, len(shape) - 1)
    attributes = given(axis=r.signed(axis, len(shape)) if axis or r.chance(0.5) else None)
    parts = r.integer(1, 4)
    if r.chance(0.5):
        sizes = [r.integer(0, 3) for _ in range(parts)]
        shape[axis] = sum(sizes)
        if opset < 13:
            return Call(name, [r.values(shape)], attributes | {"split": sizes}, parts, opset)
        return Call(name, [r.values(shape), ints(*sizes)], attributes, parts, opset)
    shape[axis] = parts * r.integer(1, 3)
    if opset >= 18:
        attributes["num_outputs"] = parts
        if parts > 1 and shape[axis] > parts and r.chance(0.5):
            shape[axis] -= 1
    return Call(name, [r.values(shape)], attributes, parts, opset)


@operator("Slice")
def slices(r, name):
    values = r.values(r.sizes(least=1, longest=9))
    axes = r.axes(values.ndim, 1)
    if r.chance(0.3):
        axes = list(range(r.integer(1, values.ndim)))
    far = np.iinfo(np.int64).max
    starts = [r.choice([r.integer(-12, 12), r.integer(-3, 3), -far, far]) for _ in axes]
    ends = [r.choice([r.integer(-12, 12), r.integer(-3, 9), -far, far]) for _ in axes]
    steps = [r.choice([1, 1, 2, 3, -1, -2, 100, -100]) for _ in axes]
    inputs = [values, ints(*starts), ints(*ends)]
    if axes != list(range(len(axes))) or r.chance(0.6):
        inputs.append(ints(*axes))
        if r.chance(0.8):
            inputs.append(ints(*steps))
    elif r.chance(0.6):
        inputs += [None, ints(*steps)]
    return Call(name, inputs, opset=r.opset())


@operator("Pad")
def pad(r, name):
    opset = r.opset()
    mode = r.choice([None, "constant", "edge", "reflect", *(["wrap"] if opset >= 19 else [])])
    moves = mode in ("edge", "reflect", "wrap")
    values = r.values(r.sizes(least=1, most=4, empty=0 if moves else 0.06), "ffi")
    axes = r.axes(values.ndim, 1) if opset >= 18 and r.chance(0.5) else None
    chosen = range(values.ndim) if axes is None else axes
    most = {
        "reflect": [values.shape[axis] - 1 for axis in chosen],
        "wrap": [values.shape[axis] for axis in chosen],
    }
    limits = most.get(mode, [3] * len(chosen))
    pads = [r.integer(0, limit) for limit in limits * 2]
    if r.chance(0.2):
        # Cut off here, and leave enough for what is mirrored.
        place = r.integer(0, len(pads) - 1)
        size = values.shape[chosen[place % len(chosen)]]
        pads[place] = -r.integer(0, max(0, size - 2))
        if mode in ("reflect", "wrap"):
            other = (place + len(chosen)) % len(pads)
            pads[other] = min(pads[other], size + pads[place] - 1)
    inputs = [values, ints(*pads)]
    if not moves and r.chance(0.5):
        inputs.append(np.array(r.integer(-5, 5), values.dtype))
    if axes is not None:
        inputs += [None] * (3 - len(inputs)) + [ints(*axes)]
    return Call(name, inputs, given(mode=mode), opset=opset)


@operator("Expand")
def expand(r, name):
    a, b = r.broadcast(2)
    return Call(name, [r.values(a), ints(*b)], opset=r.opset())


@operator("Tile")
def tile(r, name):
    values = r.values(r.sizes(least=1, most=4), "fib")
    return Call(name, [values, r.whole([values.ndim], 0 if r.chance(0.2) else 1, 3)], opset=r.opset())


@operator("DepthToSpace", "SpaceToDepth")
def blocks(r, name):
    block = r.integer(1, 3)
    opset = r.choice([r.opset(), NEWEST])
    mode = r.choice([None, "DCR", "CRD"]) if name == "DepthToSpace" or opset >= 28 else None
    sizes = [r.integer(1, 2), r.integer(1, 3), r.integer(1, 4), r.integer(1, 4)]
    if name == "DepthToSpace":
        sizes[1] *= block * block
    else:
        sizes[2:] = [size * block for size in sizes[2:]]
    return Call(name, [r.floats(sizes)], {"blocksize": block} | given(mode=mode), opset=opset)


@operator("Identity")
def identity(r, name):
    return Call(name, [r.values(r.sizes())], opset=r.opset())


@operator("Shape")
def shape_of(r, name):
    opset = r.opset()
    attributes = {}
    if opset >= 15:
        attributes = given(
            start=r.integer(-6, 6) if r.chance(0.5) else None, end=r.integer(-6, 6) if r.chance(0.5) else None
        )
    return Call(name, [r.values(r.sizes())], attributes, opset=opset)


@operator("ConstantOfShape")
def constant_of_shape(r, name):
    shape = r.sizes()
    value = r.values([1]) if r.chance(0.7) else None
    return Call(name, [ints(*shape)], given(value=value), opset=r.opset())


@operator("Constant")
def constant(r, name):
    kind = r.choice(["value", "value", "value_float", "value_floats", "value_int", "value_ints"])
    value = {
        "value": r.values(r.sizes()), "value_float": r.number(-9, 9), "value_int": r.integer(-9, 9),
        "value_floats": [r.number(-9, 9) for _ in range(r.integer(1, 4))],
        "value_ints": [r.integer(-9, 9) for _ in range(r.integer(1, 4))],
    }[kind]  # fmt: skip
    return Call(name, [], {kind: value}, opset=r.opset(12))


@operator("Range", tolerance=1e-6)
def ranges(r, name):
    if r.chance(0.5):
        numbers = [r.integer(-9, 9), r.integer(-9, 9), r.choice([-3, -2, -1, 1, 2, 3])]
        return Call(name, [np.array(number, np.int64) for number in numbers], opset=r.opset())
    numbers = [r.number(-9, 9), r.number(-9, 9), r.choice([-1.5, -0.5, 0.25, 1.0, 2.5])]
    return Call(name, [np.array(number, np.float32) for number in numbers], opset=r.opset())


@operator("Resize", tolerance=1e-6)
def resize(r, name):
    opset = r.opset(11)
    mode = r.choice([None, "nearest", "linear", "linear"])
    coordinates = r.choice(
        [None, "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"]
        + (["half_pixel_symmetric"] if opset >= 19 else [])
    )
    shape = [r.integer(1, 2), r.integer(1, 3), r.integer(1, 9), r.integer(1, 9)]
    attributes = given(
        mode=mode, coordinate_transformation_mode=coordinates,
        nearest_mode=r.choice([None, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
        if mode != "linear" else None,
    )  # fmt: skip
    axes = [2, 3] if opset >= 18 and r.chance(0.4) else None
    if axes:
        attributes["axes"] = [r.signed(axis, 4) for axis in axes] if r.chance(0.3) else axes
    # With axes from the end, onnxruntime reads sizes that are not there.
    named = attributes.get("axes") == axes
    policy = r.choice([None, "stretch", "not_larger", "not_smaller"]) if axes and named else None
    sizes = [r.integer(1, 14), r.integer(1, 14)]
    scales = [r.choice([0.5, 0.6, 1.0, 1.3, 2.0, 2.5, 3.0]) for _ in range(2)]
    scales = [max(scale, 1 / size) for scale, size in zip(scales, shape[2:])]
    roi = None
    if coordinates == "tf_crop_and_resize":
        start, end = [r.number(-0.2, 0.4) for _ in range(2)], [r.number(0.6, 1.2) for _ in range(2)]
        whole = [*start, *end] if axes else [0, 0, *start, 1, 1, *end]
        roi = np.array(whole, np.float32)
        attributes |= given(extrapolation_value=r.number(-3, 3) if r.chance(0.5) else None)
    x = r.floats(shape)
    if r.chance(0.5):
        attributes |= given(keep_aspect_ratio_policy=policy)
        empty = np.zeros([0], np.float32) if opset < 13 else None
        last = ints(*sizes) if axes else ints(*shape[:2], *sizes)
        return Call(name, [x, empty if roi is None else roi, empty, last], attributes, opset=opset)
    factor = np.array(scales if axes else [1, 1, *scales], np.float32)
    roi = np.zeros([0], np.float32) if roi is None and opset < 13 else roi
    return Call(name, [x, roi, factor], attributes, opset=opset)
