"""A net of ResNet-50's size: the executor's time and OpenCV's, in the same run, and the same values."""

import subprocess
import time

import cv2
import numpy as np
import probe
import resnet


def test_resnet_50(tmp_path, record_property):
    net = resnet.ResNet()
    model, weights = net.write(tmp_path)
    np.save(tmp_path / "data.npy", net.inputs["data"])
    seconds = {}
    for word, flags in (("Float", []), ("Double", ["--double"])):
        done = subprocess.run(
            [probe.BINARY, model, weights, tmp_path, "--repeat", "3", *flags, f"data={tmp_path}/data.npy"],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
        seconds[word] = float(done.stdout.split("seconds\t")[1].split()[0])
        value = np.load(tmp_path / "0.npy")
        if word == "Float":
            ours = value
    reference = cv2.dnn.readNetFromCaffe(str(model), str(weights))
    reference.enableFusion(False)
    times = []
    for _ in range(4):
        reference.setInput(net.inputs["data"], "data")
        began = time.monotonic()
        theirs = reference.forward()
        times.append(time.monotonic() - began)
    error = np.abs(ours - theirs).max() / np.abs(theirs).max()
    times = f"Float {seconds['Float']:.2f} s, Double {seconds['Double']:.2f} s, OpenCV {min(times):.2f} s"
    record_property("figures", ("ResNet-50 at 224×224", f"{times}; {error:.1e} apart"))
    assert error <= 1e-5
    assert seconds["Float"] < 10, "the executor has become slow"
