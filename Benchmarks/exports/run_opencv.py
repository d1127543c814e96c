"""Runs an ONNX file with OpenCV's dnn module: FILE INPUTS.npz OUTPUTS.npz [--exact]."""

import sys

import cv2
import numpy as np


def main() -> None:
    file, inputs, outputs = sys.argv[1:4]
    net = cv2.dnn.readNetFromONNX(file)
    print("loaded", flush=True)
    if "--exact" in sys.argv:
        net.enableWinograd(False)
    for name, value in np.load(inputs).items():
        net.setInput(value, name)
    names = list(net.getUnconnectedOutLayersNames())
    np.savez(outputs, **dict(zip(names, net.forward(names))))


main()
