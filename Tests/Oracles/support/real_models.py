"""The nets of ../shared/models."""

import conftest

#: The deploy file says `use_global_stats: false`, though it is meant for the stored statistics.
ASSUMED = {"xilinx_enet_encoder"}


def load(name):
    folder = conftest.shared("models", name)
    return (folder / "deploy.prototxt"), (folder / "model.caffemodel")
