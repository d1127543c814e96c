"""Runs a Caffe net with OpenCV's dnn module, its layer fusion on: MODEL WEIGHTS INPUTS.npz OUTPUTS.npz."""

import sys

import cv2
import numpy as np


def main() -> None:
    model, weights, inputs, outputs = sys.argv[1:5]
    net = cv2.dnn.readNetFromCaffe(model, weights)
    print("loaded", flush=True)
    for name, value in np.load(inputs).items():
        net.setInput(value, name)
    # OpenCV knows values by the last layer that writes them.
    names = list(net.getUnconnectedOutLayersNames())
    np.savez(outputs, **dict(zip(names, net.forward(names))))


main()
