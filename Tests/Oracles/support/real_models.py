"""The nets of ../shared/models."""

import conftest
import nets
import numpy as np

#: The deploy file says `use_global_stats: false`, though it is meant for the stored statistics.
ASSUMED = {"xilinx_enet_encoder"}

#: Nets whose input is bytes: values near 0 would only show what cancels out in their first layers.
TAKES_PIXELS = {"ov_face_detection_retail_0044", "ov_person_detection_0022", "retinaface_mnet25"}
PIXELS = 60


def inputs(definition):
    """Random inputs of the net of a file, of the size that the net was trained for."""
    spread = np.float32(PIXELS if definition.parent.name in TAKES_PIXELS else 1)
    return {name: value * spread for name, value in nets.random_inputs(nets.parse_file(definition)).items()}


def load(name):
    folder = conftest.shared("models", name)
    return (folder / "deploy.prototxt"), (folder / "model.caffemodel")
