"""What must hold for every fold, whatever the net."""

import nets
import numpy as np
import numpy_fold


def structure(definition, folded, must_stay=()):
    """Nothing foldable is left; each BatchNorm, Scale and Dropout that stays is explained."""
    before, after = nets.parse(definition), nets.parse(folded.definition)
    left = nets.foldable_left(after, lambda layer: layer.name not in must_stay)
    assert left == [], f"could still be folded: {left}"
    made = {name for rewrite in folded.rewrites for name in rewrite["added"]}
    stays = {
        layer.name: nets.layer_type(layer)
        for layer in nets.in_phase(after)
        if nets.layer_type(layer) in nets.AFFINE | {"Dropout"} and layer.name not in made
    }
    batch_norms = {name for name, kind in stays.items() if kind == "BatchNorm"}
    assert batch_norms == set(must_stay), f"BatchNorm layers left: {sorted(batch_norms)}"
    unexplained = stays.keys() - folded.refused.keys()
    assert not unexplained, f"stay without a reason: {sorted(unexplained)}"
    for refusal in folded.document["refusals"]:
        assert refusal["reason"], refusal
        assert refusal["message"], refusal
        assert refusal["layer"] in {layer.name for layer in nets.layers(after)}, refusal
    outputs = [{value.blob for value in nets.Graph(net).outputs} for net in (before, after)]
    assert outputs[0] == outputs[1], f"net outputs {sorted(outputs[0])} became {sorted(outputs[1])}"
    assert nets.input_shapes(before) == nets.input_shapes(after), "the net's inputs changed"
    counts = folded.document["layers"]
    assert counts["after"] == len(nets.layers(after)), counts


def blobs(definition, weights, folded):
    """Each blob that changed equals the fold in float64 to 1 ulp; all else is the same, byte for byte.

    Returns the largest distance in ulps.
    """
    before, after = nets.decode(weights), nets.decode(folded.weights)
    expected = numpy_fold.expected(nets.parse(definition), before, folded.rewrites)
    actual = nets.blobs_by_name(after)
    old = nets.blobs_by_name(before)
    made = {name for rewrite in folded.rewrites for name in rewrite["added"]}
    worst = 0.0
    for name, exact in expected.items():
        assert name in actual, f"no blobs for '{name}'"
        if len(exact) == 2 and not exact[1].any() and len(actual[name]) == 1:
            exact = exact[:1]  # no bias is as good as one of zeros
        assert len(actual[name]) == len(exact), f"'{name}' has {len(actual[name])} blobs, not {len(exact)}"
        for i, (stored, value) in enumerate(zip(actual[name], exact)):
            assert stored.size == value.size, f"blob {i} of '{name}' is {stored.shape}, not {value.shape}"
            if name not in made and i < len(old[name]):
                assert stored.dtype == old[name][i].dtype, f"blob {i} of '{name}' changed its stored type"
                assert stored.shape == old[name][i].shape, f"blob {i} of '{name}' changed its shape"
            if stored.dtype == np.float64:  # held to the ulp of single precision, as the others
                stored = stored.astype(np.float32)
            distance = numpy_fold.ulps(stored.ravel(), value.ravel())
            assert distance <= 1, f"blob {i} of '{name}' is {distance:.1f} ulps away"
            worst = max(worst, distance)
    alive = {layer.name for layer in nets.layers(nets.parse(folded.definition))}
    removed = {name for rewrite in folded.rewrites for name in rewrite["removed"]} - expected.keys() - alive
    assert not removed & actual.keys(), f"blobs of removed layers stay: {sorted(removed & actual.keys())}"
    raw = [nets.raw_layers(data) for data in (weights, folded.weights)]
    for name in raw[0].keys() - removed - expected.keys():
        assert name in raw[1], f"'{name}', which no rewrite names, is gone from the weights"
        if raw[0][name] != raw[1][name]:
            _same_but_wiring(name, before, after)
    return worst


def _same_but_wiring(name, before, after):
    """A layer that no rewrite changed may read a blob under its new name, and nothing else."""
    pair = []
    for net in (before, after):
        layer = next(layer for layer in reversed(nets.layers(net)) if layer.name == name)
        copy = type(layer)()
        copy.CopyFrom(layer)
        copy.ClearField("bottom")
        copy.ClearField("top")
        pair.append(copy.SerializeToString())
    assert pair[0] == pair[1], f"'{name}', which no rewrite names, is not the same"
