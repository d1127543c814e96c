"""`caffold run` and `caffold compare`: dumps of NumPy's, OpenCV's values, ten planted faults."""

import json

import conftest
import json_schema
import nets
import numpy as np
import opencv
import probe
import pytest
import real_models
import small_nets

SCHEMAS = conftest.caffold.ROOT / "Documentation" / "schemas"


def validated(name, done, folder):
    path = folder / f"{name}.json"
    path.write_text(done.stdout)
    code, said = json_schema.validate("--schemafile", SCHEMAS / f"{name}.schema.json", path)
    assert code == 0, said
    return json.loads(done.stdout)


def compare(command, folder, files, dump, *arguments, differs=False):
    done = command.run("compare", *files, "--outputs", dump, *arguments, "--format", "json")
    assert done.code == int(differs), done.stderr
    document = validated("compare", done, folder)
    assert document["equal"] is not differs
    return document


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_nets(command, name, tmp_path):
    """What `run` writes is what the probe computes, in either form, and it compares equal with itself."""
    model, weights = real_models.load(name)
    inputs = nets.random_inputs(nets.parse_file(model))
    np.savez(tmp_path / "in.npz", **inputs)
    given = ["--input", tmp_path / "in.npz"]
    done = command.run(
        "run", model, weights, *given, "--outputs", tmp_path / "all.npz", "--all", "--format", "json"
    )
    assert done.code == 0, done.stderr
    document = validated("run", done, tmp_path)
    values = {blob: value for _, blob, value in probe.run_files(model, weights, inputs, "--all")}
    dumped = np.load(tmp_path / "all.npz")
    # Input layers and inputs of the old form are blobs too.
    assert set(values) <= set(dumped.files) == {blob["name"] for blob in document["blobs"]}
    assert set(dumped.files) - set(values) <= set(inputs)
    for blob in values:
        assert dumped[blob].dtype == np.float32
        assert np.array_equal(dumped[blob], values[blob], equal_nan=True), blob

    done = command.run("run", model, weights, *given, "--outputs", tmp_path / "out")
    assert done.code == 0, done.stderr
    outputs = {blob for _, blob, _ in probe.run_files(model, weights, inputs)}
    assert len(list((tmp_path / "out").iterdir())) == len(outputs)

    # What a layer writes over an input is a value of the net, and the dump has no other under that name.
    layers = nets.in_phase(nets.parse_file(model))
    overwritten = {top for layer in layers for top in layer.top if layer.bottom}
    needed = given if overwritten & set(inputs) else []
    document = compare(command, tmp_path, (model, weights), tmp_path / "all.npz", *needed)
    assert document["compared"] == len(set(values) - (set(inputs) - overwritten))
    if needed:
        done = command.run("compare", model, weights, "--outputs", tmp_path / "all.npz")
        assert done.code == 2
        assert "writes over it, so the dump does not hold the input itself; give its values" in done.stderr
    document = compare(command, tmp_path, (model, weights), tmp_path / "out", *given)
    assert document["compared"] == len(outputs)


def test_opencv_as_another_runtime(command, tmp_path):
    model, weights = real_models.load("landmark106")
    definition = nets.parse_file(model)
    inputs = nets.random_inputs(definition)
    blobs = {top for layer in nets.in_phase(definition) for top in layer.top} - set(inputs)
    found = opencv.run(model.read_bytes(), weights.read_bytes(), inputs, blobs)
    np.savez_compressed(tmp_path / "opencv.npz", **{**inputs, **found})
    document = compare(command, tmp_path, (model, weights), tmp_path / "opencv.npz")
    assert document["compared"] == len(found) > 40


TEXT = (
    small_nets.conv("one/a", "data", "one", out=8, more="pad: 1")
    + small_nets.layer("ReLU", "act", "one", "one")
    + small_nets.conv("two", "one", out=6, kernel=1)
    + small_nets.layer("Pooling", "pool", "two", parameters="pooling_param { kernel_size: 2 stride: 2 }")
    + small_nets.conv("aside", "one", out=6, kernel=2, more="stride: 2")
    + small_nets.layer("Eltwise", "sum", "pool aside")
    + small_nets.layer("InnerProduct", "fc", "sum", parameters="inner_product_param { num_output: 5 }")
    + small_nets.layer("Softmax", "prob", "fc")
)


@pytest.fixture
def files(tmp_path):
    blobs = {
        "one/a": [small_nets.normal(8, 3, 3, 3), small_nets.normal(8)],
        "two": [small_nets.normal(6, 8, 1, 1), small_nets.normal(6)],
        "aside": [small_nets.normal(6, 8, 2, 2), small_nets.normal(6)],
        "fc": [small_nets.normal(5, 96) / 10, small_nets.normal(5)],
    }
    definition, weights = small_nets.pair_of(TEXT, blobs)
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    return tmp_path / "net.prototxt", tmp_path / "net.caffemodel"


@pytest.fixture
def values(files):
    data = {"data": small_nets.normal(1, 3, 8, 8)}
    return {**data, **{blob: value for _, blob, value in probe.run_files(*files, data, "--all")}}


def one_channel(x):
    x[:, 3] *= 1.5


def all_channels(x):
    x *= 1.01


def one_number(x):
    x.flat[7] += np.abs(x).max()


def shifted(x):
    x[:] = np.roll(x, 1, axis=-1)


def swapped(x):
    x[:, [0, 2]] = x[:, [2, 0]]


def not_a_number(x):
    x.flat[3] = np.nan


def saturated(x):
    np.clip(x, None, np.abs(x).max() / 3, out=x)


def zeros(x):
    x[:] = 0


def infinite(x):
    x.flat[0] = np.inf


def rounded(x):
    x[:] = np.round(x, 1)


#: The first blob that the board gets wrong, what it does, and how many channels show it, of how many.
FAULTS = [
    ("one", one_channel, (1, 8)),
    ("one", all_channels, (8, 8)),
    ("two", one_number, (1, 6)),
    ("two", shifted, (6, 6)),
    ("pool", swapped, (2, 6)),
    ("aside", not_a_number, (1, 6)),
    ("aside", saturated, None),
    ("sum", zeros, (6, 6)),
    ("sum", infinite, (1, 6)),
    ("fc", rounded, None),
]
READERS = {
    "one": ["one", "two", "pool", "aside", "sum", "fc", "prob"],
    "two": ["two", "pool", "sum", "fc", "prob"],
    "pool": ["pool", "sum", "fc", "prob"],
    "aside": ["aside", "sum", "fc", "prob"],
    "sum": ["sum", "fc", "prob"],
    "fc": ["fc", "prob"],
}


@pytest.mark.parametrize(("blob", "fault", "channels"), FAULTS, ids=lambda x: getattr(x, "__name__", None))
def test_planted_faults(command, files, values, tmp_path, blob, fault, channels):
    """A board computes one blob wrongly, and all behind it from that: the layer is named."""
    board = {name: value.copy() for name, value in values.items()}
    fault(board[blob])
    behind = [name for name in READERS[blob] if name != blob]
    for name in behind:
        # Go on from the wrong blob: the part of the net behind it, in the executor.
        done = command.run(
            "extract", *files, "--from", blob, "--to", name, "-o", tmp_path / "part", "--format", "json"
        )
        assert done.code == 0, done.stderr
        part = tmp_path / "part" / "net.prototxt", tmp_path / "part" / "net.caffemodel"
        given = {value["name"]: board[value["name"]] for value in done.document["inputs"]}
        board[name] = {key: value for _, key, value in probe.run_files(*part, given, "--all")}[name]
    np.savez(tmp_path / "board.npz", **board)
    document = compare(command, tmp_path, files, tmp_path / "board.npz", differs=True)
    assert document["firstDivergence"] == blob
    found = {entry["name"]: entry for entry in document["blobs"]}
    makers = {"one": "act"}
    assert found[blob]["layer"] == makers.get(blob, blob)
    if channels:
        assert (found[blob]["channels"]["beyond"], found[blob]["channels"]["count"]) == channels
        if channels[0] == 1:
            assert found[blob]["worstChannel"] == {"one": 3, "two": 0, "aside": 0, "sum": 0}[blob]
    text = command.run("compare", *files, "--outputs", tmp_path / "board.npz").stdout
    assert f"that differs is '{blob}', made by " in text
    if blob != "one":
        assert ", which agree" in text.splitlines()[-1]
    each = compare(command, tmp_path, files, tmp_path / "board.npz", "--each-layer", differs=True)
    assert [entry["name"] for entry in each["blobs"] if entry["status"] == "differs"] == [blob]


def test_types_and_tolerances(command, files, values, tmp_path):
    half = {name: value.astype(np.float16) for name, value in values.items() if name != "data"}
    np.savez(tmp_path / "half.npz", data=values["data"], **half)
    document = compare(command, tmp_path, files, tmp_path / "half.npz")
    assert {entry["dumpedType"] for entry in document["blobs"] if entry["status"] == "agrees"} == {"<f2"}
    compare(command, tmp_path, files, tmp_path / "half.npz", "--tolerance", "half=1e-5", differs=True)
    compare(command, tmp_path, files, tmp_path / "half.npz", "--tolerance", "float=1e-9")
    scale = np.abs(values["fc"]).max() / 100
    np.savez(tmp_path / "int.npz", data=values["data"], fc=np.round(values["fc"] / scale).astype(np.int8))
    compare(command, tmp_path, files, tmp_path / "int.npz", differs=True)
    assert command.run("compare", *files, "--outputs", "x", "--tolerance", "quarter=1").code == 64


def test_names(command, files, values, tmp_path):
    """A folder, names that files cannot have, a map, arrays and blobs without partners, other shapes."""
    folder = tmp_path / "dump"
    folder.mkdir()
    np.save(folder / "data.npy", values["data"])
    np.save(folder / "conv_output_17.npy", values["two"])
    np.save(folder / "pool.npy", values["pool"][0])
    np.save(folder / "sum.npy", np.moveaxis(values["sum"], 1, 3))
    np.save(folder / "noise.npy", np.zeros(3))
    (tmp_path / "map.txt").write_text("# mine\n\ntwo = conv_output_17\n")
    document = compare(
        command, tmp_path, files, folder, "--map", tmp_path / "map.txt", differs=True
    )  # fmt: skip
    status = {entry["name"]: entry["status"] for entry in document["blobs"]}
    assert status == {
        "data": "given", "one": "absent", "two": "agrees", "pool": "agrees", "aside": "absent",
        "sum": "shape", "fc": "absent", "prob": "absent",
    }  # fmt: skip
    assert document["unusedArrays"] == ["noise"]
    text = command.run("compare", *files, "--outputs", folder, "--map", tmp_path / "map.txt").stdout
    assert "the dump seems to have the channels last: transpose it" in text
    assert "note: not compared, not in the dump: 'one', 'aside', 'fc' and 1 more\n" in text
    assert "note: not compared, the net has no blob of this name: 'noise'; if the net calls one " in text
    for line, message in [
        ("tow = x", "line 1: the net has no blob 'tow'; did you mean 'two'?"),
        ("two", "line 1: "),
        ("two = pol", "the dump has no array 'pol'; did you mean 'pool'?"),
    ]:
        (tmp_path / "map.txt").write_text(line)
        done = command.run("compare", *files, "--outputs", folder, "--map", tmp_path / "map.txt")
        assert done.code == 2
        assert message in done.stderr
    only = tmp_path / "only"
    only.mkdir()
    np.save(only / "noise.npy", np.zeros(3))
    np.save(tmp_path / "data.npy", values["data"])
    done = command.run("compare", *files, "--outputs", only, "--input", tmp_path / "data.npy")
    assert done.code == 1
    assert "nothing could be compared" in done.stdout


def test_inputs_are_needed(command, files, values, tmp_path):
    np.savez(tmp_path / "board.npz", two=values["two"])
    done = command.run("compare", *files, "--outputs", tmp_path / "board.npz")
    assert done.code == 2
    assert (
        "has the input 'data', which the dump does not hold; give its values with --input data=FILE"
        in done.stderr
    )
    done = command.run("run", *files, "--outputs", tmp_path / "out")
    assert done.code == 0
    assert "note: random numbers for 'data'" in done.stderr


def test_layers_that_cannot_be_run(command, files, values, tmp_path):
    files[0].write_text(files[0].read_text().replace('type: "Pooling"', 'type: "VendorPooling"'))
    np.save(tmp_path / "data.npy", values["data"])
    run = ["run", *files, "--input", tmp_path / "data.npy", "--outputs", tmp_path / "out.npz"]
    done = command.run(*run)
    assert done.code == 1
    assert "not computed: 'prob'" in done.stderr
    assert "note: cannot be run: layer 'pool' (VendorPooling)" in done.stderr
    np.savez(tmp_path / "board.npz", **values)
    document = compare(command, tmp_path, files, tmp_path / "board.npz")
    assert [entry["name"] for entry in document["blobs"] if entry["status"] == "not-computed"] == [
        "pool", "sum", "fc", "prob",
    ]  # fmt: skip
    np.save(tmp_path / "pool.npy", values["pool"])
    given = ["--input", f"pool={tmp_path / 'pool.npy'}"]
    document = compare(command, tmp_path, files, tmp_path / "board.npz", *given)
    assert document["compared"] == 7


@pytest.mark.parametrize("damage", ["cut", "directory", "member", "size", "deflate", "none"])
def test_damaged_archives(command, files, values, tmp_path, damage):
    """A message for what is no archive, and never a trap."""
    path = tmp_path / "board.npz"
    np.savez_compressed(path, **values)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "directory":
        data[data.rindex(b"PK\1\2") + 20 : data.rindex(b"PK\1\2") + 24] = b"\xff\xff\xff\x7f"
    elif damage == "member":
        data[data.index(b"PK\3\4", 4)] = 0
    elif damage == "size":
        at = data.index(b"PK\1\2") + 24
        data[at : at + 4] = b"\xff\xff\xff\x6f"
    elif damage == "deflate":
        data[60:200] = bytes(140)
    else:
        data = b"no archive"
    path.write_bytes(data)
    done = command.run("compare", *files, "--outputs", path)
    assert done.code == 2, done.stdout + done.stderr
    assert done.stderr.startswith(str(path))


def test_random_damage(command, files, values, tmp_path):
    random = np.random.default_rng(3)
    path = tmp_path / "board.npz"
    np.savez_compressed(path, **values)
    whole = path.read_bytes()
    for _ in range(60):
        data = bytearray(whole)
        for place in random.integers(0, len(data), random.integers(1, 6)):
            data[place] = random.integers(0, 256)
        path.write_bytes(data)
        assert command.run("compare", *files, "--outputs", path).code in (0, 1, 2)


def test_random_numbers_that_a_layer_overwrites_are_told(command, tmp_path):
    """The dump of all blobs has what the layer makes under the name of the input."""
    text = small_nets.layer("ReLU", "act", "data", "data") + small_nets.layer("Sigmoid", "top", "data")
    model, weights = small_nets.files(tmp_path, text, {})
    weights.write_bytes(nets.schema.NetParameter(layer=[{"name": "act", "type": "ReLU"}]).SerializeToString())
    arguments = ["run", model, weights, "--outputs", tmp_path / "all.npz"]
    note = (
        "note: the random numbers for 'data' are not written, because ReLU 'act' writes over them;"
        " give your own with --input data=FILE\n"
    )
    assert note in command.run(*arguments, "--all").stderr
    assert np.load(tmp_path / "all.npz")["data"].min() == 0
    told = validated("run", command.run(*arguments, "--all", "--format", "json"), tmp_path)
    assert told["overwrittenInputs"] == [{"name": "data", "layer": "act", "type": "ReLU"}]
    # Who wants the outputs alone, or gives the numbers, misses nothing.
    np.save(tmp_path / "data.npy", small_nets.normal(1, 3, 8, 8))
    for more in ([], ["--all", "--input", tmp_path / "data.npy"]):
        assert "are not written" not in command.run(*arguments, *more).stderr
