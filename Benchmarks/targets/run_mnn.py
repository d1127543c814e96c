"""Converts a Caffe net for MNN and runs it: MODEL WEIGHTS INPUTS.npz OUTPUTS.npz [--exact].

In high precision, and in a session: in a module that Python loads, the parameters of PReLU, Scale and
BatchNorm are wrong or gone.
"""

import pathlib
import sys
import tempfile

import _tools  # the converter, without the script around it, which installs packages and sends reports
import MNN
import numpy as np

WINOGRAD_MEMORY_LEVEL = 3  # of MNN's Interpreter::HintMode; 0 leaves Winograd's convolutions out


def host(shape: tuple, array: np.ndarray) -> MNN.Tensor:
    return MNN.Tensor(tuple(shape), MNN.Halide_Type_Float, array, MNN.Tensor_DimensionType_Caffe)


def main() -> None:
    model, weights, inputs, outputs = sys.argv[1:5]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "net.mnn")
        words = ["mnnconvert", "-f", "CAFFE", "--prototxt", model, "--modelFile", weights]
        _tools.mnnconvert([*words, "--MNNModel", str(path), "--bizCode", "net"])
        if not path.exists():
            sys.exit("error: the converter wrote nothing")
        size = path.stat().st_size
        net = MNN.Interpreter(str(path))
    if "--exact" in sys.argv:
        net.setSessionHint(WINOGRAD_MEMORY_LEVEL, 0)
    session = net.createSession({"backend": "CPU", "precision": "high", "numThread": 2})
    made = net.getSessionOutputAll(session)
    given = dict(np.load(inputs))
    if set(made) <= set(given):
        sys.exit(f"error: the converter wrote an empty model of {size} bytes")
    print("loaded", flush=True)
    known = net.getSessionInputAll(session)
    for name, tensor in known.items():
        net.resizeTensor(tensor, given[name].shape)
    net.resizeSession(session)
    for name, tensor in known.items():
        array = np.ascontiguousarray(given[name], np.float32)
        tensor.copyFrom(host(array.shape, array))
    net.runSession(session)
    found = {}
    for name, tensor in net.getSessionOutputAll(session).items():
        shape = tensor.getShape()
        value = host(shape, np.zeros(shape, np.float32))
        tensor.copyToHostTensor(value)
        found[name] = np.array(value.getNumpyData()).reshape(shape)
    np.savez(outputs, **found)


main()
