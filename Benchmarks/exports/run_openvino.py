"""Runs an ONNX file with OpenVINO, in single precision: FILE INPUTS.npz OUTPUTS.npz."""

import sys

import numpy as np
import openvino


def main() -> None:
    file, inputs, outputs = sys.argv[1:4]
    core = openvino.Core()
    model = core.compile_model(core.read_model(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    print("loaded", flush=True)
    found = model(dict(np.load(inputs)))
    np.savez(outputs, **{name: found[port] for port in model.outputs for name in port.get_names()})


main()
