#!/usr/bin/env python3
"""Compares two versions of the digits net on the held-out digits, through OpenCV's Caffe importer.

    python3 evaluate.py BEFORE.prototxt BEFORE.caffemodel AFTER.prototxt AFTER.caffemodel [--onnx NET.onnx]

With --onnx a third version runs in onnxruntime. Prints a table; exits 1 if the outputs differ by more than
1e-4 of the largest output. OpenCV's own layer fusion is off: both nets are computed as they are written.
"""

import argparse
import pathlib
import sys
import time

import cv2
import numpy as np

TOLERANCE = 1e-4
HELD_OUT = pathlib.Path(__file__).resolve().parent / "heldout.csv"


def read_digits(path):
    """Images [N, 1, 8, 8], 0 to 1, and their labels [N]."""
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32)
    return rows[:, 1:].reshape(-1, 1, 8, 8) / 16, rows[:, 0].astype(int)


class Net:
    def __init__(self, model, weights):
        self.files = pathlib.Path(model), pathlib.Path(weights)
        self.net = cv2.dnn.readNetFromCaffe(*map(str, self.files))
        self.net.enableFusion(False)
        self.layers = len(self.net.getLayerNames())

    def run(self, images):
        """Probabilities [N, 10]; `microseconds` becomes the time per image (best of five runs)."""
        best = float("inf")
        for _ in range(5):
            self.net.setInput(images)
            began = time.perf_counter()
            output = self.net.forward().copy()
            best = min(best, time.perf_counter() - began)
        self.microseconds = best / len(images) * 1e6
        return output.reshape(len(images), -1)


def run_onnx(path, images):
    """Probabilities [N, 10] of an ONNX file that takes any number of images."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("before_model", "before_weights", "after_model", "after_weights"):
        parser.add_argument(name)
    parser.add_argument("--onnx", metavar="NET.onnx")
    options = parser.parse_args()

    images, labels = read_digits(HELD_OUT)
    before = Net(options.before_model, options.before_weights)
    after = Net(options.after_model, options.after_weights)
    outputs = [net.run(images) for net in (before, after)]
    accuracy = [(output.argmax(1) == labels).mean() for output in outputs]
    largest = np.abs(outputs[0].astype(np.float64) - outputs[1]).max()
    relative = largest / np.abs(outputs[0]).max()

    def row(name, *columns):
        print(f"{name:<24}" + "".join(f"{column:>12}" for column in columns))

    row(f"{len(labels)} held-out digits", "before", "after")
    row("layers after the input", before.layers, after.layers)
    row("weights, bytes", *(f"{net.files[1].stat().st_size:,}" for net in (before, after)))
    row("accuracy", *(f"{figure:.2%}" for figure in accuracy))
    row("µs per digit (OpenCV)", *(f"{net.microseconds:.1f}" for net in (before, after)))
    print(f"largest output difference: {largest:.1e} absolute, {relative:.1e} relative to the largest output")
    if options.onnx:
        made = run_onnx(options.onnx, images)
        accuracy = (made.argmax(1) == labels).mean()
        apart = np.abs(outputs[0].astype(np.float64) - made).max() / np.abs(outputs[0]).max()
        print(f"ONNX in onnxruntime: accuracy {accuracy:.2%}, largest output difference {apart:.1e} relative")
        relative = max(relative, apart)
    if not relative <= TOLERANCE:
        print(f"error: the nets differ: {relative:.1e} is more than {TOLERANCE:.0e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
