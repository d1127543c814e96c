"""Where onnx's reference evaluator and onnxruntime disagree: which one is followed, for which calls, and why.

The specification decides; where it is silent or ambiguous, onnxruntime does. A test holds that each entry is
needed.
"""

import dataclasses
import typing

import numpy as np


@dataclasses.dataclass
class Difference:
    operators: list
    #: The one that is followed; the other one is not asked.
    follows: str
    why: str
    #: Which calls; all of them unless told.
    applies: typing.Callable = lambda call: True


def attribute(call, name, default=None):
    return call.attributes.get(name, default)


def is_same(call):
    return attribute(call, "auto_pad", "").startswith("SAME")


def whole_scales(call):
    """Whether scales of Resize lead to whole sizes, by numbers that Float holds exactly."""
    if attribute(call, "keep_aspect_ratio_policy", "stretch") != "stretch":
        return False
    if len(call.inputs) < 3 or call.inputs[2] is None or not call.inputs[2].size:
        return True
    scales = call.inputs[2]
    axes = attribute(call, "axes", range(call.inputs[0].ndim))
    sizes = [call.inputs[0].shape[axis] * float(scale) for axis, scale in zip(axes, scales)]
    return all(size == int(size) for size in sizes) and all(float(scale) * 8 % 1 == 0 for scale in scales)


def crops_unscaled(call):
    """Whether Resize crops an axis that keeps its size."""
    if attribute(call, "coordinate_transformation_mode") != "tf_crop_and_resize":
        return False
    x, roi = call.inputs[0], call.inputs[1]
    axes = attribute(call, "axes", range(x.ndim))
    for place, axis in enumerate(axes):
        scales = call.inputs[2]
        same = (
            scales[place] == 1
            if scales is not None and scales.size
            else call.inputs[3][place] == x.shape[axis]
        )
        if same and (roi[place], roi[len(axes) + place]) != (0, 1):
            return True
    return False


def smaller_indices(call):
    """Whether indices have other sizes than the data, beside the axis or with an axis from the end."""
    axis = attribute(call, "axis", 0)
    data, indices = (np.delete(value.shape, axis).tolist() for value in call.inputs)
    return data != indices or (axis < 0 and call.inputs[0].shape != call.inputs[1].shape)


def has(call, place):
    return len(call.inputs) > place and call.inputs[place] is not None


DIFFERENCES = [
    Difference(
        ["AveragePool"], "onnxruntime", "the reference does not combine ceil_mode with auto_pad",
        lambda call: attribute(call, "ceil_mode") == 1 and attribute(call, "auto_pad", "NOTSET") != "NOTSET",
    ),
    Difference(
        ["AveragePool"], "onnxruntime",
        "a window that ceil_mode lets hang over the pads: the reference divides by its whole size,"
        " onnxruntime and Caffe by the part within the pads",
        lambda call: attribute(call, "ceil_mode") == 1 and attribute(call, "count_include_pad") == 1,
    ),
    Difference(
        ["BatchNormalization"], "onnxruntime",
        "before version 14 the reference computes the statistics of the batch, as in training",
        lambda call: call.opset < 14,
    ),
    Difference(
        ["ConvTranspose"], "onnxruntime", "the reference fails with groups, or computes another product",
        lambda call: attribute(call, "group", 1) > 1,
    ),
    Difference(
        ["Flatten"], "onnxruntime", "the reference cannot tell the sizes of an empty tensor",
        lambda call: not call.inputs[0].size,
    ),
    Difference(
        ["GatherElements"], "onnxruntime",
        "the reference wants indices of the data's shape; the specification allows fewer",
        smaller_indices,
    ),
    Difference(
        ["GlobalMaxPool"], "onnxruntime", "the reference makes another rank of all but pictures",
        lambda call: call.inputs[0].ndim != 4,
    ),
    Difference(["LRN"], "onnxruntime", "the reference counts images where it should count channels"),
    Difference(
        ["LSTM", "RNN"], "onnxruntime", "the reference ignores sequence_lens", lambda call: has(call, 4)
    ),
    Difference(
        ["LpNormalization"], "onnxruntime", "the reference adds up numbers and not their magnitudes",
        lambda call: attribute(call, "p") == 1,
    ),
    Difference(
        ["MaxPool"], "onnxruntime",
        "the reference confuses pads of different sides, and counts indices within a plane or from one",
        lambda call: call.outputs == 2 or is_same(call) or any(attribute(call, "pads", [])),
    ),
    Difference(["MaxRoiPool"], "onnxruntime", "the reference does not have it"),
    Difference(
        ["Mean"], "onnxruntime",
        "the reference adds in place of the first input, which must be the largest",
        lambda call: call.inputs[0].shape != np.broadcast_shapes(*(value.shape for value in call.inputs)),
    ),
    Difference(
        ["NonMaxSuppression"], "onnxruntime", "the reference wants all inputs, as lists",
        lambda call: not all(has(call, place) and call.inputs[place].ndim for place in range(5)),
    ),
    Difference(
        ["NonZero"], "onnxruntime", "a single number: NumPy has no axis for it, onnxruntime one",
        lambda call: not call.inputs[0].ndim,
    ),
    Difference(
        ["OneHot"], "reference", "onnxruntime wants indices with an axis; the specification allows any rank",
        lambda call: not call.inputs[0].ndim,
    ),
    Difference(
        ["Pad"], "onnxruntime", "the reference cannot cut off",
        lambda call: (call.inputs[1] < 0).any(),
    ),
    Difference(
        ["ReduceLogSumExp"], "onnxruntime", "the reference fails on a single number",
        lambda call: not call.inputs[0].ndim,
    ),
    Difference(
        ["Resize"], "onnxruntime", "the reference takes axes from the front only",
        lambda call: min(attribute(call, "axes", [0])) < 0,
    ),
    Difference(
        ["Resize"], "onnxruntime",
        "the reference computes places in double precision, some from sizes that are not rounded; where that"
        " decides between two elements, they differ",
        lambda call: not whole_scales(call),
    ),
    Difference(
        ["Resize"], "reference", "onnxruntime crops no axis whose size does not change", crops_unscaled
    ),
    Difference(
        ["RoiAlign"], "onnxruntime",
        "before version 16 there is no shift by half a pixel; the reference has it always",
        lambda call: call.opset < 16,
    ),
    Difference(
        ["Shape"], "onnxruntime",
        "the reference counts an end before the first axis from the end once more",
        lambda call: attribute(call, "end", 0) < -call.inputs[0].ndim,
    ),
    Difference(
        ["Slice"], "reference",
        "onnxruntime takes an end far behind to be before the first when it goes backwards",
        lambda call: has(call, 4) and bool((call.inputs[2][call.inputs[4] < 0] > 1 << 60).any()),
    ),
    Difference(
        ["Slice"], "onnxruntime",
        "a start far before the first: the specification clamps it to the first, the reference to before it",
        lambda call: has(call, 4) and bool((call.inputs[1][call.inputs[4] < 0] < -(1 << 60)).any()),
    ),
    Difference(
        ["Softmax", "LogSoftmax"], "onnxruntime",
        "the reference knows the semantics from version 13 on alone",
        lambda call: call.opset < 13,
    ),
    Difference(
        ["Unsqueeze"], "onnxruntime",
        "before version 13 the reference takes axes from the front and in order only",
        lambda call: call.opset < 13,
    ),
    Difference(
        ["Where"], "reference", "onnxruntime has no choice between truth values",
        lambda call: call.inputs[1].dtype == np.bool_,
    ),
]  # fmt: skip


def difference(call):
    """The first entry that a call falls under; None where both references are followed."""
    return next((one for one in DIFFERENCES if call.op in one.operators and one.applies(call)), None)
