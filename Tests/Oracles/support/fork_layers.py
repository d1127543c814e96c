"""Layers of forks in NumPy, by the formulas and loops of their sources, and random cases of each type."""

import math

import numpy as np
from layer_cases import Case, message

F = np.float32
MAKERS = {}


def kinds(*names):
    """Registers a function that makes a case of one of the types."""

    def register(make):
        for name in names:
            MAKERS[name] = make
        return make

    return register


def away(x):
    """C's round: halves go away from 0."""
    x = np.asarray(x)
    whole = np.floor(np.abs(x))
    return np.sign(x) * (whole + (np.abs(x) - whole >= 0.5))


# Element by element


@kinds("HardSwish", "HSwish")
def hard_swish(r):
    x = edge_values(r)
    return Case("", [x], [x * np.clip(x.astype(float) + 3, 0, 6) / 6])


@kinds("HSigmoid")
def hard_sigmoid(r):
    x = edge_values(r)
    return Case("", [x], [np.clip(x.astype(float) + 3, 0, 6) / 6])


def edge_values(r):
    x = r.value()
    x.flat[0] = r.choice([-3, 3, 0, 50, -50])
    return x


@kinds("Mish")
def mish(r):
    x = edge_values(r)
    wide = x.astype(float)
    return Case("", [x], [wide * np.tanh(np.logaddexp(0, wide))])


@kinds("SeLu", "SeLU")
def selu(r):
    x = edge_values(r)
    scale, alpha = (r.number(0.5, 2), r.number(0.5, 2)) if r.chance(0.5) else (None, None)
    text = message("selu_param", **{"lambda": scale}, alpha=alpha)
    scale, alpha = scale or 1.050700987, alpha or 1.67326324
    wide = np.minimum(x.astype(float), 0)
    return Case(text, [x], [np.where(x > 0, scale * x.astype(float), scale * alpha * np.expm1(wide))])


@kinds("NegReLU")
def negative_relu(r):
    x = edge_values(r)
    slope = r.choice([None, 0, 0.25, -1.5])
    text = message("relu_param", negative_slope=slope)
    return Case(text, [x], [np.minimum(x, 0) + float(slope or 0) * np.maximum(x, 0)])


@kinds("NegSquare")
def negative_square(r):
    x = edge_values(r)
    return Case("", [x], [-(x.astype(float) ** 2)])


@kinds("ExpMax")
def exp_max(r):
    x = r.normal(1, *r.image()[1:], scale=2)
    base, scale, shift = r.choice([None, -1, 2, 0.5]), r.choice([None, 0.5, 2]), r.choice([None, -1, 0.75])
    text = message("expmax_param", base=base, scale=scale, shift=shift)
    log = 1.0 if base in (None, -1) else math.log(base)
    below = x.astype(float) - x.max(axis=1, keepdims=True)
    return Case(text, [x], [np.exp(log * (scale or 1) * below) * math.exp(log * (shift or 0))])


@kinds("Insanity")
def insanity(r):
    x = edge_values(r)
    low = r.integer(1, 4)
    high = low + r.integer(1, 4)
    given = r.chance(0.7)
    low, high = (low, high) if given else (5, 10)
    slope = (high - low) / (math.log(high) - math.log(low))
    text = message("insanity_param", lb=low, ub=high) if given else ""
    return Case(text, [x], [np.maximum(x, 0) + np.minimum(x, 0).astype(float) / slope])


@kinds("ScaleFilter")
def scale_filter(r):
    x = r.normal(*r.image())
    return Case(message("scale_filter_param", min_scale=0.9, max_scale=1.1), [x], [x.astype(float)])


@kinds("EltwiseAffine")
def eltwise_affine(r):
    x = r.normal(*r.shape(least=2))
    shared = r.chance(0.3)
    factor, summand = ((r.normal(*([] if shared else [x.shape[1]]))) for _ in range(2))
    axes = [-1] + [1] * (x.ndim - 2)
    wide = x.astype(float) * factor.reshape(axes) + summand.reshape(axes)
    text = message("eltwise_affine_param", channel_shared=True) if shared else ""
    return Case(text, [x], [wide], [factor, summand])


@kinds("GRN")
def response_normalising(r):
    x = r.normal(*r.image())
    bias = r.choice([1e-8, 0.5, 2])
    wide = x.astype(float)
    length = np.sqrt((wide**2).sum(1, keepdims=True) + bias)
    return Case(message("grn_param", bias=bias), [x], [wide / length])


@kinds("ChannelNorm")
def channel_norm(r):
    x = r.normal(*r.image())
    return Case("", [x], [np.sqrt((x.astype(float) ** 2).sum(1, keepdims=True))])


def join(r, operation):
    shape = r.shape(least=1)
    cut = r.integer(0, len(shape) - 1)
    x, y = r.normal(*shape), r.normal(*(size if r.chance(0.6) else 1 for size in shape[cut:]))
    by_blob = r.chance(0.3)
    if not by_blob and r.chance(0.5):
        x, y = y, x
    made = operation(x.astype(float), y.astype(float))
    return Case("", [x] if by_blob else [x, y], [made], [y] if by_blob else [])


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


MAKERS["Add"] = lambda r: join(r, np.add)
MAKERS["Mul"] = lambda r: join(r, np.multiply)


# Regions


@kinds("ROIPooling")
def roi_pooling(r):
    x = r.normal(*r.image())
    n, channels, height, width = x.shape
    ph, pw, scale = r.integer(1, 4), r.integer(1, 4), r.choice([1, 0.5, 0.0625])
    regions = random_regions(r, n, height, width, scale)
    made = np.zeros((len(regions), channels, ph, pw))
    for k, (image, *corners) in enumerate(regions):
        x1, y1, x2, y2 = (int(away(F(corner) * F(scale))) for corner in corners)
        bin_h, bin_w = F(max(y2 - y1 + 1, 1)) / F(ph), F(max(x2 - x1 + 1, 1)) / F(pw)
        for i in range(ph):
            for j in range(pw):
                top, bottom = int(np.floor(F(i) * bin_h)) + y1, int(np.ceil(F(i + 1) * bin_h)) + y1
                left, right = int(np.floor(F(j) * bin_w)) + x1, int(np.ceil(F(j + 1) * bin_w)) + x1
                top, bottom = (min(max(place, 0), height) for place in (top, bottom))
                left, right = (min(max(place, 0), width) for place in (left, right))
                if bottom > top and right > left:
                    made[k, :, i, j] = x[int(image), :, top:bottom, left:right].max((1, 2))
    text = message("roi_pooling_param", pooled_h=ph, pooled_w=pw, spatial_scale=scale)
    shape = [len(regions), 5, 1, 1] if r.chance(0.3) else [len(regions), 5]
    return Case(text, [x, regions.reshape(shape)], [made])


def random_regions(r, images, height, width, scale):
    """Some reach over the border, some are outside, some are turned inside out, some have halves."""
    regions = []
    for _ in range(r.integer(1, 4)):
        x1, x2 = (r.number(-0.5, 1.3) * width / scale for _ in range(2))
        y1, y2 = (r.number(-0.5, 1.3) * height / scale for _ in range(2))
        if r.chance(0.9):
            x1, x2, y1, y2 = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        if r.chance(0.4):
            x1, y1, x2, y2 = (math.floor(place) + 0.5 for place in (x1, y1, x2, y2))
        regions.append([r.integer(0, images - 1), x1, y1, x2, y2])
    return np.array(regions, F)


@kinds("PSROIPooling")
def psroi_pooling(r):
    g, maps, scale = r.integer(1, 3), r.integer(1, 3), r.choice([1, 0.5, 0.0625])
    n, height, width = r.integer(1, 2), r.integer(2, 9), r.integer(2, 9)
    x = r.normal(n, maps * g * g, height, width)
    regions = random_regions(r, n, height, width, scale)
    made = np.zeros((len(regions), maps, g, g))
    for k, (image, *corners) in enumerate(regions):
        x1, y1 = (F(away(corner)) * F(scale) for corner in corners[:2])
        x2, y2 = (F(away(corner) + 1.0) * F(scale) for corner in corners[2:])
        bin_w, bin_h = (F(max(float(size), 0.1)) / F(g) for size in (x2 - x1, y2 - y1))
        for i in range(g):
            for j in range(g):
                top, bottom = int(np.floor(F(i) * bin_h + y1)), int(np.ceil(F(i + 1) * bin_h + y1))
                left, right = int(np.floor(F(j) * bin_w + x1)), int(np.ceil(F(j + 1) * bin_w + x1))
                top, bottom = (min(max(place, 0), height) for place in (top, bottom))
                left, right = (min(max(place, 0), width) for place in (left, right))
                if bottom > top and right > left:
                    cell = x[int(image), i * g + j :: g * g, top:bottom, left:right]
                    made[k, :, i, j] = cell.astype(float).mean((1, 2))
    text = message("psroi_pooling_param", spatial_scale=scale, output_dim=maps, group_size=g)
    return Case(text, [x, regions], [made])


# Volumes


def windows(x, kernel, strides, places):
    """For each place of a window over the last axes: the place, and what the window holds."""
    for place in np.ndindex(*places):
        cut = tuple(
            slice(at * stride, at * stride + size)
            for at, stride, size in zip(place, strides, kernel, strict=True)
        )
        yield place, x[(slice(None), slice(None), *cut)]


@kinds("Convolution3D", "CONVOLUTION3D")
def convolution_3d(r):
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(3, 5), r.integer(3, 6), r.integer(3, 6))
    outputs, depth, size = r.integer(1, 4), r.integer(1, 3), r.integer(1, 3)
    stride, step, pad, pad_in_time = r.integer(1, 2), r.integer(1, 2), r.integer(0, 1), r.integer(0, 1)
    bias = r.chance(0.7)
    weights = r.normal(outputs, x.shape[1], depth, size, size)
    blobs = [weights, r.normal(1, 1, 1, 1, outputs)] if bias else [weights]
    text = message(
        r.choice(["convolution3d_param", "convolution_param"]),
        num_output=outputs,
        kernel_size=size,
        kernel_depth=depth,
        stride=stride if stride > 1 or r.chance(0.5) else None,
        temporal_stride=step if step > 1 or r.chance(0.5) else None,
        pad=pad if pad or r.chance(0.5) else None,
        temporal_pad=pad_in_time if pad_in_time or r.chance(0.5) else None,
        bias_term=None if bias else False,
        filter_group=r.choice([None, 1]),
    )
    pads = (pad_in_time, pad, pad)
    padded = np.pad(x.astype(float), [(0, 0), (0, 0), *((pad, pad) for pad in pads)])
    kernel, strides = (depth, size, size), (step, stride, stride)
    places = [(s - k) // t + 1 for s, k, t in zip(padded.shape[2:], kernel, strides, strict=True)]
    made = np.zeros((len(x), outputs, *places))
    for place, held in windows(padded, kernel, strides, places):
        made[(slice(None), slice(None), *place)] = np.einsum("ncdhw,ocdhw->no", held, weights.astype(float))
    if bias:
        made += blobs[1].reshape(1, -1, 1, 1, 1)
    return Case(text, [x], [made], blobs)


@kinds("Pooling3D", "POOLING3D")
def pooling_3d(r):
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(3, 6), r.integer(3, 7), r.integer(3, 7))
    size, depth = r.integer(2, 3), r.integer(1, 3)
    stride, step = r.integer(1, size), r.integer(1, depth)
    is_mean = r.chance(0.5)
    pad = r.integer(0, size - 1) if is_mean else 0
    text = message(
        r.choice(["pooling3d_param", "pooling_param"]),
        pool="AVE" if is_mean else r.choice([None, "MAX"]),
        kernel_size=size,
        kernel_depth=depth,
        stride=stride if stride > 1 or r.chance(0.5) else None,
        temporal_stride=step if step > 1 or r.chance(0.5) else None,
        pad=pad if pad or r.chance(0.3) else None,
    )
    sizes, pads = x.shape[2:], (0, pad, pad)
    kernel, strides = (depth, size, size), (step, stride, stride)
    each = list(zip(sizes, pads, kernel, strides, strict=True))
    places = [math.ceil((s + 2 * p - k) / t) + 1 for s, p, k, t in each]
    made = np.zeros((*x.shape[:2], *places))
    for place in np.ndindex(*places):
        cut, count = [], 1
        for at, (s, p, k, t) in zip(place, each, strict=True):
            start = at * t - p
            end = min(start + k, s + p)
            count *= end - start
            cut.append(slice(max(start, 0), min(end, s)))
        held = x[(slice(None), slice(None), *cut)].astype(float)
        made[(slice(None), slice(None), *place)] = (
            held.sum((2, 3, 4)) / count if is_mean else held.max((2, 3, 4))
        )
    return Case(text, [x], [made])


@kinds("ConvolutionSK")
def convolution_sk(r):
    group = r.integer(1, 2)
    outputs, inputs = group * r.integer(1, 2), group * r.integer(1, 2)
    fields = {"num_output": outputs, "group": group if group > 1 else None}

    def both(name, high, word):
        """A number for both axes, or one for each."""
        one, other = r.integer(1, high), r.integer(1, high)
        if r.chance(0.5):
            fields[word] = one
            return [one, one]
        fields[f"{name}_h"], fields[f"{name}_w"] = one, other
        return [one, other]

    kernel, stride = both("kernel", 3, "kernel_size"), both("stride", 2, "stride")
    gap = both("kstride", 3, "kstride")
    bias = r.chance(0.7)
    if not bias:
        fields["bias_term"] = False
    x = [r.normal(r.integer(1, 2), inputs, r.integer(7, 9), r.integer(7, 9)) for _ in range(r.integer(1, 2))]
    x = [x[0], *(r.normal(*x[0].shape) for _ in x[1:])]
    weights = r.normal(outputs, inputs // group, *kernel)
    blobs = [weights, r.normal(1, 1, 1, outputs)] if bias else [weights]
    made = []
    for value in x:
        reach = [(k - 1) * g + 1 for k, g in zip(kernel, gap, strict=True)]
        places = [(s - e) // t + 1 for s, e, t in zip(value.shape[2:], reach, stride, strict=True)]
        top = np.zeros((len(value), outputs, *places))
        for place, held in windows(value.astype(float), reach, stride, places):
            held = held[:, :, :: gap[0], :: gap[1]]
            for part in range(group):
                of = slice(part * inputs // group, (part + 1) * inputs // group)
                to = slice(part * outputs // group, (part + 1) * outputs // group)
                top[:, to, place[0], place[1]] = np.einsum("nchw,ochw->no", held[:, of], weights[to])
        made.append(top + blobs[1].reshape(1, -1, 1, 1) if bias else top)
    return Case(message("convolution_param", **fields), x, made, blobs)


@kinds("PoolingSK")
def pooling_sk(r):
    fields = {"pool": r.choice([None, "MAX"])}

    def both(name, high, word):
        """A number for both axes, or one for each."""
        one, other = r.integer(1, high), r.integer(1, high)
        if r.chance(0.5):
            fields[word] = one
            return [one, one]
        fields[f"{name}_h"], fields[f"{name}_w"] = one, other
        return [one, other]

    kernel, stride = both("kernel", 3, "kernel_size"), both("stride", 2, "stride")
    gap = both("kstride", 3, "kstride")
    if r.chance(0.3):
        fields["pad"] = 0
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(7, 10), r.integer(7, 10))
    reach = [(k - 1) * g + 1 for k, g in zip(kernel, gap, strict=True)]
    sizes = list(zip(x.shape[2:], reach, stride, strict=True))
    # ceil(float(size - reach) / stride) + 1, as the source has it.
    places = [math.ceil((s - e) / t) + 1 for s, e, t in sizes]
    # The definition refuses windows that begin beyond the bottom.
    if any((place - 1) * t >= s for place, (s, _, t) in zip(places, sizes, strict=True)):
        return pooling_sk(r)
    made = np.full((*x.shape[:2], *places), -np.finfo(F).max)
    for h, w in np.ndindex(*places):
        rows = range(h * stride[0], min(h * stride[0] + reach[0], x.shape[2]), gap[0])
        columns = range(w * stride[1], min(w * stride[1] + reach[1], x.shape[3]), gap[1])
        for row in rows:
            for column in columns:
                made[:, :, h, w] = np.maximum(made[:, :, h, w], x[:, :, row, column])
    return Case(message("pooling_param", **fields), [x], [made])


@kinds("PriorBox")
def dense_prior_box(r):
    """FaceBoxes' boxes, by the loops of its prior_box_layer.cpp in its number types."""
    count = r.integer(1, 2)
    sizes = [F(r.choice([8, 9, 17, 32, 33.5])) for _ in range(count)]
    densities = [r.integer(1, 4) for _ in range(count)]
    fixed = [F(r.choice([0.5, 1, 2]))] if r.chance(0.4) else []
    given = [] if fixed or r.chance(0.5) else [F(r.choice([2, 3]))]
    flips, clips = r.chance(0.5), r.chance(0.5)
    height, width, image_height, image_width = (r.integer(1, high) for high in (3, 4, 90, 120))
    steps = r.integer(8, 32) if r.chance(0.5) else None
    fields = {
        "fixed_size": sizes, "density": densities, "fixed_ratio": fixed, "aspect_ratio": given,
        "flip": flips, "clip": clips, "step": steps,
    }  # fmt: skip
    parts = []
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            if value is not None:
                parts.append(f"{name}: {str(value).lower() if isinstance(value, bool) else value}")
    ratios = [F(1)]
    for ratio in given:
        ratios += [ratio, F(1) / ratio] if flips else [ratio]
    step_x, step_y = (
        (F(steps), F(steps)) if steps else (F(image_width) / F(width), F(image_height) / F(height))
    )
    boxes = []
    for h in range(height):
        for w in range(width):
            x, y = (F(w) + F(0.5)) * step_x, (F(h) + F(0.5)) * step_y
            for size, density in zip(sizes, densities, strict=True):
                whole, shift = int(size), int(size / F(density))
                for place, ratio in enumerate(fixed or ratios):
                    is_square = not fixed and place == 0
                    wide = F(whole) if is_square else F(size * np.sqrt(ratio))
                    high = F(whole) if is_square else F(size / np.sqrt(ratio))
                    for row in range(density):
                        for column in range(density):
                            cx = F(float(x - F(whole // 2)) + shift / 2.0 + column * shift)
                            cy = F(float(y - F(whole // 2)) + shift / 2.0 + row * shift)
                            boxes += [
                                max((float(cx) - float(wide) / 2) / image_width, 0),
                                max((float(cy) - float(high) / 2) / image_height, 0),
                                min((float(cx) + float(wide) / 2) / image_width, 1),
                                min((float(cy) + float(high) / 2) / image_height, 1),
                            ]
    top = np.array([boxes, np.full(len(boxes), F(0.1))])
    if clips:
        top[0] = np.clip(top[0], 0, 1)
    bottoms = [np.zeros((1, 1, height, width), F), np.zeros((1, 3, image_height, image_width), F)]
    return Case(f"prior_box_param {{ {' '.join(parts)} }}", bottoms, [top[None]])


def steps(r, low):
    """The blob of caffe-FQ's layers: the number of levels, the step, the lowest and the highest level."""
    levels, step = r.integer(3, 9), F(2.0 ** r.integer(-4, 0))
    least = -levels // 2 if low else 0
    return np.array([levels, step, least, (levels - 1) // 2 if low else levels - 1], F)


def to_levels(x, quant):
    return np.clip(away(x.astype(float) / quant[1]), quant[2], quant[3]) * quant[1]


@kinds("FQActive")
def quantised_values(r):
    x, quant = r.value(), steps(r, r.chance(0.5))
    x.flat[0] = r.choice([0.5, 1.5, -0.5, -2.5]) * quant[1]
    return Case("", [x], [to_levels(x, quant)], [quant])


@kinds("FQConvolution")
def quantised_convolution(r):
    quant, bias = steps(r, True), r.chance(0.5)
    x = r.normal(r.integer(1, 2), r.integer(1, 3), r.integer(3, 5), r.integer(3, 5))
    weights = r.normal(r.integer(1, 3), x.shape[1], r.integer(1, 2), r.integer(1, 2))
    fields = {"num_output": len(weights), "kernel_h": weights.shape[2], "kernel_w": weights.shape[3]}
    blobs = [weights, r.normal(len(weights)), quant] if bias else [weights, quant]
    places = [s - k + 1 for s, k in zip(x.shape[2:], weights.shape[2:], strict=True)]
    made = np.zeros((len(x), len(weights), *places))
    for place, held in windows(x.astype(float), weights.shape[2:], (1, 1), places):
        made[:, :, place[0], place[1]] = np.einsum("nchw,ochw->no", held, to_levels(weights, quant))
    made = made + blobs[1].reshape(1, -1, 1, 1) if bias else made
    return Case(message("convolution_param", **fields, bias_term=None if bias else False), [x], [made], blobs)


@kinds("FQInnerProduct")
def quantised_product(r):
    quant, bias = steps(r, True), r.chance(0.5)
    x, outputs = r.normal(r.integer(1, 3), r.integer(1, 3), r.integer(1, 3)), r.integer(1, 4)
    weights = r.normal(outputs, x[0].size)
    blobs = [weights, r.normal(outputs), quant] if bias else [weights, quant]
    made = x.astype(float).reshape(len(x), -1) @ to_levels(weights, quant).T
    text = message("inner_product_param", num_output=outputs, bias_term=None if bias else False)
    return Case(text, [x], [made + blobs[1] if bias else made], blobs)


# Flow


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


# Axes


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


# Recurrent


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@kinds("Lstm")
def ctpn_lstm(r):
    steps, streams, inputs, h = (r.integer(1, 4) for _ in range(4))
    x = r.normal(steps, streams, inputs)
    blobs = [r.normal(4 * h, inputs), r.normal(4 * h, h), r.normal(4 * h)]
    state = memory = np.zeros((streams, h))
    made = []
    for t in range(steps):
        gates = x[t].astype(float) @ blobs[0].T + blobs[2] + state @ blobs[1].T
        i, f, o, g = np.split(gates, 4, axis=1)
        memory = (sigmoid(f) * memory if t else 0) + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(memory)
        made.append(state)
    text = message("lstm_param", num_output=h, clipping_threshold=r.choice([None, 1]))
    return Case(text, [x], [np.array(made)], blobs)


def recurrent(r, gates):
    """BVLC's recurrent layers: 4 gates for the LSTM, 1 for the RNN."""
    steps, streams, inputs, h = (r.integer(1, 4) for _ in range(4))
    exposes, has_static = r.chance(0.75), r.chance(0.4)
    x, goes_on = r.normal(steps, streams, inputs), (r.normal(steps, streams) > -0.5).astype(F)
    if not exposes:
        goes_on[0] = 0
    static = r.normal(streams, r.integer(1, 3)) if has_static else np.zeros((streams, 1), F)
    of_static = r.normal(gates * h, static.shape[1])
    of_input, bias, of_state = r.normal(gates * h, inputs), r.normal(gates * h), r.normal(gates * h, h)
    of_output, output_bias = r.normal(h, h), r.normal(h)
    first = [r.normal(1, streams, h) for _ in range(1 if gates == 1 else 2)]
    state, memory = first[0][0].astype(float), first[-1][0].astype(float)
    made = []
    for t in range(steps):
        keep = goes_on[t][:, None]
        own = x[t].astype(float) @ of_input.T + bias + (keep * state) @ of_state.T + static @ of_static.T
        if gates == 1:
            state = np.tanh(own)
            made.append(np.tanh(state @ of_output.T + output_bias))
            continue
        i, f, o, g = np.split(own, 4, axis=1)
        memory = keep * sigmoid(f) * memory + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(memory)
        made.append(state)
    last = [state[None], memory[None]][: len(first)]
    return Case(
        message("recurrent_param", num_output=h, expose_hidden=True if exposes else None),
        [x, goes_on, *([static] if has_static else []), *(first if exposes else [])],
        [np.array(made), *(last if exposes else [])],
        [of_input, bias]
        + ([of_static] if has_static else [])
        + [of_state]
        + ([of_output, output_bias] if gates == 1 else []),
    )


MAKERS["LSTM"] = lambda r: recurrent(r, 4)
MAKERS["RNN"] = lambda r: recurrent(r, 1)
