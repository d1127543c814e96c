"""Layers of forks about regions and boxes."""

import math

import numpy as np
from fork_draw import F, away, kinds
from layer_cases import Case, message


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
