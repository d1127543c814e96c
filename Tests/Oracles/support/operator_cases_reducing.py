"""Random calls of normalisations and reductions."""

import numpy as np
from operator_draw import Case, given, ints, operator
from operator_runs import Call


@operator("BatchNormalization", tolerance=1e-6)
def batch_normalization(r, name):
    shape = r.sizes(least=2)
    parameters = [r.floats([shape[1]]) for _ in range(3)] + [np.abs(r.floats([shape[1]])) + 0.1]
    attributes = given(epsilon=r.number(0, 1) if r.chance(0.5) else None)
    return Call(name, [r.floats(shape), *parameters], attributes, opset=r.opset(11))


@operator("InstanceNormalization", tolerance=1e-6)
def instance_normalization(r, name):
    shape = r.sizes(least=3, most=5, empty=0)
    # Of one number alone all digits cancel.
    shape[-1] += 3
    attributes = given(epsilon=r.number(0, 1) if r.chance(0.5) else None)
    return Call(
        name, [r.floats(shape), r.floats([shape[1]]), r.floats([shape[1]])], attributes, opset=r.opset(11)
    )


@operator("LRN", tolerance=1e-6)
def lrn(r, name):
    attributes = given(
        size=r.choice([1, 3, 5, 7]), alpha=r.number(0, 1) if r.chance(0.7) else None,
        beta=r.number(0, 1) if r.chance(0.5) else None, bias=r.number(1, 3) if r.chance(0.5) else None,
    )  # fmt: skip
    return Call(name, [r.floats(r.sizes(least=4, most=4, longest=7, empty=0))], attributes, opset=r.opset(13))


@operator("LpNormalization", tolerance=1e-6)
def lp_normalization(r, name):
    shape = r.sizes(least=1)
    axis = r.signed(r.integer(0, len(shape) - 1), len(shape)) if r.chance(0.7) else None
    return Call(name, [r.floats(shape)], given(axis=axis, p=r.choice([None, 1, 2])), opset=r.opset(11))


@operator("MeanVarianceNormalization", tolerance=2e-6)
def mean_variance_normalization(r, name):
    # The statistics of a few numbers can be so small that all digits cancel.
    shape = [size + 3 for size in r.sizes(least=4, most=4, longest=4, empty=0)]
    axes = [int(axis) for axis in r.sample(range(4), r.integer(1, 4))] if r.chance(0.6) else None
    return Call(name, [r.floats(shape)], given(axes=axes), opset=r.opset(13))


@operator("Softmax", "LogSoftmax", tolerance=1e-6)
def softmax(r, name):
    shape = r.sizes(least=1)
    axis = r.signed(r.integer(0, len(shape) - 1), len(shape)) if r.chance(0.7) or len(shape) < 2 else None
    return Call(name, [r.floats(shape, r.choice([1, 5]))], given(axis=axis), opset=r.opset(11))


WHOLE_REDUCTIONS = ["ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceSumSquare"]


@operator(*WHOLE_REDUCTIONS, "ReduceMean", "ReduceL2", "ReduceLogSumExp", tolerance=1e-6)
def reduction(r, name):
    opset = r.opset(11)
    values = r.values(r.sizes(empty=0), "fffi" if name in WHOLE_REDUCTIONS else "f")
    axes = r.axes(values.ndim, 1) if values.ndim and r.chance(0.8) else None
    attributes = given(keepdims=r.choice([None, 0, 1]))
    if opset < (13 if name == "ReduceSum" else 18):
        return Call(name, [values], attributes | given(axes=axes), opset=opset)
    if r.chance(0.2):
        attributes["noop_with_empty_axes"] = r.integer(0, 1)
    if axes is None:
        return Call(name, [values] + ([ints()] if r.chance(0.3) else []), attributes, opset=opset)
    return Call(name, [values, ints(*axes)], attributes, opset=opset)


@operator("ArgMax", "ArgMin")
def argument(r, name):
    shape = r.sizes(least=1, empty=0)
    attributes = given(
        axis=r.signed(r.integer(0, len(shape) - 1), len(shape)) if r.chance(0.8) else None,
        keepdims=r.choice([None, 0, 1]), select_last_index=r.choice([None, 0, 1]),
    )  # fmt: skip
    values = r.few(shape) if r.chance(0.7) else r.whole(shape, -3, 3)
    return Call(name, [values], attributes, opset=r.opset(12))


@operator("CumSum", tolerance=1e-6)
def cum_sum(r, name):
    shape = r.sizes(least=1)
    axis = np.array(r.signed(r.integer(0, len(shape) - 1), len(shape)), np.int64)
    attributes = given(exclusive=r.choice([None, 0, 1]), reverse=r.choice([None, 0, 1]))
    return Call(name, [r.values(shape, "ffi"), axis], attributes, opset=r.opset(11))


@operator("TopK")
def top_k(r, name):
    shape = r.sizes(least=1, longest=8, empty=0)
    axis = r.integer(0, len(shape) - 1) if r.chance(0.7) else None
    size = shape[-1 if axis is None else axis]
    attributes = given(
        axis=None if axis is None else r.signed(axis, len(shape)), largest=r.choice([None, 0, 1]),
        sorted=r.choice([None, 0, 1, 1]),
    )  # fmt: skip
    distinct = attributes.get("sorted") == 0
    count = int(np.prod(shape))
    values = r.rng.permutation(count).astype(np.float32).reshape(shape) if distinct else r.few(shape)
    if r.chance(0.3):
        values = values.astype(np.int64)
    call = Call(name, [values, ints(r.integer(0 if r.chance(0.1) else 1, size))], attributes, 2, r.opset(11))
    return Case(call, unordered=(-1 if axis is None else axis) if distinct else None)
