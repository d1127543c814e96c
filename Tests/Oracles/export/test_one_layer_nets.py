"""The one-layer nets of ../shared/caffe, exported and run by onnxruntime, against Caffe's own outputs."""

import conftest
import numpy as np
import onnx_files
import pytest

#: Types that the executor does not have.
DEFINED_ALONE = {"LSTM", "RNN"}

#: What is refused, with what the command must say: a layer that gives or takes its state.
REFUSED = "it gives or takes its state"


@pytest.mark.parametrize("kind", conftest.shared_names("caffe"))
def test_type(kind, tmp_path, record_property):
    folder = conftest.shared("caffe", kind)
    models = sorted(folder.glob("*.prototxt"))
    assert models
    worst, refused = 0.0, 0
    for model in models:
        case = np.load(model.with_suffix(".npz"))
        inputs = {name[3:]: case[name] for name in case.files if name.startswith("in_")}
        outputs = {name[4:]: case[name] for name in case.files if name.startswith("out_")}
        weights = model.with_suffix(".caffemodel")
        path = tmp_path / "net.onnx"
        if "expose_hidden: true" in model.read_text():
            told = onnx_files.export(model, weights, path, code=2)
            assert REFUSED in told
            assert not path.exists()
            refused += 1
            continue
        report = onnx_files.export(model, weights if weights.exists() else None, path)
        # A layer that only a definition describes is written, and not called proven.
        assert report["proof"]["proven"] == (kind not in DEFINED_ALONE)
        onnx_files.check(path)
        made = onnx_files.run(path, inputs)
        for name, expected in outputs.items():
            error = onnx_files.relative(made[name], expected)
            assert error <= 1e-5, f"{model.name}: '{name}' is off by {error:.1e}"
            worst = max(worst, error)
    record_property("figures", (kind, f"{len(models) - refused} of {len(models)} nets, worst {worst:.1e}"))
