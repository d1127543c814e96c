"""The fold, a second time: NumPy, float64, straight from the formulas, sharing nothing with the Swift code.

`expected` follows the `rewrites` of a JSON report; `naive_fold` decides for itself what to fold, so that
these formulas can be checked against OpenCV without any report.
"""

import nets
import numpy as np


def statistics(layer, blobs):
    """(mean, variance, gamma, beta) of a BatchNorm layer; the last two None in BVLC's dialect."""
    blobs = [blob.astype(np.float64).ravel() for blob in blobs]
    if len(blobs) == 3:
        factor = 1 / blobs[2][0] if blobs[2][0] else 0.0
        return blobs[0] * factor, blobs[1] * factor, None, None
    assert len(blobs) == 5, f"BatchNorm '{layer.name}' with {len(blobs)} blobs"
    if blobs[4].size == 1 and blobs[2].size > 1:
        gamma, beta, mean, variance, _ = blobs
    elif blobs[2].size == 1 and blobs[4].size > 1:
        mean, variance, _, gamma, beta = blobs
    else:  # one channel: every blob has one number, and the common order is taken
        gamma, beta, mean, variance, _ = blobs
    return mean, variance, gamma, beta


def affine(layer, blobs):
    """Per-channel (scale, shift) of a layer, y = scale * x + shift, in float64."""
    kind = nets.layer_type(layer)
    if kind == "BatchNorm":
        mean, variance, gamma, beta = statistics(layer, blobs)
        scale = 1 / np.sqrt(variance + np.float64(np.float32(layer.batch_norm_param.eps)))
        shift = -mean * scale
        return (scale, shift) if gamma is None else (scale * gamma, shift * gamma + beta)
    if kind == "Scale":
        blobs = [blob.astype(np.float64).ravel() for blob in blobs]
        return blobs[0], blobs[1] if len(blobs) > 1 else np.zeros_like(blobs[0])
    if kind in ("Dropout", "Split"):
        return np.ones(1), np.zeros(1)
    raise AssertionError(f"'{layer.name}' of type {kind} is no per-channel affine layer")


def absorb(layer, blobs, scale, shift):
    """The blobs of `layer` followed by y = scale * x + shift, in float64."""
    kind = nets.layer_type(layer)
    weights, *bias = (blob.astype(np.float64) for blob in blobs)
    if kind == "Deconvolution":  # [in, out / group, ...]: output channel = group * (out / group) + j
        group = layer.convolution_param.group
        per_group = weights.reshape(group, -1, *weights.shape[1:])
        rows = np.broadcast_to(scale, layer.convolution_param.num_output).reshape(group, 1, -1)
        folded = (per_group * rows.reshape(*rows.shape, *[1] * (weights.ndim - 2))).reshape(weights.shape)
        channels = layer.convolution_param.num_output
    elif kind == "InnerProduct" and layer.inner_product_param.transpose:  # [in, out]
        folded, channels = weights * scale, layer.inner_product_param.num_output
    elif kind == "InnerProduct":  # legacy blobs are 1 x 1 x out x in
        channels = layer.inner_product_param.num_output
        folded = (weights.reshape(channels, -1) * np.reshape(scale, (-1, 1))).reshape(weights.shape)
    else:
        channels = layer.convolution_param.num_output
        folded = weights * np.reshape(scale, (-1, *[1] * (weights.ndim - 1)))
    old = bias[0] if bias else np.zeros(channels)
    return [folded, (old.ravel() * scale + shift).reshape(old.shape)]


def absorb_input(layer, blobs, scale, shift):
    """The blobs of `layer` preceded by y = scale * x + shift, in float64; exact where nothing is padded."""
    weights, *bias = (blob.astype(np.float64) for blob in blobs)
    if nets.layer_type(layer) == "InnerProduct":
        outputs = layer.inner_product_param.num_output
        transposed = layer.inner_product_param.transpose
        rows = weights.reshape(-1, outputs).T if transposed else weights.reshape(outputs, -1)
        scale, shift = (np.repeat(v, rows.shape[1] // v.size) for v in (scale, shift))
        added = rows @ shift
        folded = (rows * scale).T if transposed else rows * scale
    else:
        outputs, group = layer.convolution_param.num_output, layer.convolution_param.group
        scale, shift = (np.broadcast_to(v, weights.shape[1] * group) for v in (scale, shift))
        per_output = np.arange(outputs) // (outputs // group)
        rows = weights.reshape(outputs, weights.shape[1], -1)
        added = np.einsum("oik,oi->o", rows, shift.reshape(group, -1)[per_output])
        folded = rows * scale.reshape(group, -1)[per_output][:, :, None]
    old = bias[0] if bias else np.zeros(outputs)
    return [folded.reshape(weights.shape), (old.ravel() + added).reshape(old.shape)]


def composed(parts):
    """One (scale, shift) for several, the first applied first."""
    scale, shift = np.ones(1), np.zeros(1)
    for s, t in parts:
        scale, shift = s * scale, s * shift + t
    return scale, shift


def expected(definition, weights, rewrites):
    """Layer name -> float64 blobs, for every layer that the rewrites changed or made and left."""
    view = {layer.name: layer for layer in nets.in_phase(definition)}
    order = {name: i for i, name in enumerate(view)}
    current = {
        name: [blob.astype(np.float64) for blob in blobs]
        for name, blobs in nets.blobs_by_name(weights).items()
    }
    changed, twins = {}, nets.other_phases(definition)
    for rewrite in rewrites:
        made, gone = rewrite["added"], [name for name in rewrite["removed"] if name in view]
        affected = [name for name in gone if nets.layer_type(view[name]) in nets.AFFINE]
        takers = [n for n in rewrite["kept"] if nets.layer_type(view[n]) in nets.ABSORBERS | {"Scale"}]
        if not affected or (not takers and not made and set(affected) <= twins):
            continue  # a Dropout, or the TRAIN twin of a layer
        if rewrite["rule"] == "concat-affine":
            ordered = [view[name] for name in sorted(view, key=order.get)]
            absorb_parts(view, ordered, current, changed, rewrite, affected[0])
            continue
        assert len(takers) + len(made) == 1, f"{rewrite}: what takes the parameters?"
        absorber = takers[0] if takers else None
        if absorber and view[absorber].type == "Scale":
            affected.append(absorber)
        parts = [affine(view[name], current[name]) for name in sorted(affected, key=order.get)]
        for name in gone:
            changed.pop(name, None)
        if absorber in affected or made:
            target = absorber or made[0]
            changed[target] = list(composed(parts))
            ends = sorted(affected, key=order.get)
            view[target] = nets.schema.LayerParameter(
                name=target, type="Scale", bottom=view[ends[0]].bottom[:1], top=view[ends[-1]].top[:1]
            )
            order.setdefault(target, order[ends[0]])
        elif order[affected[0]] < order[absorber]:
            target = absorber
            changed[target] = absorb_input(view[target], current[target], *composed(parts))
        else:
            target = absorber
            changed[target] = absorb(view[target], current[target], *composed(parts))
        current[target] = changed[target]
    return changed


def absorb_parts(view, layers, current, changed, rewrite, norm):
    """A norm behind a Concat, into the layers that make its bottoms: to each its part of the channels.

    `layers` are those of `view` in the order of the net.
    """
    concat = next(name for name in rewrite["kept"] if view[name].type == "Concat")
    scale, shift = affine(view[norm], current[norm])
    offset = 0
    changed.pop(norm, None)
    for blob in view[concat].bottom:
        end = next(i for i, layer in enumerate(layers) if layer.name == concat)
        while True:
            end = max(i for i in range(end) if blob in layers[i].top)
            if (taker := layers[end].name) in rewrite["kept"]:
                break
            blob = layers[end].bottom[0]
        is_scale = view[taker].type == "Scale"
        blobs = current[taker]
        if is_scale:
            count = blobs[0].size
        elif view[taker].type == "InnerProduct":
            count = view[taker].inner_product_param.num_output
        else:
            count = view[taker].convolution_param.num_output
        part = scale[offset : offset + count], shift[offset : offset + count]
        if is_scale:
            changed[taker] = list(composed([affine(view[taker], blobs), part]))
        else:
            changed[taker] = absorb(view[taker], blobs, *part)
        current[taker] = changed[taker]
        offset += count


def ulps(actual, exact):
    """The largest distance of stored numbers from exact ones, in ulps of the stored type."""
    if not actual.size:
        return 0.0
    with np.errstate(over="ignore"):
        spacing = np.spacing(np.abs(exact.astype(actual.dtype))).astype(np.float64)
    return float(np.max(np.abs(actual.astype(np.float64) - exact) / spacing))


def naive_fold(definition, weights):
    """BatchNorm and Scale into what comes before, else to Scale: (definition, weights, rewrites)."""
    folded = nets.schema.NetParameter()
    folded.CopyFrom(definition)
    rewrites = []
    while True:
        graph = nets.Graph(folded)
        names = nets.foldable_left(folded, nets.usable_statistics)
        if not names:
            break
        position = next(i for i, layer in enumerate(graph.layers) if layer.name == names[0])
        layer, source = graph.layers[position], graph.layers[graph.bottoms[position][0].producer]
        rewrites.append(
            {"rule": "naive", "kept": [source.name], "removed": [layer.name], "added": [], "layers": {}}
        )
        source.top[0] = layer.top[0]
        parameter = "inner_product_param" if source.type == "InnerProduct" else "convolution_param"
        getattr(source, parameter).bias_term = True
        folded.layer.remove(layer)
    for layer in folded.layer:
        if layer.type == "BatchNorm" and nets.usable_statistics(layer):
            rewrites.append(
                {"rule": "naive", "kept": [], "removed": [layer.name], "added": [layer.name], "layers": {}}
            )
            layer.type = "Scale"
            layer.ClearField("batch_norm_param")
            layer.scale_param.bias_term = True
    return folded, with_blobs(weights, expected(definition, weights, rewrites)), rewrites


def with_blobs(weights, changed):
    """A copy of the weights with some layers' blobs replaced, in single precision."""
    out = nets.schema.NetParameter()
    out.CopyFrom(weights)
    for layer in out.layer:
        if layer.name in changed:
            nets.fill(layer, changed[layer.name])
    return out
