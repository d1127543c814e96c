"""`caffold extract`: parts of real nets compute what the whole nets computed there, bit for bit."""

import json

import conftest
import json_schema
import nets
import numpy as np
import probe
import pytest
import real_models
import small_nets

SCHEMAS = conftest.caffold.ROOT / "Documentation" / "schemas"


def extract(command, folder, files, *arguments):
    done = command.run("extract", *files, *arguments, "-o", folder / "out", "--format", "json")
    if done.code:
        return done
    path = folder / "report.json"
    path.write_text(done.stdout)
    code, said = json_schema.validate("--schemafile", SCHEMAS / "extract.schema.json", path)
    assert code == 0, said
    return json.loads(done.stdout)


def last_values(rows):
    return {blob: value for _, blob, value in rows}


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_parts_of_real_nets(command, name, tmp_path):
    model, weights = real_models.load(name)
    text = model.read_bytes()
    definition = nets.parse(text)
    inputs = nets.random_inputs(definition)
    rows = probe.run_files(model, weights, inputs, "--all")
    values = last_values(rows)
    blobs = list(values)
    stored = nets.raw_layers(weights.read_bytes())
    random = np.random.default_rng(len(blobs))
    made = 0
    for _ in range(40):
        begin, end = sorted(random.choice(len(blobs), 2, replace=False))
        found = extract(command, tmp_path, (model, weights), "--from", blobs[begin], "--to", blobs[end])
        if not isinstance(found, dict):
            # Two blobs that have nothing to do with each other.
            assert found.code == 2, found.stderr
            assert "is not needed for" in found.stderr or "is an input of the net" in found.stderr, (
                found.stderr
            )
            continue
        out = tmp_path / "out" / model.name, tmp_path / "out" / weights.name
        given = {value["name"]: {**values, **inputs}[value["name"]] for value in found["inputs"]}
        for value in found["inputs"] + found["outputs"]:
            made_of = list({**values, **inputs}[value["name"]].shape)
            # How many boxes are found depends on the picture.
            assert value["shape"] == made_of or made_of[-1] == 7
        part = last_values(probe.run_files(*out, given, "--all"))
        assert np.array_equal(part[blobs[end]], values[blobs[end]], equal_nan=True), (
            blobs[begin],
            blobs[end],
        )

        # What is kept is what was written: every line that does not belong to a new input.
        kept = out[0].read_text()
        assert len(kept) < len(text)
        lines = set(text.decode().splitlines())
        assert sum(line not in lines for line in kept.splitlines()) <= 12 * len(found["inputs"])
        for layer, raw in nets.raw_layers(out[1].read_bytes()).items():
            assert stored.get(layer) == raw or layer in given
        made += 1
        if made == 4:
            break
    assert made


TEXT = (
    "# the whole net\n"
    + small_nets.conv("one", "data", out=4, more="pad: 1  # keeps the size\n")
    + small_nets.layer("ReLU", "act", "one", "one", "forward_type: FLOAT")
    + small_nets.layer("Pooling", "aside", "one", parameters="pooling_param { kernel_size: 2 stride: 2 }")
    + small_nets.layer("Power", "double", "one", "one", "power_param { scale: 2 }")
    + small_nets.conv("two", "one", out=2, kernel=1)
    + small_nets.layer("Flatten", "flat", "aside")
    + small_nets.layer("Flatten", "flat2", "two")
    + small_nets.layer("Concat", "all", "flat flat2")
)


@pytest.fixture
def files(tmp_path):
    blobs = {
        "one": [small_nets.normal(4, 3, 3, 3), small_nets.normal(4)],
        "two": [small_nets.normal(2, 4, 1, 1), small_nets.normal(2)],
    }
    definition, weights = small_nets.pair_of(TEXT, blobs)
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    return tmp_path / "net.prototxt", tmp_path / "net.caffemodel"


def test_a_blob_in_place_counts_as_last_written(command, files, tmp_path):
    """'aside' reads the blob before the last layer writes it: both are there, under names of their own."""
    data = {"data": small_nets.normal(1, 3, 8, 8)}
    whole = last_values(probe.run_files(*files, data, "--all"))
    found = extract(command, tmp_path, files, "--from", "one", "--to", "all")
    assert [value["name"] for value in found["inputs"]] == ["one", "data"]
    given = {"one": whole["one"], **data}
    out = tmp_path / "out" / "net.prototxt", tmp_path / "out" / "net.caffemodel"
    assert np.array_equal(last_values(probe.run_files(*out, given, "--all"))["all"], whole["all"])
    kept = out[0].read_text()
    for trace in ("# the whole net", "# keeps the size", "forward_type: FLOAT"):
        assert trace in kept
    assert "double" not in kept


def test_one_end_alone(command, files, tmp_path):
    found = extract(command, tmp_path, files, "--to", "two")
    assert [value["name"] for value in found["inputs"]] == ["data"]
    assert found["kept"] == 5
    assert set(nets.raw_layers((tmp_path / "out" / "net.caffemodel").read_bytes())) == {"one", "two"}
    found = extract(command, tmp_path, files, "--from", "two", "--from", "aside")
    assert [value["name"] for value in found["outputs"]] == ["all"]
    assert found["kept"] == 3
    assert "one" not in nets.raw_layers((tmp_path / "out" / "net.caffemodel").read_bytes())


ERRORS = {
    ("--from", "oen"): "has no blob 'oen'; did you mean 'one'?",
    ("--from", "flat2", "--to", "aside"): "'flat2' is not needed for 'aside'",
    ("--from", "two", "--to", "two"): "the part would begin and end at 'two'",
    ("--to", "data"): "'data' is an input of the net",
}


@pytest.mark.parametrize("arguments", ERRORS)
def test_errors(command, files, tmp_path, arguments):
    done = extract(command, tmp_path, files, *arguments)
    assert done.code == 2
    assert ERRORS[arguments] in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_shape_is_asked_for(command, files, tmp_path):
    files[0].write_text(
        files[0].read_text().replace("input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } }", "")
    )
    done = extract(command, tmp_path, files, "--from", "one", "--to", "two")
    assert done.code == 2
    assert "the shape of 'one' is not known" in done.stderr
    found = extract(command, tmp_path, files, "--from", "one", "--to", "two", "--input-shape", "1,3,6,6")
    assert found["inputs"] == [{"name": "one", "shape": [1, 4, 6, 6]}]


OLD = """# old
input: "data"
input_dim: 1 input_dim: 2
input_dim: 4
input_dim: 4
input: "other" # a second one
input_dim: 1
input_dim: 2
input_dim: 4
input_dim: 4
layers { name: "a" type: POWER bottom: "data" top: "a" power_param { scale: 2 } }
layers { name: "b" type: ELTWISE bottom: "a" bottom: "other" top: "b" }
layers { name: "c" type: POWER bottom: "b" top: "c" power_param { shift: 1 } }
"""


def test_inputs_of_the_old_form(command, tmp_path):
    (tmp_path / "net.prototxt").write_text(OLD)
    data = {"data": small_nets.normal(1, 2, 4, 4), "other": small_nets.normal(1, 2, 4, 4)}
    whole = last_values(probe.run_files(tmp_path / "net.prototxt", "-", data, "--all"))
    out = tmp_path / "out" / "net.prototxt"
    for begin, inputs in [("b", ["b"]), ("a", ["other", "a"])]:
        found = extract(command, tmp_path, [tmp_path / "net.prototxt"], "--from", begin, "--to", "c")
        assert sorted(value["name"] for value in found["inputs"]) == sorted(inputs)
        shapes = nets.input_shapes(nets.parse_file(out))
        assert {name: tuple(shape) for name, shape in shapes.items()} == dict.fromkeys(inputs, (1, 2, 4, 4))
        given = {name: {**data, **whole}[name] for name in inputs}
        assert np.array_equal(last_values(probe.run_files(out, "-", given, "--all"))["c"], whole["c"])
    found = extract(command, tmp_path, [tmp_path / "net.prototxt"], "--to", "a")
    assert "other" not in out.read_text()
    assert nets.input_shapes(nets.parse_file(out)) == {"data": (1, 2, 4, 4)}
    assert "input_dim: 1 input_dim: 2\n" in out.read_text()


def test_wrong_usage(command, files, tmp_path):
    assert command.run("extract", *files, "-o", tmp_path / "out").code == 64
    assert command.run("extract", *files, "--to", "two").code == 64
    assert command.run("extract", *files, "--to", "two", "-o", tmp_path).code == 2
    before = files[0].read_bytes()
    dry = command.run("extract", *files, "--to", "two", "-o", tmp_path / "dry", "--dry-run")
    assert dry.code == 0
    assert "nothing written" in dry.stderr
    assert not (tmp_path / "dry").exists()
    # A dry run ends as the run would: the input is not replaced without --force.
    for flags in ([], ["--dry-run"]):
        assert command.run("extract", *files, "--to", "two", "-o", files[0].parent, *flags).code == 2
    assert files[0].read_bytes() == before
