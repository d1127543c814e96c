"""The one-layer nets of ../shared/caffe, exported and run by onnxruntime, against Caffe's own outputs."""

import caffold
import conftest
import numpy as np
import onnx_files
import pytest

#: Types that the executor does not have.
DEFINED_ALONE = {"LSTM", "RNN"}


def run_by_definition(model, weights, inputs, folder):
    """What the executor makes of a layer that only a definition describes."""
    flags = []
    for name, value in inputs.items():
        np.save(folder / f"{name}.npy", value)
        flags += ["--input", f"{name}={folder / name}.npy"]
    done = caffold.run("run", model, weights, *flags, "--outputs", folder / "made.npz")
    assert done.code == 0, done.stderr
    return np.load(folder / "made.npz")


def hold(made, outputs, model):
    """The largest difference from Caffe's outputs, which must be small."""
    worst = 0.0
    for name, expected in outputs.items():
        error = onnx_files.relative(made[name], expected)
        assert error <= 1e-5, f"{model.name}: '{name}' is off by {error:.1e}"
        worst = max(worst, error)
    return worst


@pytest.mark.parametrize("kind", conftest.shared_names("caffe"))
def test_type(kind, tmp_path, record_property):
    folder = conftest.shared("caffe", kind)
    models = sorted(folder.glob("*.prototxt"))
    assert models
    worst = 0.0
    for model in models:
        case = np.load(model.with_suffix(".npz"))
        inputs = {name[3:]: case[name] for name in case.files if name.startswith("in_")}
        outputs = {name[4:]: case[name] for name in case.files if name.startswith("out_")}
        weights = model.with_suffix(".caffemodel")
        path = tmp_path / "net.onnx"
        report = onnx_files.export(model, weights if weights.exists() else None, path)
        # A layer that only a definition describes is written, and not called proven.
        assert report["proof"]["proven"] == (kind not in DEFINED_ALONE)
        onnx_files.check(path)
        made = onnx_files.run(path, inputs)
        if kind in DEFINED_ALONE:
            hold(run_by_definition(model, weights, inputs, tmp_path), outputs, model)
        worst = max(worst, hold(made, outputs, model))
    record_property("figures", (kind, f"{len(models)} nets, worst {worst:.1e}"))
