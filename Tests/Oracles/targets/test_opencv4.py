"""What the target `opencv4` says of the one-layer nets of ../shared/caffe, held against OpenCV and Caffe."""

import faulthandler
import json
import os

import conftest
import cv2
import nets
import numpy as np
import opencv
import pytest

TOLERANCE = 1e-4

#: Nets of which the target says nothing and that OpenCV computes otherwise, by type: how many, and why.
UNTOLD = {
    "Convolution": (1, "a volume with padding and dilation"),
    "Deconvolution": (1, "groups of one number with padding"),
    "DetectionOutput": (11, "boxes that overlap as far as the threshold"),
    "Flatten": (1, "a top of one axis gets a second one"),
    "MVN": (1, "eps stands elsewhere under the root"),
    "Pooling": (1, "a window that lies wholly behind the image"),
}


def outcome(model, weights, case):
    """The largest difference of an output, or why there is none; in a process of its own, which may crash."""
    inputs = {name[3:]: case[name] for name in case.files if name.startswith("in_")}
    outputs = {name[4:]: case[name] for name in case.files if name.startswith("out_")}
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        faulthandler.disable()
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        said = "crashed"
        try:
            found = run(model, weights, inputs, list(outputs))
            said = max(float(difference(found[name], value)) for name, value in outputs.items())
        except Exception as error:
            said = f"{type(error).__name__}: {str(error).strip().splitlines()[-1]}"[:200]
        os.write(write, json.dumps(said).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else "crashed"


def run(model, weights, inputs, outputs):
    """Blob name -> array. OpenCV names values by layers: of several outputs each gets a layer."""
    if len(outputs) > 1:
        return opencv.run(model, weights, inputs)
    net = cv2.dnn.readNetFromCaffe(np.frombuffer(model, np.uint8), np.frombuffer(weights, np.uint8))
    net.enableFusion(False)
    net.enableWinograd(False)
    for name, value in inputs.items():
        net.setInput(value, name)
    return {outputs[0]: net.forward()}


def difference(found, expected):
    if expected.ndim == 4 and expected.shape[:2] == (1, 1) and expected.shape[3] == 7:
        # Of detections, rows without a box are zeros.
        found = found[:, :, np.any(found[0, 0] != 0, axis=1)]
    if found.shape != expected.shape:
        return np.inf
    largest = np.abs(expected).max(initial=0)
    return np.abs(found.astype(np.float64) - expected).max(initial=0) / max(largest, 1e-30)


@pytest.mark.parametrize("kind", conftest.shared_names("caffe"))
def test_what_is_not_refused_is_right(kind, command, tmp_path, record_property):
    folder = conftest.shared("caffe", kind)
    models = sorted(folder.glob("*.prototxt"))
    pairs = [path for model in models for path in (model, model.with_suffix(".caffemodel")) if path.exists()]
    result = command.run("check", *pairs, "--target", "opencv4", "--format", "json")
    assert result.code in (0, 1), result.stderr
    refused = {
        net["model"]: [
            finding["rule"]
            for finding in net["findings"]
            if finding["severity"] == "error" and finding["rule"].startswith("opencv4-")
        ]
        for net in result.document["nets"]
    }
    counts = {"right": 0, "refused and wrong": 0, "refused and right": 0, "wrong": 0}
    wrong = []
    for model in models:
        weights = model.with_suffix(".caffemodel")
        bytes_ = weights.read_bytes() if weights.exists() else nets.schema.NetParameter().SerializeToString()
        said = outcome(model.read_bytes(), bytes_, np.load(model.with_suffix(".npz")))
        is_right = isinstance(said, float) and said <= TOLERANCE
        if refused[str(model)]:
            counts["refused and right" if is_right else "refused and wrong"] += 1
        else:
            counts["right" if is_right else "wrong"] += 1
            if not is_right:
                wrong.append(f"{model.name}: {said}")
    record_property(
        "figures", (kind, ", ".join(f"{count} {what}" for what, count in counts.items() if count))
    )
    assert len(wrong) == UNTOLD.get(kind, (0, ""))[0], "\n".join(wrong)
    # What is refused for a value of a field may come out right by chance, and a type never does.
    assert counts["refused and right"] <= counts["refused and wrong"]
