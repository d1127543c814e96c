#!/usr/bin/env python3
"""What the rule set `equalize` is worth in eight bits: equalize.py CAFFOLD [MODELS]

Each net is folded, and exported as it is and after `fold --select equalize`. onnxruntime's static quantiser
makes both int8: one scale for each weight blob and each value, symmetric weights, ranges of values by MinMax
on 32 calibration inputs. The table has the share of the other digits that the digits net gets right, and for
each net the ratio of an output's power to the power of its int8 error, in decibels: the least of its outputs,
on the other digits or on 16 other inputs. Inputs of nets that have no data here are noise with the spectrum
of photographs (amplitude 1/f), 0 to 255. A net that chooses boxes ends before the choice: a ratio of two
choices says nothing.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODELS = ROOT.parent / "shared" / "models"
#: Inputs of nets for large pictures, a quarter as high and as wide.
SMALLER = {"xilinx_enet_encoder": "1,3,128,256", "xilinx_espnet_encoder": "1,3,128,256"}
#: The name of each export, and the sets of rules of the folds before it.
VARIANTS = [("folded", [[]]), ("equalize", [[], ["--select", "equalize"]])]


class Inputs(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def run(*command):
    """Runs a command; what it prints on standard output, nothing where it fails."""
    result = subprocess.run(list(map(str, command)), capture_output=True, check=False)
    return result.stdout.decode() if result.returncode == 0 else None


def smaller(caffold, name, model, folder):
    """The definition of a net for pictures of a size that can be measured in minutes."""
    if name not in SMALLER:
        return model
    small = folder / f"{name}.prototxt"
    made = run(caffold, "reshape", model, "--input-shape", SMALLER[name], "--output-model", small)
    assert made is not None, f"{model}: no smaller inputs"
    return small


def before_choices(caffold, model, weights, folder):
    """The part of a net that makes the boxes and their scores; the net itself where it chooses no boxes."""
    layers = json.loads(run(caffold, "inspect", model, "--format", "json"))["layers"]
    choices = [layer for layer in layers if layer["type"] == "DetectionOutput"]
    if not choices:
        return model, weights
    # The third bottom has the prior boxes, which no weight makes.
    blobs = [flag for layer in choices for bottom in layer["bottoms"][:2] for flag in ("--to", bottom)]
    part = folder / "part.prototxt", folder / "part.caffemodel"
    cut = run(caffold, "extract", model, weights, *blobs, "--output-model", part[0])
    assert cut is not None, f"{model}: no part before the choice of boxes"
    return part


def export(caffold, model, weights, path, folds):
    """Folds a net, one set of rules after the other, and exports the result; whether that succeeded."""
    for number, flags in enumerate(folds):
        new = path.with_suffix(f".{number}.prototxt"), path.with_suffix(f".{number}.caffemodel")
        if (
            run(caffold, "fold", model, weights, "--output-model", new[0], "--output-weights", new[1], *flags)
            is None
        ):
            return False
        model, weights = new
    return run(caffold, "export", model, weights, "-o", path, "--opset", "17", "--no-fold") is not None


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def quantised(path, feeds):
    """The int8 net: one scale for each tensor."""
    target = path.with_suffix(".int8.onnx")
    quantize_static(
        str(path), str(target), Inputs(feeds), quant_format=QuantFormat.QDQ, per_channel=False,
        weight_type=QuantType.QInt8, activation_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax, extra_options={"WeightSymmetric": True},
    )  # fmt: skip
    return session(target)


def photographs(shape, count, seed):
    """Noise whose amplitude falls with the frequency, 0 to 255."""
    random = np.random.default_rng(seed)
    height, width = shape[-2:]
    frequencies = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequencies[0, 0] = 1 / max(height, width)
    images = []
    for _ in range(count):
        spectrum = np.fft.rfft2(random.standard_normal(shape)) / frequencies
        image = np.fft.irfft2(spectrum, s=(height, width))
        low, high = image.min(), image.max()
        images.append(((image - low) / (high - low) * 255).astype(np.float32))
    return images


def compare(path, calibration, trials):
    """The least ratio of the int8 net's outputs, in decibels; by trial, the first output of both nets."""
    plain, small = session(path), quantised(path, calibration)
    count = len(plain.get_outputs())
    signal, noise, firsts = np.zeros(count), np.zeros(count), []
    for feed in trials:
        expected, found = plain.run(None, feed), small.run(None, feed)
        for place, (one, other) in enumerate(zip(expected, found)):
            signal[place] += np.sum(np.square(one, dtype=np.float64))
            noise[place] += np.sum(np.square(one.astype(np.float64) - other))
        firsts.append((expected[0], found[0]) if expected[0].size < 1000 else None)
    with np.errstate(divide="ignore"):
        return np.min(10 * np.log10(signal / noise)), firsts


def digits(caffold, folder):
    rows = np.loadtxt(ROOT / "examples/digits/heldout.csv", delimiter=",", skiprows=1, dtype=np.float32)
    images, labels = rows[:, 1:].reshape(-1, 1, 1, 8, 8) / 16, rows[:, 0].astype(int)
    for name, folds in VARIANTS:
        path = folder / f"digits-{name}.onnx"
        net = ROOT / "examples/digits/digits"
        assert export(caffold, f"{net}.prototxt", f"{net}.caffemodel", path, folds)
        feeds = [{"data": image} for image in images]
        decibels, firsts = compare(path, feeds[:32], feeds[32:])
        right = [np.mean([output.argmax() for output in every] == labels[32:]) for every in zip(*firsts)]
        print(f"| digits | {name} | {right[0]:.1%} | {right[1]:.1%} | {decibels:.1f} |", flush=True)


def main():
    caffold = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:] or sorted(path.name for path in MODELS.iterdir() if path.is_dir())
    print("| net | rules | right in float | right in int8 | signal to noise, dB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if not sys.argv[2:]:
            digits(caffold, folder)
        for name in names:
            model = smaller(caffold, name, MODELS / name / "deploy.prototxt", folder)
            model, weights = before_choices(caffold, model, MODELS / name / "model.caffemodel", folder)
            results = []
            for variant, folds in VARIANTS:
                path = folder / f"{name}-{variant}.onnx"
                if not export(caffold, model, weights, path, folds):
                    print(f"{name}: cannot be exported", file=sys.stderr)
                    break
                plain = session(path)
                inputs = [
                    (one.name, [size if isinstance(size, int) else 1 for size in one.shape])
                    for one in plain.get_inputs()
                ]
                every = [photographs(shape, 48, 1) for _, shape in inputs]
                feeds = [dict(zip([key for key, _ in inputs], values)) for values in zip(*every)]
                results.append((variant, compare(path, feeds[:32], feeds[32:])[0]))
            for variant, decibels in results:
                print(f"| {name} | {variant} | | | {decibels:.1f} |", flush=True)


if __name__ == "__main__":
    main()
