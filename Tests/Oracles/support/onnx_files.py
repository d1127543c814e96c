"""Exports nets with the command under test, and runs ONNX files with onnxruntime."""

import pathlib

import caffold
import numpy as np
import onnx
import onnxruntime


def export(model, weights, path, *flags, code=0):
    """Exports a net; the run must end with `code`. Its JSON report, or what it says on standard error."""
    given = [model] if weights is None else [model, weights]
    result = caffold.run("export", *given, "-o", path, "--format", "json", *flags, timeout=600)
    assert result.code == code, f"exit {result.code}\n{result.stderr}"
    return result.document if result.stdout else result.stderr


def session(path):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run(path, inputs):
    """Output -> array."""
    opened = session(path)
    names = [output.name for output in opened.get_outputs()]
    wanted = {value.name for value in opened.get_inputs()}
    given = {name: np.asarray(value, np.float32) for name, value in inputs.items() if name in wanted}
    return dict(zip(names, opened.run(names, given)))


def check(path):
    """Holds a file against ONNX's own checker, shapes included."""
    onnx.checker.check_model(str(path), full_check=True)
    onnx.shape_inference.infer_shapes(
        onnx.load(pathlib.Path(path)), check_type=True, strict_mode=True, data_prop=True
    )


def relative(actual, expected):
    """The largest difference relative to the largest expected value; infinite for other shapes."""
    if actual.shape != expected.shape:
        return float("inf")
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    if not (np.isfinite(actual) | same).all():
        return float("inf")
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=0)
    difference = np.abs(np.where(same, 0, actual.astype(np.float64) - expected)).max(initial=0)
    return float(difference / largest) if largest else float(difference)
