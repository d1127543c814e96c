"""Runs a Caffe net with OpenCV's dnn module: MODEL WEIGHTS INPUTS.npz OUTPUTS.npz [--exact].

`--exact` leaves OpenCV's own fusion and Winograd's convolutions out.
"""

import sys

import cv2
import numpy as np


def main() -> None:
    model, weights, inputs, outputs = sys.argv[1:5]
    net = cv2.dnn.readNetFromCaffe(model, weights)
    print("loaded", flush=True)
    if "--exact" in sys.argv:
        net.enableFusion(False)
        net.enableWinograd(False)
    for name, value in np.load(inputs).items():
        net.setInput(value, name)
    # OpenCV names outputs by the layers that make them.
    names = list(net.getUnconnectedOutLayersNames())
    np.savez(outputs, **dict(zip(names, net.forward(names))))


main()
