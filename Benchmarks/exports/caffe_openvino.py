"""Converts a Caffe net with OpenVINO's Model Optimizer and runs it: MODEL WEIGHTS INPUTS.npz OUTPUTS.npz."""

import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import openvino


def main() -> None:
    model, weights, inputs, outputs = sys.argv[1:5]
    with tempfile.TemporaryDirectory() as folder:
        convert = [
            os.path.join(os.path.dirname(sys.executable), "mo"),
            *("--framework", "caffe", "--input_proto", model, "--input_model", weights),
            *("-o", folder, "--model_name", "net", "--compress_to_fp16=False"),
        ]
        done = subprocess.run(convert, capture_output=True, text=True, check=False)
        if not os.path.exists(os.path.join(folder, "net.xml")):
            lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
            text = " ".join(line.split("]")[-1].strip() for line in lines)
            sys.exit("Error: " + re.sub(r"<[^<>]*>", "…", text))
        core = openvino.Core()
        read = core.read_model(os.path.join(folder, "net.xml"))
        compiled = core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    print("loaded", flush=True)
    found = compiled(dict(np.load(inputs)))
    np.savez(outputs, **{port.get_any_name(): found[port] for port in compiled.outputs})


main()
