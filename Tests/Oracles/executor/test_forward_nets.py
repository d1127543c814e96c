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

#: Nets whose input is bytes, unscaled: values near 0 would only show what cancels out in their first layers.
TAKES_PIXELS = {"ov_face_detection_retail_0044", "ov_person_detection_0022", "retinaface_mnet25"}
PIXELS = 60

#: OpenCV takes a batch's variance as E(x²) − E(x)², of which single precision leaves three digits here. The
#: executor's run is held to the one in Double instead.
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


def shown(detections):
    """Detections without the rows of zeros that OpenCV fills up with."""
    return detections[:, :, np.any(detections[0, 0] != 0, axis=1)]


@pytest.mark.parametrize("name", definitions())
def test_net(name, record_property):
    model = conftest.shared("models", *name.split("/"))
    weights = model.parent / "model.caffemodel"
    definition = nets.parse_file(model)
    spread = np.float32(PIXELS if name.split("/")[0] in TAKES_PIXELS else 1)
    inputs = {blob: value * spread for blob, value in nets.random_inputs(definition).items()}
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
    worst = max(errors, key=errors.get)
    missing = sorted(theirs.keys() - ours.keys())
    notes = f"; behind a cut: {', '.join(missing)}" if missing else ""
    if name in ROUGH:
        exact = {
            blob: value for _, blob, value in probe.run_files(model, weights, inputs, "--double", "--all")
        }
        rounding = max(relative(ours[blob], exact[blob]) for blob in blobs)
        notes += f"; {rounding:.1e} from Double"
        assert rounding <= 1e-5
    record_property("figures", (name, f"{len(blobs)} blobs, worst {errors[worst]:.1e} ('{worst}'){notes}"))
    assert errors[worst] <= ROUGH.get(name, 1e-5), f"'{worst}' is off by {errors[worst]:.1e}"
