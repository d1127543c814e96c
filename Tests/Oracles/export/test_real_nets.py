"""The nets of ../shared/models, exported and run by onnxruntime, against the executor."""

import conftest
import onnx_files
import probe
import pytest
import real_models

#: Nets that take the statistics of the batch in dozens of layers: single precision leaves five digits of
#: their outputs, in onnxruntime as in the executor.
ROUGH = {"xilinx_enet_encoder": 3e-5}


def definitions():
    names = conftest.shared_names("models")
    root = conftest.SHARED / "models"
    found = [
        f"{name}/{path.name}" for name in names for path in sorted((root / name).glob("deploy*.prototxt"))
    ]
    return found or names


@pytest.mark.parametrize("name", definitions())
def test_net(name, tmp_path, record_property):
    model = conftest.shared("models", *name.split("/"))
    weights = model.parent / "model.caffemodel"
    path = tmp_path / "net.onnx"
    report = onnx_files.export(model, weights, path)
    assert report["proof"]["proven"]
    onnx_files.check(path)
    inputs = real_models.inputs(model)
    expected = {blob: value for _, blob, value in probe.run_files(model, weights, inputs)}
    made = onnx_files.run(path, inputs)
    assert made.keys() == expected.keys()
    errors = {blob: onnx_files.relative(made[blob], expected[blob]) for blob in expected}
    worst = max(errors, key=errors.get)
    count = sum(report["operators"].values())
    record_property("figures", (name, f"{count} operators, worst {errors[worst]:.1e} ('{worst}')"))
    assert errors[worst] <= ROUGH.get(name.split("/")[0], 1e-5), f"'{worst}' is off by {errors[worst]:.1e}"
