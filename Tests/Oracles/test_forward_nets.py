"""The executor on the nets of ../shared/models: every blob against OpenCV's, in Float."""

import conftest
import nets
import numpy as np
import opencv
import probe
import pytest

#: Definitions that OpenCV's importer does not take; their nets are held to a prepared form below.
UNREADABLE = {
    "tusimple_mobilenet_yolov3_lite/deploy.prototxt",
    "xilinx_enet_encoder/deploy.prototxt",
    "xilinx_espnet_encoder/deploy.prototxt",
}

#: OpenCV takes a batch's variance as E(x²) − E(x)², of which single precision leaves three digits here; against
#: its own run in double precision the executor is off by 1e-5.
ROUGH = {"xilinx_enet_encoder/deploy.prototxt": 1e-3}


def definitions():
    names = conftest.shared_names("models")
    root = conftest.SHARED / "models"
    found = [
        f"{name}/{path.name}" for name in names for path in sorted((root / name).glob("deploy*.prototxt"))
    ]
    return found or names


def relative(actual, expected):
    """The largest difference relative to the largest expected value."""
    largest = np.abs(expected).max(initial=0)
    difference = np.abs(actual.astype(np.float64) - expected).max(initial=0)
    return float(difference / largest) if largest else float(difference)


def ends(definition, blobs):
    """The net's outputs, what saturating layers read, and what a cut layer would have read."""
    graph = nets.Graph(definition)
    found = {value.blob for value in graph.outputs} | nets.before_saturation(definition)
    for layer in graph.layers:
        if not set(layer.top) & set(blobs):
            found |= set(layer.bottom)
    return sorted(found & set(blobs))


def shown(detections):
    """Detections without the rows of zeros that OpenCV fills up with."""
    return detections[:, :, np.any(detections[0, 0] != 0, axis=1)]


@pytest.mark.parametrize("name", definitions())
def test_net(name, record_property):
    model = conftest.shared("models", *name.split("/"))
    weights = model.parent / "model.caffemodel"
    definition = nets.parse_file(model)
    inputs = nets.random_inputs(definition)
    # Layers that only a fork has end the run of what depends on them, here as in `verify`.
    ours = {blob: value for _, blob, value in probe.run_files(model, weights, inputs, "--all", "--cut")}
    if name in UNREADABLE:
        text, data = opencv.prepare(definition, nets.decode_file(weights))
    else:
        text, data = model.read_bytes(), weights.read_bytes()
    blobs = sorted(ours.keys() - inputs.keys())
    theirs = opencv.run(text, data, inputs, blobs)
    last = {top: layer.type for layer in nets.in_phase(definition) for top in layer.top}
    errors = {}
    for blob in blobs:
        expected = shown(theirs[blob]) if last[blob] == "DetectionOutput" else theirs[blob]
        assert ours[blob].size == expected.size, f"'{blob}': {ours[blob].shape}, OpenCV {expected.shape}"
        errors[blob] = relative(ours[blob].reshape(expected.shape), expected)
    inner, outer = (max(part, key=errors.get) for part in (errors, ends(definition, errors)))
    missing = sorted(theirs.keys() - ours.keys())
    cut = f"; behind a cut: {', '.join(missing)}" if missing else ""
    record_property(
        "figures",
        (name, f"ends {errors[outer]:.1e}, all {len(blobs)} blobs {errors[inner]:.1e} ('{inner}'){cut}"),
    )
    assert errors[outer] <= ROUGH.get(name, 1e-5), f"'{outer}' is off by {errors[outer]:.1e}"
    # Between two layers that cancel each other's scale both programs are about 1e-5 from exact values.
    assert errors[inner] <= ROUGH.get(name, 2e-5), f"'{inner}' is off by {errors[inner]:.1e}"
