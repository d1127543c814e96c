"""Runs nets in programs that read Caffe's files: each in a process of its own, since some crash them."""

import faulthandler
import json
import os
import pathlib
import signal
import tempfile
import zlib

import cv2
import layer_cases
import nets
import numpy as np
import opencv

TOLERANCE = 1e-4
#: How long one net may take, in seconds: MNN never ends on some.
SECONDS = 20


def run_opencv(model, weights, inputs, outputs):
    """OpenCV 4's importer, without its own fusion and Winograd's convolutions."""
    if len(outputs) > 1:
        # OpenCV names values by layers: of several outputs each gets a layer.
        return opencv.run(model, weights, inputs)
    net = cv2.dnn.readNetFromCaffe(np.frombuffer(model, np.uint8), np.frombuffer(weights, np.uint8))
    net.enableFusion(False)
    net.enableWinograd(False)
    for name, value in inputs.items():
        net.setInput(value, name)
    return {outputs[0]: net.forward()}


def run_mnn(model, weights, inputs, outputs):
    """MNN's converter and a session, in high precision and without Winograd's convolutions."""
    import mnn_runs

    with tempfile.TemporaryDirectory() as folder:
        files = pathlib.Path(folder, "net.prototxt"), pathlib.Path(folder, "net.caffemodel")
        files[0].write_bytes(model)
        files[1].write_bytes(weights)
        net, _ = mnn_runs.converted(*files)
    found = mnn_runs.run(net, mnn_runs.session(net, threads=1, exact=True), inputs)
    if len(outputs) == len(found) == 1:
        # A layer that becomes several, or none, leaves its top's name to nobody.
        return dict(zip(outputs, found.values()))
    missing = [name for name in outputs if name not in found]
    if missing:
        raise RuntimeError(f"it has no output '{missing[0]}'")
    return found


#: Target -> what runs a net in its program: (model, weights, inputs, names of outputs) to blob name -> array.
PROGRAMS = {"opencv4": run_opencv, "mnn": run_mnn}


def outcome(program, model, weights, inputs, outputs):
    """The largest difference of an output relative to its largest number; a sentence where there is none.

    `program` is one of PROGRAMS, `model` and `weights` are bytes (None: the net has none), `outputs` what is
    expected: blob name -> array.
    """
    weights = weights or nets.schema.NetParameter().SerializeToString()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        faulthandler.disable()
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        signal.alarm(SECONDS)
        said = "crashed"
        try:
            found = PROGRAMS[program](model, weights, inputs, list(outputs))
            said = max((difference(found[name], value) for name, value in outputs.items()), key=rank)
        except BaseException as error:
            said = f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[-1]}"[:200]
        os.write(write, json.dumps(said).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else "crashed or did not end"


def rank(said):
    return float("inf") if isinstance(said, str) else said


def difference(found, expected):
    if expected.ndim == 4 and expected.shape[:2] == (1, 1) and expected.shape[3] == 7:
        # Of detections, rows without a box are zeros.
        found = found[:, :, np.any(found[0, 0] != 0, axis=1)]
    if found.shape != expected.shape:
        return f"the shape {'×'.join(map(str, found.shape))}, not {'×'.join(map(str, expected.shape))}"
    if not np.isfinite(found).all():
        return "numbers that are not finite"
    largest = np.abs(expected).max(initial=0)
    return float(np.abs(found.astype(np.float64) - expected).max(initial=0) / max(largest, 1e-30))


def is_right(said):
    return not isinstance(said, str) and said <= TOLERANCE


def drawn(kind, make, seed):
    """A random net of one layer, as the executor's tests draw them: (model, weights, inputs, outputs)."""
    case = make(layer_cases.Random(zlib.crc32(kind.encode()), seed))
    if case is None:
        return None
    net = layer_cases.Net(kind.split(",")[0], [case])
    outputs = {f"y0_{j}": np.asarray(value, np.float32) for j, value in enumerate(case.expected)}
    return net.definition, net.weights, net.inputs, outputs
