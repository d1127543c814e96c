"""`caffold weights`: figures and .npy files against NumPy."""

import json

import caffe_schema as schema
import conftest
import json_schema
import nets
import numpy as np
import pytest
import real_models
import small_nets

SCHEMA = conftest.caffold.ROOT / "Documentation" / "schemas" / "weights.schema.json"


def look(command, folder, *arguments):
    done = command.run("weights", *arguments, "--format", "json")
    assert done.code == 0, done.stderr
    path = folder / "report.json"
    path.write_text(done.stdout)
    code, said = json_schema.validate("--schemafile", SCHEMA, path)
    assert code == 0, said
    return json.loads(done.stdout)


def written(folder, layers, raw=None):
    weights = schema.NetParameter()
    for name, arrays in layers:
        nets.fill(weights.layer.add(name=name, type="Convolution"), arrays)
    path = folder / "net.caffemodel"
    path.write_bytes(weights.SerializeToString())
    return path


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_nets(command, name, tmp_path):
    _, weights = real_models.load(name)
    document = look(command, tmp_path, weights, "*", "--npy", tmp_path / "out")
    decoded = [layer for layer in nets.layers(nets.decode_file(weights)) if layer.blobs]
    assert len(document["layers"]) == len(decoded)
    files = set()
    for found, layer in zip(document["layers"], decoded, strict=True):
        assert found["name"] == layer.name
        for blob, stored in zip(found["blobs"], layer.blobs, strict=True):
            values = nets.array(stored)
            array = np.load(blob["file"])
            files.add(blob["file"])
            assert array.dtype == blob["type"]
            assert list(array.shape) == blob["shape"]
            assert np.array_equal(array.ravel(), values.ravel().astype(array.dtype), equal_nan=True)
            exact = values.astype(np.float64)
            assert (blob["min"], blob["max"]) == (exact.min(), exact.max())
            assert np.isclose(blob["mean"], exact.mean(), rtol=1e-9, atol=1e-12 * np.abs(exact).max())
            assert np.isclose(blob["std"], exact.std(), rtol=1e-9, atol=1e-12 * np.abs(exact).max())
            assert blob["zeros"] == np.count_nonzero(exact == 0)
            if exact.min() < exact.max():
                assert sum(blob["histogram"]) == exact.size
                expected, _ = np.histogram(exact, bins=len(blob["histogram"]))
                # A number at the border of two intervals may fall to either side.
                assert (
                    np.abs(np.cumsum(expected) - np.cumsum(blob["histogram"])).max() <= 2 + exact.size // 500
                )
    assert len(files) == sum(len(layer.blobs) for layer in decoded)
    assert len(list((tmp_path / "out").iterdir())) == len(files)


def test_names_stay_in_the_folder(command, tmp_path):
    names = ["../up", "/etc/x", "..", ".", "", "a/b", "a%2Fb", "a\n\x1b[2Jb", "dup", "dup", "x" * 300]
    path = written(tmp_path, [(name, [small_nets.normal(2, 3)]) for name in names])
    before = {entry.name for entry in tmp_path.iterdir()}
    document = look(command, tmp_path, path, "--npy", tmp_path / "out")
    assert {entry.name for entry in tmp_path.iterdir()} - before <= {"out", "report.json"}
    files = [layer["blobs"][0]["file"] for layer in document["layers"]]
    assert len(set(files)) == len(names)
    assert sorted(files) == sorted(str(entry) for entry in (tmp_path / "out").iterdir())
    for layer, file in zip(nets.decode_file(path).layer, files, strict=True):
        assert np.array_equal(np.load(file), nets.array(layer.blobs[0]))
    # The terminal is not commanded by a name.
    assert "\x1b" not in command.run("weights", path).stdout


def test_types(command, tmp_path):
    weights = schema.NetParameter()
    layer = weights.layer.add(name="half", type="Convolution")
    values = small_nets.normal(5).astype(np.float16)
    blob = layer.blobs.add(raw_data_type=2, raw_data=values.tobytes())
    blob.shape.dim.append(5)
    double = weights.layer.add(name="double", type="Convolution").blobs.add(double_data=[1e-300, 2, np.nan])
    double.shape.dim.extend([3, 1])
    path = tmp_path / "net.caffemodel"
    path.write_bytes(weights.SerializeToString())
    document = look(command, tmp_path, path, "--npy", tmp_path / "out")
    half, double = (layer["blobs"][0] for layer in document["layers"])
    assert half["type"] == "float16"
    assert np.array_equal(np.load(half["file"]), values)
    assert double["type"] == "float64"
    assert double["nan"] == 1
    assert np.array_equal(np.load(double["file"]), [[1e-300], [2], [np.nan]], equal_nan=True)


def test_histograms(command, tmp_path):
    path = written(
        tmp_path, [("flat", [np.full(7, 0.5, np.float32)]), ("two", [np.array([0, 0, 1], np.float32)])]
    )
    text = command.run("weights", path, "*", "--ascii").stdout
    assert "all numbers are 0.5000" in text
    assert f"  0 @{' ' * 46}= 1\n" in text
    assert "zeros 66.7 %" in text
    assert command.run("weights", path, "two").stdout.count("█") == 1


def test_errors(command, tmp_path):
    path = written(tmp_path, [("conv1", [small_nets.normal(2, 3)])])
    absent = command.run("weights", path, "conv2")
    assert absent.code == 2
    assert "has no layer 'conv2' with blobs; did you mean 'conv1'?" in absent.stderr
    (tmp_path / "file").touch()
    assert command.run("weights", path, "--npy", tmp_path / "file").code == 2
    assert command.run("weights", path, "--npy", "").code == 64
