#!/usr/bin/env python3
"""What the rule set `equalize` is worth in eight bits: equalize.py CAFFOLD [MODELS]

Each net is folded, and exported as it is and after `fold --select equalize`. onnxruntime's static quantiser
makes both int8: one scale for each weight blob and each value, symmetric weights, ranges of values by MinMax
on 32 calibration inputs. The table has the share of the other digits that the digits net gets right, and for
each net the ratio of an output's power to the power of its int8 error, in decibels: the least of its outputs,
on the other digits or on 16 other inputs. Inputs of nets that have no data here are noise with the spectrum
of photographs (amplitude 1/f), 0 to 255.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
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
#: The name of each export, and the sets of rules of the folds before it.
VARIANTS = [("folded", [[]]), ("equalize", [[], ["--select", "equalize"]])]
#: Operators that choose boxes: a ratio of two choices says nothing.
CHOOSING = {"DetectionOutput", "NonMaxSuppression"}


class Inputs(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def export(caffold, model, weights, path, folds):
    """Folds a net, one set of rules after the other, and exports the result; whether that succeeded."""

    def run(*command):
        return (
            subprocess.run(list(map(str, [caffold, *command])), capture_output=True, check=False).returncode
            == 0
        )

    for number, flags in enumerate(folds):
        new = path.with_suffix(f".{number}.prototxt"), path.with_suffix(f".{number}.caffemodel")
        if not run("fold", model, weights, "--output-model", new[0], "--output-weights", new[1], *flags):
            return False
        model, weights = new
    return run("export", model, weights, "-o", path, "--opset", "17", "--no-fold")


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


def ratio(expected, found):
    """Signal to noise in decibels."""
    noise = np.sum((expected.astype(np.float64) - found) ** 2)
    return 10 * np.log10(np.sum(expected.astype(np.float64) ** 2) / noise) if noise else np.inf


def compare(path, calibration, trials):
    """The least signal-to-noise ratio of the outputs of the int8 net, and both sets of outputs."""
    plain, small = session(path), quantised(path, calibration)
    expected = [plain.run(None, feed) for feed in trials]
    found = [small.run(None, feed) for feed in trials]
    ratios = [
        ratio(np.stack([one[place] for one in expected]), np.stack([one[place] for one in found]))
        for place in range(len(expected[0]))
    ]
    return min(ratios), expected, found


def digits(caffold, folder):
    rows = np.loadtxt(ROOT / "examples/digits/heldout.csv", delimiter=",", skiprows=1, dtype=np.float32)
    images, labels = rows[:, 1:].reshape(-1, 1, 1, 8, 8) / 16, rows[:, 0].astype(int)
    for name, folds in VARIANTS:
        path = folder / f"digits-{name}.onnx"
        net = ROOT / "examples/digits/digits"
        assert export(caffold, f"{net}.prototxt", f"{net}.caffemodel", path, folds)
        feeds = [{"data": image} for image in images]
        decibels, expected, found = compare(path, feeds[:32], feeds[32:])
        right = [np.mean([o[0].argmax() for o in every] == labels[32:]) for every in (expected, found)]
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
            model = MODELS / name / "deploy.prototxt"
            results = []
            for variant, folds in VARIANTS:
                path = folder / f"{name}-{variant}.onnx"
                if not export(caffold, model, MODELS / name / "model.caffemodel", path, folds):
                    print(f"{name}: cannot be exported", file=sys.stderr)
                    break
                plain = session(path)
                if CHOOSING & {node.op_type for node in onnx.load(path).graph.node}:
                    print(f"{name}: chooses boxes", file=sys.stderr)
                    break
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
