"""Converts Caffe nets for MNN and runs them in its sessions, in high precision.

It uses sessions because a module that Python loads has wrong or no parameters of PReLU, Scale and BatchNorm.
This file imports nothing else of this folder: the benchmarks run it where only MNN and NumPy are installed.
"""

import pathlib
import tempfile

import _tools  # the converter, without the script around it, which installs packages and sends reports
import MNN
import numpy as np

WINOGRAD_MEMORY_LEVEL = 3  # of MNN's Interpreter::HintMode; 0 leaves Winograd's convolutions out


def converted(model, weights):
    """The interpreter of a net whose files are given as paths, and the bytes of MNN's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "net.mnn")
        words = ["mnnconvert", "-f", "CAFFE", "--prototxt", str(model), "--modelFile", str(weights)]
        _tools.mnnconvert([*words, "--MNNModel", str(path), "--bizCode", "net"])
        if not path.exists():
            raise RuntimeError("the converter wrote nothing")
        return MNN.Interpreter(str(path)), path.stat().st_size


def session(net, threads, exact):
    """A session of an interpreter; with `exact` without Winograd's convolutions."""
    if exact:
        net.setSessionHint(WINOGRAD_MEMORY_LEVEL, 0)
    return net.createSession({"backend": "CPU", "precision": "high", "numThread": threads})


def host(shape, array):
    return MNN.Tensor(tuple(shape), MNN.Halide_Type_Float, array, MNN.Tensor_DimensionType_Caffe)


def run(net, opened, inputs):
    """Output -> array. `inputs` has an array for each input of the net."""
    known = net.getSessionInputAll(opened)
    for name, tensor in known.items():
        net.resizeTensor(tensor, inputs[name].shape)
    net.resizeSession(opened)
    for name, tensor in known.items():
        array = np.ascontiguousarray(inputs[name], np.float32)
        tensor.copyFrom(host(array.shape, array))
    net.runSession(opened)
    found = {}
    for name, tensor in net.getSessionOutputAll(opened).items():
        shape = tensor.getShape()
        value = host(shape, np.zeros(shape, np.float32))
        tensor.copyToHostTensor(value)
        found[name] = np.array(value.getNumpyData()).reshape(shape)
    return found
