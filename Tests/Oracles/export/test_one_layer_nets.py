"""The one-layer nets of ../shared/caffe, exported and run by onnxruntime, against Caffe's own outputs."""

import conftest
import numpy as np
import onnx_files
import pytest

#: Types that are not exported, with what the command must say.
REFUSED = {
    "LSTM": "no definition says what LSTM computes",
    "RNN": "no definition says what RNN computes",
}


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
        if kind in REFUSED:
            told = onnx_files.export(model, weights, path, code=2)
            assert REFUSED[kind] in told
            assert not path.exists()
            refused += 1
            continue
        onnx_files.export(model, weights if weights.exists() else None, path)
        onnx_files.check(path)
        made = onnx_files.run(path, inputs)
        for name, expected in outputs.items():
            error = onnx_files.relative(made[name], expected)
            assert error <= 1e-5, f"{model.name}: '{name}' is off by {error:.1e}"
            worst = max(worst, error)
    record_property("figures", (kind, f"{len(models) - refused} of {len(models)} nets, worst {worst:.1e}"))
