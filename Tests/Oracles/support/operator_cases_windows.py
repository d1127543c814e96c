"""Random calls of convolutions, matrix products and poolings."""

from operator_draw import given, operator
from operator_runs import Call


def window(r, sizes, *, dilated=True, transposed=False):
    """Attributes of windows over spatial sizes, and the kernel."""
    axes = len(sizes)
    kernel = [r.integer(1, 3) for _ in sizes]
    # No window may step over the whole input.
    dilations = [r.integer(1, min(2, size)) for size in sizes] if dilated and r.chance(0.4) else None
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations or [1] * axes)]
    attributes = given(
        dilations=dilations, strides=[r.integer(1, 3) for _ in sizes] if r.chance(0.6) else None
    )
    auto = r.choice(["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]) if r.chance(0.3) else None
    needed = [0 if transposed else max(0, k - size) for k, size in zip(reach, sizes)]
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        attributes.pop("dilations", None)
        if not transposed and "strides" in attributes:
            # Windows further apart than they are long would need pads below zero.
            attributes["strides"] = [min(s, k) for s, k in zip(attributes["strides"], kernel)]
    if auto == "VALID" or (auto is None and r.chance(0.3)):
        kernel = [min(k, size) if dilations is None else 1 for k, size in zip(kernel, sizes)]
        needed = [0] * axes
    elif auto in (None, "NOTSET"):
        pads = [r.integer(0, k - 1) for k in kernel * 2]
        for axis in range(axes):
            pads[axis] = max(pads[axis], min(kernel[axis] - 1, needed[axis]))
            pads[axes + axis] = max(pads[axes + axis], min(kernel[axis] - 1, needed[axis]))
            reaches = (kernel[axis] - 1) * (dilations or [1] * axes)[axis] + 1
            if not transposed and sizes[axis] + pads[axis] + pads[axes + axis] < reaches:
                kernel[axis], pads[axis], pads[axes + axis] = 1, 0, 0
        attributes["pads"] = pads
    if auto:
        attributes["auto_pad"] = auto
    return kernel, attributes


@operator("Conv", tolerance=1e-6)
def conv(r, name):
    axes = r.choice([1, 2, 2, 2, 3])
    sizes = [r.integer(1, 9) for _ in range(axes)]
    kernel, attributes = window(r, sizes)
    groups = r.integer(1, 3)
    per_group = r.choice([1, 1, 2, 3])
    outputs = groups * r.integer(1, 3)
    x = r.floats([r.integer(0 if r.chance(0.1) else 1, 2), groups * per_group, *sizes])
    inputs = [x, r.floats([outputs, per_group, *kernel], 1)] + (
        [r.floats([outputs])] if r.chance(0.5) else []
    )
    attributes |= given(
        group=groups if groups > 1 or r.chance(0.5) else None, kernel_shape=kernel if r.chance(0.6) else None
    )
    return Call(name, inputs, attributes, opset=r.opset(11))


@operator("ConvTranspose", tolerance=1e-6)
def conv_transpose(r, name):
    axes = r.choice([1, 2, 2, 2, 3])
    sizes = [r.integer(1, 6) for _ in range(axes)]
    kernel, attributes = window(r, sizes, transposed=True)
    groups = r.integer(1, 3)
    per_group, outputs = r.integer(1, 3), r.integer(1, 3)
    strides = attributes.get("strides", [1] * axes)
    if attributes.get("auto_pad", "NOTSET") == "NOTSET":
        if "pads" in attributes:
            # What is left must not be empty.
            attributes["pads"] = [
                min(pad, (strides[i % axes] * (sizes[i % axes] - 1) + kernel[i % axes] - 1) // 2)
                for i, pad in enumerate(attributes["pads"])
            ]
        if r.chance(0.3):
            attributes["output_padding"] = [r.integer(0, stride - 1) for stride in strides]
    x = r.floats([r.integer(1, 2), groups * per_group, *sizes])
    w = r.floats([groups * per_group, outputs, *kernel], 1)
    inputs = [x, w] + ([r.floats([groups * outputs])] if r.chance(0.5) else [])
    attributes |= given(group=groups if groups > 1 else None, kernel_shape=kernel if r.chance(0.6) else None)
    return Call(name, inputs, attributes, opset=r.opset(11))


@operator("Gemm", tolerance=1e-6)
def gemm(r, name):
    rows, depth, columns = (r.integer(1, 9) if r.chance(0.8) else r.integer(10, 300) for _ in range(3))
    flip_a, flip_b = r.chance(0.4), r.chance(0.4)
    a = r.floats([depth, rows] if flip_a else [rows, depth])
    b = r.floats([columns, depth] if flip_b else [depth, columns])
    c = r.choice([None, [], [1], [columns], [rows, 1], [1, columns], [rows, columns]])
    attributes = given(
        alpha=r.number(-2, 2) if r.chance(0.4) else None, beta=r.number(-2, 2) if r.chance(0.4) else None,
        transA=int(flip_a) if flip_a or r.chance(0.3) else None, transB=int(flip_b) if flip_b else None,
    )  # fmt: skip
    return Call(name, [a, b] + ([] if c is None else [r.floats(c)]), attributes, opset=r.opset(11))


@operator("MatMul", tolerance=1e-6)
def matmul(r, name):
    rows, depth, columns = (r.integer(1, 9) if r.chance(0.9) else r.integer(10, 300) for _ in range(3))
    a, b = r.broadcast(2, most=3, longest=4)
    if r.chance(0.15):
        return Call(name, [r.floats([depth]), r.floats([*b, depth, columns])], opset=r.opset())
    if r.chance(0.15):
        return Call(name, [r.floats([*a, rows, depth]), r.floats([depth])], opset=r.opset())
    return Call(name, [r.floats([*a, rows, depth]), r.floats([*b, depth, columns])], opset=r.opset())


@operator("MaxPool", tolerance=0)
def max_pool(r, name):
    sizes = [r.integer(1, 9) for _ in range(r.choice([1, 2, 2, 2, 3]))]
    kernel, attributes = window(r, sizes)
    ceiled = r.chance(0.3)
    attributes |= given(kernel_shape=kernel, ceil_mode=1 if ceiled else None)
    outputs = 2 if r.chance(0.4) else 1
    if outputs == 2 and r.chance(0.3):
        attributes["storage_order"] = 1
    x = r.floats([r.integer(1, 2), r.integer(1, 3), *sizes])
    return Call(name, [x], attributes, outputs, opset=r.opset(11))


@operator("AveragePool", tolerance=1e-6)
def average_pool(r, name):
    opset = r.opset(11)
    sizes = [r.integer(1, 9) for _ in range(r.choice([1, 2, 2, 2, 3]))]
    kernel, attributes = window(r, sizes, dilated=opset >= 19)
    attributes |= given(
        kernel_shape=kernel, ceil_mode=1 if r.chance(0.3) else None,
        count_include_pad=r.choice([None, 0, 1]),
    )  # fmt: skip
    return Call(name, [r.floats([r.integer(1, 2), r.integer(1, 3), *sizes])], attributes, opset=opset)


@operator("GlobalAveragePool", "GlobalMaxPool", tolerance=1e-6)
def global_pool(r, name):
    return Call(name, [r.floats(r.sizes(least=3, longest=9, empty=0))], opset=r.opset(11))
