"""`caffold reshape`: every way to write the shape of an input, misfits, and batches of real nets."""

import difflib
import json

import conftest
import json_schema
import nets
import numpy as np
import probe
import pytest
import real_models
import small_nets

SCHEMA = conftest.caffold.ROOT / "Documentation" / "schemas" / "reshape.schema.json"
RELU = small_nets.layer("ReLU", "relu", "data")


def reshape(command, folder, model, *arguments, code=0):
    done = command.run("reshape", model, *arguments, "-o", folder / "out", "--format", "json")
    assert done.code == code, done.stderr
    path = folder / "report.json"
    path.write_text(done.stdout)
    judged, said = json_schema.validate("--schemafile", SCHEMA, path)
    assert judged == 0, said
    return json.loads(done.stdout)


TWO = 'top: "data" top: "label"'


def layer(kind, parameters, tops='top: "data"'):
    return f'layer {{ name: "in" type: "{kind}" {tops} {parameters} }}\n'


SYNTAXES = {
    "input_dim": (
        'input: "data"\ninput_dim: 1 # one\ninput_dim: 3\ninput_dim: 8\ninput_dim: 8\n',
        'input: "data"\ninput_dim: 4 # one\ninput_dim: 3\ninput_dim: 6\ninput_dim: 10\n',
    ),
    "input_shape": (
        'input: "data" input_shape { dim: [1, 3, 8, 8] }\n',
        'input: "data" input_shape { dim: [4, 3, 6, 10] }\n',
    ),
    "Input": (
        layer("Input", "input_param { shape { dim: 1 dim: 3 dim: 0x8 dim: 8 } }"),
        layer("Input", "input_param { shape { dim: 4 dim: 3 dim: 6 dim: 10 } }"),
    ),
    "Input for two tops": (
        layer("Input", "input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } }", 'top: "data" top: "more"'),
        layer("Input", "input_param { shape { dim: 4 dim: 3 dim: 6 dim: 10 } }", 'top: "data" top: "more"'),
    ),
    "DummyData": (
        layer("DummyData", "dummy_data_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } }"),
        layer("DummyData", "dummy_data_param { shape { dim: 4 dim: 3 dim: 6 dim: 10 } }"),
    ),
    "old DummyData": (
        layer("DummyData", "dummy_data_param { num: 1 channels: 3 height: 8 width: 8 }"),
        layer("DummyData", "dummy_data_param { num: 4 channels: 3 height: 6 width: 10 }"),
    ),
    "MemoryData": (
        layer("MemoryData", "memory_data_param { batch_size: 1 channels: 3 height: 8 width: 8 }", TWO),
        layer("MemoryData", "memory_data_param { batch_size: 4 channels: 3 height: 6 width: 10 }", TWO),
    ),
}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_syntaxes(command, syntax, tmp_path):
    """Only the numbers change."""
    old, new = SYNTAXES[syntax]
    (tmp_path / "net.prototxt").write_text("# mine\n" + old + RELU)
    document = reshape(command, tmp_path, tmp_path / "net.prototxt", "--batch", 4, "--size", "6x10")
    assert (tmp_path / "out" / "net.prototxt").read_text() == "# mine\n" + new + RELU
    assert document["inputs"][0] == {"name": "data", "old": [1, 3, 8, 8], "new": [4, 3, 6, 10]}
    assert document["outputs"][-1] == {"name": "relu", "shape": [4, 3, 6, 10]}


def shapes_of(command, path):
    done = command.run("inspect", path, "--format", "json")
    return {value["name"]: value["shape"] for value in done.document["inputs"]}


def test_whole_shapes(command, tmp_path):
    """Another number of dimensions, shapes where there were none, one shape for two tops made two."""
    model, out = tmp_path / "net.prototxt", tmp_path / "out" / "net.prototxt"
    for text in (
        SYNTAXES["input_dim"][0],
        SYNTAXES["input_shape"][0],
        SYNTAXES["Input"][0],
        'input: "data"\n',
        layer("Input", ""),
        layer("Input", "input_param { }"),
    ):
        model.write_text(text + RELU)
        reshape(command, tmp_path, model, "--input-shape", "2,5,7")
        assert shapes_of(command, out) == {"data": [2, 5, 7]}, text
        assert nets.input_shapes(nets.parse_file(out)) == {"data": (2, 5, 7)}
    model.write_text(SYNTAXES["Input for two tops"][0] + RELU)
    reshape(command, tmp_path, model, "--input-shape", "more=2,5,7")
    assert shapes_of(command, out) == {"data": [1, 3, 8, 8], "more": [2, 5, 7]}
    model.write_text(
        'input: "a" input: "data"' + " input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 4" * 2 + "\n" + RELU
    )
    reshape(command, tmp_path, model, "--input-shape", "data=9,8")
    assert shapes_of(command, out) == {"a": [1, 2, 3, 4], "data": [9, 8]}


MISFITS = {
    "InnerProduct": (
        small_nets.layer("InnerProduct", "fc", "data", parameters="inner_product_param { num_output: 2 }"),
        ["--size", 9],
        "layer 'fc' (InnerProduct): its blob 0 has 2×192 numbers and would need 2×243",
    ),
    "Reshape": (
        small_nets.layer("Reshape", "r", "data", parameters="reshape_param { shape { dim: 1 dim: -1 } }"),
        ["--batch", 4],
        "layer 'r' (Reshape): it would make 1×768 of 4×3×8×8; its fixed first size does not suit a batch",
    ),
    "Reshape to a size": (
        small_nets.layer("Reshape", "r", "data", parameters="reshape_param { shape { dim: 0 dim: 192 } }"),
        ["--size", 9],
        "layer 'r' (Reshape): ",
    ),
    "a window": (
        small_nets.conv("c", "data", kernel=5),
        ["--size", "8x4"],
        "layer 'c' (Convolution): a window of 5×5 does not fit into the padded bottom, 8×4",
    ),
}


@pytest.mark.parametrize("kind", MISFITS)
def test_misfits(command, kind, tmp_path):
    text, arguments, message = MISFITS[kind]
    (tmp_path / "net.prototxt").write_text(SYNTAXES["Input"][0] + text)
    document = reshape(command, tmp_path, tmp_path / "net.prototxt", *arguments, code=1)
    assert len(document["misfits"]) == 1
    assert document["misfits"][0]["message"].startswith(message)
    assert document["written"] is None
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_batches_of_real_nets(command, name, tmp_path):
    """Two images in a batch give what each gives alone; nothing but the batch is changed in the text."""
    model, weights = real_models.load(name)
    definition = nets.parse_file(model)
    shape = next(iter(nets.input_shapes(definition).values()))
    done = command.run("reshape", model, "--batch", 2, "-o", tmp_path)
    assert done.code in (0, 1), done.stderr
    if done.code == 1:
        assert "does not suit a batch of 2" in done.stderr
        return
    old, new = model.read_text().splitlines(), (tmp_path / model.name).read_text().splitlines()
    changed = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
    assert len(changed) == 2 * (shape[0] != 2)
    if np.prod(shape) > 3 * 300 * 300:
        return
    pictures = [nets.random_inputs(definition, seed) for seed in (1, 2)]
    both = {key: np.concatenate([pictures[0][key][:1], pictures[1][key][:1]]) for key in pictures[0]}
    found = {blob: value for _, blob, value in probe.run_files(tmp_path / model.name, weights, both)}
    checked = 0
    for place, picture in enumerate(pictures):
        for _, blob, value in probe.run_files(model, weights, picture):
            if (
                found[blob].shape[0] == 2
                and value.shape[0] in (1, shape[0])
                and found[blob].shape != value.shape
            ):
                error = np.abs(found[blob][place] - value[0]).max()
                assert error <= 1e-5 * max(np.abs(value).max(), 1e-30)
                checked += 1
    assert checked or any(layer.type == "DetectionOutput" for layer in definition.layer) or shape[0] > 1


def test_errors(command, tmp_path):
    model = tmp_path / "net.prototxt"
    model.write_text('input: "data"\n' + RELU)
    for flags in ([], ["--dry-run"]):
        shape = ["--input-shape", "1,3,8,8", "-o", model.parent]
        assert command.run("reshape", model, *shape, *flags).code == 2
    done = command.run("reshape", model, "--batch", 2, "--dry-run")
    assert done.code == 2
    assert "gives no shape for the input 'data'; give --input-shape data=1,3,224,224" in done.stderr
    model.write_text('input: "data" input_shape { dim: 2 dim: 3 }\n' + RELU)
    assert "no input with four dimensions" in command.run("reshape", model, "--size", 3, "--dry-run").stderr
    model.write_text(layer("Data", "data_param { batch_size: 3 }") + RELU)
    done = command.run("reshape", model, "--input-shape", "1,3,8,8", "--dry-run")
    assert done.code == 2
    assert "Data 'in' takes its shapes from its data" in done.stderr
    for arguments in ([], ["--size", "3x"], ["--size", "0"], ["--batch", "0"], ["--size", "1x2x3"]):
        assert command.run("reshape", model, *arguments, "--dry-run").code == 64
    assert command.run("reshape", model, "--batch", 2).code == 64
    weights = command.run("reshape", model, "net.caffemodel", "--batch", 2, "--dry-run")
    assert weights.code == 64
    assert "changes the net definition alone; leave 'net.caffemodel' out" in weights.stderr
    huge = command.run("reshape", model, "--input-shape", "99999999,99999999", "--dry-run")
    assert huge.code == 2
