"""Runs an ONNX file with onnxruntime: FILE INPUTS.npz OUTPUTS.npz."""

import sys

import numpy as np
import onnxruntime


def main() -> None:
    file, inputs, outputs = sys.argv[1:4]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    print("loaded", flush=True)
    given = dict(np.load(inputs))
    wanted = [value.name for value in session.get_inputs()]
    if not set(wanted) <= set(given):
        # Converters rename inputs: they are told apart by their order.
        given = dict(zip(wanted, given.values()))
    names = [value.name for value in session.get_outputs()]
    np.savez(outputs, **dict(zip(names, session.run(names, {name: given[name] for name in wanted}))))


main()
