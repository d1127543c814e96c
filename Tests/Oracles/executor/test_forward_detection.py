"""The layers of SSD detectors, against NumPy and against OpenCV."""

import layer_cases
import numpy as np
from layer_cases import Case

COUNT = 60
CODES = ["CORNER", "CENTER_SIZE", "CORNER_SIZE"]


def prior_box(r):
    height, width = r.integer(1, 5), r.integer(1, 5)
    image_height, image_width = r.integer(20, 60), r.integer(20, 60)
    count = r.integer(1, 2)
    smallest = [r.integer(2, 20) for _ in range(count)]
    largest = [size + r.integer(1, 20) for size in smallest] if r.chance(0.6) else []
    if not r.for_opencv and r.chance(0.5):  # which OpenCV does not cut off
        smallest, largest = ([size + 0.75 for size in sizes] for sizes in (smallest, largest))
    ratios = r.sample([1, 2, 3, 0.25, 1.5], r.integer(0, 3))
    flip, clip, offset = r.chance(0.6), r.chance(0.5), r.choice([0.5, 0.5, 0, 0.25])
    variances = r.choice([[], [0.2], [0.1, 0.1, 0.2, 0.2]])
    if r.for_opencv and not variances:
        return None  # it knows no default
    fields = f"flip: {flip} clip: {clip} offset: {offset}".lower()
    for name, values in [
        ("min_size", smallest), ("max_size", largest), ("aspect_ratio", ratios), ("variance", variances)
    ]:  # fmt: skip
        fields += "".join(f" {name}: {value}" for value in values)
    bottoms = [r.normal(1, 2, height, width), r.normal(1, 3, image_height, image_width)]
    if r.chance(0.3) and not r.for_opencv:  # which does not look at it
        image_height = image_width = r.integer(20, 60)
        fields += f" img_size: {image_width}"
    step_height, step_width = image_height / height, image_width / width
    if r.chance(0.3):
        step_height, step_width = r.choice([4, 8.5]), r.choice([4, 8.5])
        fields += f" step_h: {step_height} step_w: {step_width}"
    elif r.chance(0.3):
        step_height = step_width = r.choice([4, 8.5])
        fields += f" step: {step_height}"

    others = []
    for ratio in ratios:
        if ratio != 1:
            others += [ratio, 1 / ratio] if flip else [ratio]
    boxes = []
    for place, size in enumerate(smallest):
        side = int(size)
        boxes.append((side, side))
        if largest:
            boxes.append((np.sqrt(side * int(largest[place])),) * 2)
        boxes += [(side * np.sqrt(ratio), side / np.sqrt(ratio)) for ratio in others]
    corners = []
    for y in range(height):
        for x in range(width):
            center = np.array([(x + offset) * step_width, (y + offset) * step_height])
            for box in boxes:
                for corner in (center - np.array(box) / 2, center + np.array(box) / 2):
                    corners += (corner / [image_width, image_height]).tolist()
    corners = np.clip(corners, 0, 1) if clip else np.array(corners)
    variance = np.resize(variances or [0.1], corners.size)
    return Case(f"prior_box_param {{ {fields} }}", bottoms, [np.stack([corners, variance])[None]])


def decode(code, prior, offsets):
    size = prior[2:] - prior[:2]
    if code == "CORNER":
        return prior + offsets
    if code == "CORNER_SIZE":
        return prior + offsets * np.tile(size, 2)
    center, size = (prior[:2] + prior[2:]) / 2 + offsets[:2] * size, np.exp(offsets[2:]) * size
    return np.concatenate([center - size / 2, center + size / 2])


def overlap(a, b):
    shared = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if shared.min() <= 0:
        return 0.0
    area, both = [(box[2:] - box[:2]).clip(0).prod() for box in (a, b)], shared.prod()
    return both / (sum(area) - both)


def suppress(boxes, confidences, least, threshold, eta, top):
    order = [place for place in np.argsort(-confidences, kind="stable") if confidences[place] > least][:top]
    kept = []
    for place in order:
        if all(overlap(boxes[place], boxes[other]) <= threshold for other in kept):
            kept.append(place)
            threshold *= eta if threshold > 0.5 else 1
    return kept


def detection_output(r):
    images, priors, classes = r.integer(1, 3), r.integer(1, 30), r.integer(2, 4)
    share, in_target, code = r.chance(0.6), r.chance(0.4), r.choice(CODES)
    background = r.choice([0, 0, -1, 1])
    threshold, eta = r.choice([0.3, 0.45, 0.8]), r.choice([1, 1, 0.7])
    top, keep, least = r.choice([None, 3, 20]), r.choice([-1, 2, 10]), r.choice([None, 0.3, 0.6])
    if r.for_opencv:
        if code == "CORNER_SIZE" or in_target:
            return None  # not in OpenCV, or only for priors without variances
        eta, keep = 1, max(keep, 2)  # OpenCV ignores the first and overruns its memory without the second
        least, background = least or 0.01, max(background, 0)
    locations = 1 if share else classes
    fields = f"num_classes: {classes} share_location: {share} background_label_id: {background}"
    fields += f" variance_encoded_in_target: {in_target} keep_top_k: {keep}".lower() + f" code_type: {code}"
    fields = fields.replace("True", "true").replace("False", "false")
    fields += "" if least is None else f" confidence_threshold: {least}"
    fields += f" nms_param {{ nms_threshold: {threshold} eta: {eta} {f'top_k: {top}' if top else ''} }}"

    corners = r.rng.uniform(0, 0.6, (priors, 2))
    prior = np.concatenate([corners, corners + r.rng.uniform(0.1, 0.4, (priors, 2))], 1)
    variance = r.rng.choice([0.1, 0.2], (priors, 4))
    prior_blob = np.stack([prior.ravel(), variance.ravel()])[None].astype(np.float32)
    offsets = r.normal(images, priors * locations * 4, scale=0.5)
    scores = r.rng.uniform(0, 1, (images, priors, classes)).astype(np.float32)

    prior, variance = prior_blob[0].astype(np.float64).reshape(2, priors, 4)
    rows = []
    for image in range(images):
        moves = offsets[image].astype(np.float64).reshape(priors, locations, 4)
        found = []
        for label in range(classes):
            if label == background:
                continue
            boxes = [
                decode(code, prior[p], moves[p, 0 if share else label] * (1 if in_target else variance[p]))
                for p in range(priors)
            ]
            confidences = scores[image, :, label].astype(np.float64)
            kept = suppress(boxes, confidences, -np.inf if least is None else least, threshold, eta, top)
            found += [[image, label, confidences[p], *boxes[p]] for p in kept]
        if -1 < keep < len(found):
            found = sorted(sorted(found, key=lambda row: -row[2])[:keep], key=lambda row: row[1])
        rows += found
    if not rows:
        if r.for_opencv:
            return None  # it gives zeros
        rows = [[image] + [-1] * 6 for image in range(images)]
    bottoms = [offsets, scores.reshape(images, -1), prior_blob]
    return Case(
        f"detection_output_param {{ {fields} }}",
        bottoms,
        [np.array(rows).reshape(1, 1, -1, 7)],
    )


def by_label(top):
    """The rows by image, label and falling confidence: OpenCV mixes the labels and adds rows of zeros."""
    rows = top.reshape(-1, 7)
    rows = rows[rows[:, 2] > 0]
    return rows[np.lexsort((-rows[:, 2], rows[:, 1], rows[:, 0]))]


def test_prior_box(record_property):
    cases = layer_cases.draw(prior_box, COUNT)
    # corners are single-precision before they are divided, as in Caffe
    layer_cases.hold("PriorBox", cases, record_property, double=1e-6, single=1e-6)


def test_detection_output(record_property):
    cases = layer_cases.draw(detection_output, COUNT)
    layer_cases.hold("DetectionOutput", cases, record_property, single=1e-6, arrange=by_label)
