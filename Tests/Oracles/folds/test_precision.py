"""The report's ranges of folded weights against NumPy, on a generated net and on the real ones."""

import conftest
import nets
import numpy as np
import pytest


def rows(layer, weights, outputs):
    """The weights by output channel; a deconvolution's lie behind those of the inputs, group by group."""
    if nets.layer_type(layer) == "Deconvolution":
        group = layer.convolution_param.group or 1
        inputs = weights.shape[0]
        parts = weights.reshape(group, inputs // group, outputs // group, -1)
        return parts.transpose(0, 2, 1, 3).reshape(outputs, -1)
    if nets.layer_type(layer) == "InnerProduct" and layer.inner_product_param.transpose:
        return weights.reshape(-1, outputs).T
    return weights.reshape(outputs, -1)


def ranges(weights):
    """What the report tells of weights, by channel."""
    magnitudes = np.abs(weights.astype(np.float64))
    largest = magnitudes.max(axis=1)
    alive = largest[largest > 0]
    return {
        "largest": largest.max(),
        "channelRatio": alive.max() / alive.min() if alive.size > 1 else 1.0,
        "lostInEightBits": int(np.sum((largest > 0) & (largest < largest.max() / 254))),
        "each": largest,
    }


def halves(values):
    magnitudes = np.abs(values.astype(np.float64))
    with np.errstate(over="ignore"):
        rounded = magnitudes.astype(np.float16)
    return int(np.isinf(rounded).sum()), int(((rounded == 0) & (magnitudes > 0)).sum())


def check(before, after, document):
    """Every entry of `precision.layers`; returns how many there are."""
    layers = {layer.name: layer for layer in nets.in_phase(nets.parse(after[0]))}
    old, new = (nets.blobs_by_name(nets.decode(pair[1])) for pair in (before, after))
    entries = document["precision"]["layers"]
    for entry in entries:
        layer, blobs = layers[entry["layer"]], new[entry["layer"]]
        if nets.layer_type(layer) not in nets.ABSORBERS:
            continue
        weights = rows(layer, blobs[0], entry["channels"])
        found = ranges(weights)
        magnitudes = np.abs(weights.astype(np.float64))
        assert entry["count"] == weights.size
        assert entry["largest"] == pytest.approx(found["largest"], rel=1e-6)
        assert entry["smallest"] == pytest.approx(magnitudes[magnitudes > 0].min(), rel=1e-6)
        assert entry["channelRatio"] == pytest.approx(found["channelRatio"], rel=1e-6)
        assert entry["lostInEightBits"] == found["lostInEightBits"]
        assert entry["deadChannels"] == int(np.sum(found["each"] == 0))
        assert (entry["halfOverflows"], entry["halfUnderflows"]) == halves(weights)
        if len(blobs) > 1:
            assert entry["bias"]["largest"] == pytest.approx(np.abs(blobs[1]).max(), rel=1e-6)
            assert (entry["bias"]["halfOverflows"], entry["bias"]["halfUnderflows"]) == halves(blobs[1])
        else:
            assert entry["bias"] is None
        original = ranges(rows(layer, old[entry["layer"]][0], entry["channels"]))
        for key in ("largest", "channelRatio", "lostInEightBits"):
            assert entry["before"][key] == pytest.approx(original[key], rel=1e-6)
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = np.where(original["each"] > 0, found["each"] / original["each"], 0)
        assert entry["before"]["growth"] == pytest.approx(growth.max(), rel=1e-6)
        assert growth[entry["before"]["channel"]] == pytest.approx(growth.max(), rel=1e-6)
    return len(entries)


def test_every_figure(command, tmp_path):
    """Channels scaled apart by thousands, weights beyond half precision on both sides, dead channels."""
    definition = b"""
      input: "data" input_shape { dim: 1 dim: 8 dim: 9 dim: 9 }
      layer { name: "a" type: "Convolution" bottom: "data" top: "a"
              convolution_param { num_output: 12 kernel_size: 3 bias_term: false } }
      layer { name: "abn" type: "BatchNorm" bottom: "a" top: "a" }
      layer { name: "as" type: "Scale" bottom: "a" top: "a" scale_param { bias_term: true } }
      layer { name: "ar" type: "ReLU" bottom: "a" top: "a" }
      layer { name: "b" type: "Deconvolution" bottom: "a" top: "b"
              convolution_param { num_output: 6 kernel_size: 2 stride: 2 group: 3 } }
      layer { name: "bs" type: "Scale" bottom: "b" top: "b" }
      layer { name: "br" type: "ReLU" bottom: "b" top: "b" }
      layer { name: "c" type: "InnerProduct" bottom: "b" top: "c"
              inner_product_param { num_output: 5 transpose: true } }
      layer { name: "cbn" type: "BatchNorm" bottom: "c" top: "c" batch_norm_param { eps: 0.01 } }
    """
    rng = np.random.default_rng(3)
    net = nets.parse(definition)
    blobs = {
        "a": [rng.standard_normal((12, 8, 3, 3))],
        "abn": [rng.standard_normal(12), 10.0 ** rng.uniform(-9, 2, 12), [1]],
        "as": [10.0 ** rng.uniform(-8, 4, 12), rng.standard_normal(12)],
        "b": [rng.standard_normal((12, 2, 2, 2)), rng.standard_normal(6)],
        "bs": [[1e-9, 1, 3e5, 1e6, 2, 5]],
        "c": [rng.standard_normal((6 * 14 * 14, 5)), rng.standard_normal(5) * 1e5],
        "cbn": [rng.standard_normal(5), [1e-4, 2e-3, 1, 5e-4, 3], [1]],
    }
    blobs["as"][0][[2, 7]] = 0
    for layer in nets.layers(net):
        if layer.name in blobs:
            nets.fill(layer, [np.asarray(blob) for blob in blobs[layer.name]])
    weights = net.SerializeToString()
    folded = command.fold(definition, weights, tmp_path)
    assert check((definition, weights), (folded.definition, folded.weights), folded.document) == 3
    entries = {entry["layer"]: entry for entry in folded.document["precision"]["layers"]}
    assert entries["a"]["deadChannels"] == 2
    assert entries["a"]["lostInEightBits"] > 0
    assert sum(entry["halfUnderflows"] for entry in entries.values()) > 0
    assert entries["b"]["halfOverflows"] > 0
    assert entries["c"]["bias"]["halfOverflows"] > 0
    conditions = {entry["layer"]: entry for entry in folded.document["precision"]["normalisations"]}
    variances = np.asarray(blobs["abn"][1], np.float32)
    assert conditions["abn"]["illConditioned"] == int(np.sum(variances < 1e-6))
    assert conditions["abn"]["smallestVariance"] == pytest.approx(variances.min(), rel=1e-6)
    assert conditions["cbn"]["illConditioned"] == 2
    assert conditions["cbn"]["epsilon"] == pytest.approx(0.01, rel=1e-6)

    files = [tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "--dry-run"]
    text = command.run("fold", *files).stderr
    for words in ("overflow (up to", "int8 with one scale per tensor", "below a tenth of eps"):
        assert words in text, text
    assert command.run("fold", *files, "--no-check", "--format", "json").document["precision"] is None


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_models(name, command, tmp_path, record_property):
    model = conftest.shared("models", name, "deploy.prototxt")
    weights = conftest.shared("models", name, "model.caffemodel")
    flags = ["--assume-stored-statistics"] if name == "xilinx_enet_encoder" else []
    folded = command.fold_files(model, weights, tmp_path, *flags)
    if folded.document["precision"] is None:
        assert folded.rewrites == []
        return
    before = (model.read_bytes(), weights.read_bytes())
    count = check(before, (folded.definition, folded.weights), folded.document)
    entries = folded.document["precision"]["layers"]
    if not entries:
        return
    widest = max(entries, key=lambda entry: entry["channelRatio"])
    row = (
        f"{count:>3} layers  widest {widest['channelRatio']:.1e} in '{widest['layer']}'  "
        f"zero in eight bits {sum(e['lostInEightBits'] for e in entries)}"
    )
    record_property("figures", (name, row))
