"""Random calls of operators on indices, sequences and boxes."""

import numpy as np
from operator_draw import Case, given, ints, operator
from operator_runs import Call


@operator("Gather")
def gather(r, name):
    shape = r.sizes(least=1, empty=0)
    axis = r.integer(0, len(shape) - 1)
    indices = r.whole(r.sizes(most=3), -shape[axis], shape[axis] - 1)
    attributes = given(axis=r.signed(axis, len(shape)) if axis or r.chance(0.5) else None)
    return Call(name, [r.values(shape), indices], attributes, opset=r.opset(11))


def element_indices(r, shape, axis):
    """Indices along an axis, of a shape that is nowhere larger than that of the data."""
    smaller = r.chance(0.3)
    return [
        r.integer(1, 6) if place == axis else r.integer(1, size) if smaller else size
        for place, size in enumerate(shape)
    ]


@operator("GatherElements")
def gather_elements(r, name):
    shape = r.sizes(least=1, empty=0)
    axis = r.integer(0, len(shape) - 1)
    sizes = element_indices(r, shape, axis)
    attributes = given(axis=r.signed(axis, len(shape)) if axis or r.chance(0.5) else None)
    return Call(
        name, [r.values(shape), r.whole(sizes, -shape[axis], shape[axis] - 1)], attributes, opset=r.opset(11)
    )


def tuples(r, shape, batch):
    """Tuples of indices into what is behind the batch axes."""
    length = r.integer(1, len(shape) - batch)
    sizes = [*shape[:batch], *r.sizes(most=2, longest=4, empty=0)]
    columns = [r.whole(sizes, -shape[batch + place], shape[batch + place] - 1) for place in range(length)]
    return np.stack(columns, -1)


@operator("GatherND")
def gather_nd(r, name):
    shape = r.sizes(least=1, empty=0)
    batch = r.integer(0, len(shape) - 1) if r.chance(0.4) else 0
    attributes = given(batch_dims=batch if batch or r.chance(0.3) else None)
    return Call(name, [r.values(shape), tuples(r, shape, batch)], attributes, opset=r.opset(12))


def reductions(r, opset):
    if opset < 16:
        return None
    return r.choice([None, "none", "add", "mul"] + (["max", "min"] if opset >= 18 else []))


@operator("ScatterElements", tolerance=1e-6)
def scatter_elements(r, name):
    opset = r.opset(11)
    reduction = reductions(r, opset)
    shape = r.sizes(least=1, empty=0)
    axis = r.integer(0, len(shape) - 1)
    kind = r.choice("fi") if reduction not in (None, "none") else r.choice("fib")
    sizes = element_indices(r, shape, axis)
    if reduction in (None, "none"):
        # No place twice: the order of updates is not specified.
        sizes[axis] = min(sizes[axis], shape[axis])
        indices = np.argsort(r.rng.random([*sizes[:axis], shape[axis], *sizes[axis + 1 :]]), axis)
        indices = indices.take(range(sizes[axis]), axis).astype(np.int64)
        indices = np.where(r.truths(indices.shape), indices, indices - shape[axis])
    else:
        indices = r.whole(sizes, -shape[axis], shape[axis] - 1)
    attributes = given(
        axis=r.signed(axis, len(shape)) if axis or r.chance(0.5) else None, reduction=reduction
    )
    return Call(name, [r.values(shape, kind), indices, r.values(sizes, kind)], attributes, opset=opset)


@operator("ScatterND", tolerance=1e-6)
def scatter_nd(r, name):
    opset = r.opset(11)
    reduction = reductions(r, opset)
    shape = r.sizes(least=1, most=4, empty=0)
    kind = r.choice("fi") if reduction not in (None, "none") else r.choice("fib")
    indices = tuples(r, shape, 0)
    length = indices.shape[-1]
    if reduction in (None, "none"):
        places = list(np.ndindex(*shape[:length]))
        count = r.integer(1, min(len(places), 5))
        indices = np.array(r.sample(places, count), np.int64)
    updates = r.values([*indices.shape[:-1], *shape[length:]], kind)
    return Call(name, [r.values(shape, kind), indices, updates], given(reduction=reduction), opset=opset)


@operator("NonZero")
def non_zero(r, name):
    shape = r.sizes()
    values = r.choice([r.few(shape), r.whole(shape, -1, 1), r.truths(shape)])
    return Call(name, [values], opset=r.opset())


@operator("OneHot")
def one_hot(r, name):
    shape = r.sizes(most=3)
    depth = r.integer(1, 5)
    indices = r.whole(shape, -depth - 1, depth)
    values = r.choice([r.few([2]), r.whole([2])])
    # onnxruntime has no other combinations of types.
    if values.dtype == np.float32 and r.chance(0.5):
        indices, depth = indices.astype(np.float32), np.array(depth, np.float32)
    else:
        depth = ints(depth)[0 if r.chance(0.5) else slice(None)]
    attributes = given(axis=r.integer(-len(shape) - 1, len(shape)) if r.chance(0.6) else None)
    return Call(name, [indices, np.asarray(depth), values], attributes, opset=r.opset(11))


@operator("Compress")
def compress(r, name):
    values = r.values(r.sizes(least=1, empty=0), "fib")
    axis = r.integer(0, values.ndim - 1) if r.chance(0.7) else None
    size = values.size if axis is None else values.shape[axis]
    condition = r.truths([r.integer(1, size)])
    attributes = given(axis=None if axis is None else r.signed(axis, values.ndim))
    return Call(name, [values, condition], attributes, opset=r.opset(11))


# onnxruntime approximates the sigmoid and the hyperbolic tangent.
@operator("RNN", "LSTM", tolerance=2e-6)
def recurrent(r, name):
    gates = 4 if name == "LSTM" else 1
    steps, batch, width, hidden = r.integer(1, 6), r.integer(1, 3), r.integer(1, 6), r.integer(1, 5)
    direction = r.choice([None, "forward", "reverse", "bidirectional"])
    directions = 2 if direction == "bidirectional" else 1
    state = [directions, batch, hidden]
    lengths = r.whole([batch], 1, steps) if r.chance(0.4) else None
    inputs = [
        r.floats([steps, batch, width], 1), r.floats([directions, gates * hidden, width], 0.5),
        r.floats([directions, gates * hidden, hidden], 0.5),
        r.floats([directions, 2 * gates * hidden], 1) if r.chance(0.6) else None, lengths,
        r.floats(state, 1) if r.chance(0.5) else None,
    ]  # fmt: skip
    if name == "LSTM":
        inputs.append(r.floats(state, 1) if r.chance(0.5) else None)
        inputs.append(r.floats([directions, 3 * hidden], 1) if r.chance(0.3) else None)
    while inputs[-1] is None:
        inputs.pop()
    attributes = {"hidden_size": hidden} | given(direction=direction)
    outputs = r.integer(1, 3 if name == "LSTM" else 2)
    return Case(Call(name, inputs, attributes, outputs, r.opset(11)), narrow=(4,))


# onnxruntime has the operators on regions up to version 21.
@operator("MaxRoiPool")
def max_roi_pool(r, name):
    images, height, width = r.integer(1, 3), r.integer(2, 9), r.integer(2, 9)
    count = r.integer(1, 4)
    corners = np.sort(r.rng.integers(0, 2 * max(height, width), [count, 2, 2]), 1)
    scale = r.choice([None, 0.5, 1.0])
    rois = np.concatenate([r.whole([count, 1], 0, images - 1), corners.reshape(count, 4)], 1).astype(
        np.float32
    )
    attributes = {"pooled_shape": [r.integer(1, 4), r.integer(1, 4)]} | given(spatial_scale=scale)
    return Call(
        name, [r.floats([images, r.integer(1, 3), height, width]), rois], attributes, opset=r.opset(11, 21)
    )


@operator("RoiAlign", tolerance=1e-6)
def roi_align(r, name):
    opset = r.opset(11, 21)
    images, height, width = r.integer(1, 3), r.integer(2, 9), r.integer(2, 9)
    count = r.integer(1, 4)
    corners = np.sort(r.rng.random([count, 2, 2]).astype(np.float32) * 12 - 1, 1).reshape(count, 4)
    attributes = given(
        mode=r.choice([None, "avg", "max"]), output_height=r.integer(1, 4), output_width=r.integer(1, 4),
        sampling_ratio=r.choice([None, 0, 1, 2, 3]), spatial_scale=r.choice([None, 0.5, 1.0]),
        coordinate_transformation_mode=r.choice([None, "half_pixel", "output_half_pixel"])
        if opset >= 16 else None,
    )  # fmt: skip
    x = r.floats([images, r.integer(1, 3), height, width])
    return Call(name, [x, corners, r.whole([count], 0, images - 1)], attributes, opset=opset)


@operator("NonMaxSuppression")
def non_max_suppression(r, name):
    images, count, classes = r.integer(1, 2), r.integer(1, 12), r.integer(1, 3)
    centred = r.chance(0.3)
    boxes = r.rng.random([images, count, 4]).astype(np.float32)
    if not centred and r.chance(0.7):
        # Either corner may come first.
        boxes = np.sort(boxes.reshape(images, count, 2, 2), 2).reshape(images, count, 4)
    scores = r.rng.integers(0, 8, [images, classes, count]).astype(np.float32) / 8
    limits = [
        ints(r.integer(0 if r.chance(0.2) else 1, 6)),
        np.array([r.choice([0.0, 0.1, 0.3, 0.5, 1.0])], np.float32) if r.chance(0.85) else None,
        np.array([r.choice([0.0, 0.25, 0.5])], np.float32) if r.chance(0.85) else None,
    ]
    if r.chance(0.2):
        # A number without axes does as well.
        limits = [None if limit is None else limit.reshape(()) for limit in limits]
    if r.chance(0.1):
        limits = []
    while limits and limits[-1] is None:
        limits.pop()
    inputs = [boxes, scores, *(None if limit is None else np.asarray(limit) for limit in limits)]
    return Call(name, inputs, {"center_point_box": 1} if centred else {}, opset=r.opset(11))
