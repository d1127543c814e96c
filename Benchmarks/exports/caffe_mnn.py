"""Converts a Caffe net for MNN and runs it, in high precision: MODEL WEIGHTS INPUTS.npz OUTPUTS.npz."""

import pathlib
import sys
import tempfile

import _tools  # the converter, without the script around it, which installs packages and sends reports
import numpy as np
from MNN import expr, nn

WINOGRAD_MEMORY_LEVEL = 3  # of MNN's Interpreter::HintMode; 0 leaves Winograd's convolutions out


def main() -> None:
    model, weights, inputs, outputs = sys.argv[1:5]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "net.mnn")
        words = ["mnnconvert", "-f", "CAFFE", "--prototxt", model, "--modelFile", weights]
        _tools.mnnconvert([*words, "--MNNModel", str(path), "--bizCode", "net"])
        if not path.exists():
            sys.exit("Error: the converter wrote nothing")
        runtime = nn.create_runtime_manager(({"backend": "CPU", "precision": "high", "numThread": 2},))
        runtime.set_hint(WINOGRAD_MEMORY_LEVEL, 0)
        info = nn.load_module_from_file(str(path), [], []).get_info()
        module = nn.load_module_from_file(
            str(path), info["inputNames"], info["outputNames"], runtime_manager=runtime
        )
    print("loaded", flush=True)
    given = np.load(inputs)
    # The arrays must outlive the run: MNN may read them in place.
    arrays = [np.ascontiguousarray(given[name]) for name in info["inputNames"]]
    values = module.forward([expr.const(array, list(array.shape), expr.NCHW) for array in arrays])
    found = {}
    for name, value in zip(info["outputNames"], values):
        plain = value if value.data_format == expr.NCHW else expr.convert(value, expr.NCHW)
        found[name] = np.array(plain.read())
    np.savez(outputs, **found)


main()
