"""`caffold diff` and `fold --diff`: planted differences, blobs against NumPy, texts against `patch`."""

import shutil
import subprocess

import caffe_schema as schema
import conftest
import json_schema
import nets
import numpy as np
import pytest
import real_models
import small_nets
import wire

SCHEMA = conftest.caffold.ROOT / "Documentation" / "schemas" / "diff.schema.json"


def diff(command, folder, *arguments, differs=True):
    done = command.run("diff", *arguments, "--format", "json")
    assert done.code == int(differs), done.stderr
    path = folder / "report.json"
    path.write_text(done.stdout)
    code, said = json_schema.validate("--schemafile", SCHEMA, path)
    assert code == 0, said
    assert done.document["same"] is not differs
    return done.document


def put(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


BASE = (
    'name: "net"\ninput: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n'
    + small_nets.conv("one", "data", out=4, more="pad: 1")
    + small_nets.layer("ReLU", "act", "one", "one")
    + small_nets.layer("Power", "double", "one", "one", "power_param { scale: 2 }")
    + small_nets.conv("two", "one", out=2, kernel=1)
)


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_nets(command, name, tmp_path):
    """A net is the same as itself; its fold differs by what the fold's report says."""
    model, weights = real_models.load(name)
    same = diff(command, tmp_path, model, model, weights, weights, differs=False)
    assert same["unchanged"] == len(nets.layers(nets.parse_file(model)))
    flags = ["--assume-stored-statistics"] if name in real_models.ASSUMED else []
    folded = command.fold_files(model, weights, tmp_path, *flags)
    changes = bool(folded.rewrites)
    out = [tmp_path / "folded.prototxt", tmp_path / "folded.caffemodel"]
    found = diff(command, tmp_path, model, out[0], weights, out[1], differs=changes)
    removed = [layer for rewrite in folded.rewrites for layer in rewrite["removed"]]
    added = {layer for rewrite in folded.rewrites for layer in rewrite["added"]}
    gone = {layer.name for layer in nets.layers(nets.parse_file(model))} - {
        layer.name for layer in nets.layers(nets.parse(folded.definition))
    }
    assert {layer["name"] for layer in found["removed"]} == gone <= set(removed)
    assert {layer["name"] for layer in found["added"]} <= added

    # Each blob's largest difference, by NumPy.
    before, after = (nets.blobs_by_name(nets.decode_file(path)) for path in (weights, out[1]))
    for layer in found["changed"]:
        for blob in layer["blobs"]:
            if blob["absolute"] is not None:
                a, b = (x[layer["name"]][blob["index"]].astype(np.float64).ravel() for x in (before, after))
                assert blob["absolute"] == np.abs(a - b).max()
                assert blob["relative"] == np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max())
                assert abs(a - b)[blob["place"]] == blob["absolute"]

    # The text of the fold is what patch makes of the diff.
    shown = command.run("fold", model, weights, "--dry-run", "--no-check", "-q", "--diff", *flags)
    assert shown.code == 0, shown.stderr
    assert (shown.stdout == "") is (not changes)
    if changes and shutil.which("patch"):
        shutil.copy(model, tmp_path / "patched.prototxt")
        subprocess.run(
            ["patch", "-s", tmp_path / "patched.prototxt"],
            input=shown.stdout.encode(),
            check=True,
            timeout=60,
        )
        assert (tmp_path / "patched.prototxt").read_bytes() == folded.definition


PLANTED = {
    "field": ("pad: 1", "pad: 2", "changed: Convolution 'one'\n  convolution_param.pad: 1 → 2\n"),
    "absent field": ("pad: 1", "", "changed: Convolution 'one'\n  convolution_param.pad: 1 → not written\n"),
    "net field": ('name: "net"', 'name: "web"', 'net: name: "net" → "web"\n'),
    "input": ("dim: 8 dim: 8", "dim: 8 dim: 9", "net: input_shape.dim: 1, 3, 8, 8 → 1, 3, 8, 9\n"),
    "type": ('"ReLU"', '"TanH"', "changed: TanH 'act'\n  type: ReLU → TanH\n"),
    "top": (
        'bottom: "one" top: "two"',
        'bottom: "one" top: "three"',
        "changed: Convolution 'two'\n  tops: 'two' → 'three'\n",
    ),
    "bottom": (
        'bottom: "one" top: "two"',
        'bottom: "data" top: "two"',
        "changed: Convolution 'two'\n  bottoms: 'one' → 'data'\n",
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_differences(command, kind, tmp_path):
    old, new, expected = PLANTED[kind]
    assert old in BASE
    files = put(tmp_path, "a.prototxt", BASE), put(tmp_path, "b.prototxt", BASE.replace(old, new))
    document = diff(command, tmp_path, *files)
    count = len(document["net"]) + len(document["changed"])
    assert count == 1 and not document["added"] and not document["removed"]  # noqa: PT018
    assert expected in command.run("diff", *files).stdout


def test_what_does_not_count(command, tmp_path):
    """Comments, formatting, forms of numbers, defaults that are written."""
    other = BASE.replace("pad: 1", "pad: 0x1 # a comment\n group: 1 bias_term: true").replace(
        "power_param { scale: 2 }", "power_param < scale: 2.0 shift: 0 >"
    )
    files = put(tmp_path, "a.prototxt", BASE), put(tmp_path, "b.prototxt", other)
    diff(command, tmp_path, *files, differs=False)
    text = command.run("diff", *files).stdout
    assert text == "the same: 4 layers; the texts differ in form only\n"


def test_the_order_of_layers_in_place_counts(command, tmp_path):
    """Every name and field is the same, and yet the nets compute something else."""
    act = small_nets.layer("ReLU", "act", "one", "one")
    double = small_nets.layer("Power", "double", "one", "one", "power_param { scale: 2 }")
    assert act + double in BASE
    files = (
        put(tmp_path, "a.prototxt", BASE),
        put(tmp_path, "b.prototxt", BASE.replace(act + double, double + act)),
    )
    document = diff(command, tmp_path, *files)
    makers = {layer["name"]: layer["makers"] for layer in document["changed"]}
    assert makers == {
        "act": [{"blob": "one", "old": "one", "new": "double"}],
        "double": [{"blob": "one", "old": "act", "new": "one"}],
        "two": [{"blob": "one", "old": "double", "new": "act"}],
    }


def test_layers_of_one_name(command, tmp_path):
    twins = "".join(
        small_nets.layer("Pooling", "twin", "data", f"p{n}", f"pooling_param {{ kernel_size: {n} }}")
        for n in (1, 2)
    )
    files = put(tmp_path, "a.prototxt", BASE + twins), put(tmp_path, "b.prototxt", BASE + twins)
    diff(command, tmp_path, *files, differs=False)
    fewer = put(tmp_path, "c.prototxt", BASE + twins.split("\n")[0])
    assert [layer["name"] for layer in diff(command, tmp_path, files[0], fewer)["removed"]] == ["twin"]


def weights(folder, name, **layers):
    message = schema.NetParameter()
    for layer, arrays in layers.items():
        nets.fill(message.layer.add(name=layer, type="Convolution"), arrays)
    path = folder / name
    path.write_bytes(message.SerializeToString())
    return path


def test_weights_alone(command, tmp_path):
    one = small_nets.normal(3, 4)
    moved = one.copy()
    moved[1, 2] += 0.5
    broken = one.copy()
    broken[2, 3] = np.nan
    a = weights(tmp_path, "a", same=[broken], moved=[one], broken=[one], grown=[one], gone=[one])
    b = weights(tmp_path, "b", same=[broken], moved=[moved], broken=[broken], grown=[one, one[0]], new=[one])
    document = diff(command, tmp_path, a, b)
    assert [layer["name"] for layer in document["removed"]] == ["gone"]
    assert [layer["name"] for layer in document["added"]] == ["new"]
    changed = {layer["name"]: layer["blobs"] for layer in document["changed"]}
    assert list(changed) == ["moved", "broken", "grown"]
    assert changed["moved"][0]["place"] == 6
    assert np.isclose(changed["moved"][0]["absolute"], 0.5)
    assert (changed["broken"][0]["absolute"], changed["broken"][0]["place"]) == (None, 11)
    assert changed["grown"][0]["old"] is None
    text = command.run("diff", a, b).stdout
    assert "  blob 0: number 11 is finite in one of the files only\n" in text
    assert "  blob 1: none → 4 float32\n" in text
    size = max(np.abs(one).max(), np.abs(moved).max())
    only = weights(tmp_path, "c", moved=[one]), weights(tmp_path, "d", moved=[moved])
    diff(command, tmp_path, *only, "--tolerance", 0.51 / size, differs=False)
    diff(command, tmp_path, *only, "--tolerance", 0.49 / size)


def test_colours(command, tmp_path, monkeypatch):
    text = BASE + small_nets.layer("Dropout", "drop", "two", "two")
    model = put(tmp_path, "net.prototxt", text)
    fold = ["fold", model, "--definition-only", "--dry-run", "-q", "--diff"]
    assert "\x1b" not in command.run(*fold).stdout
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = command.run_in_terminal(*fold)
    assert '\x1b[31m-layer { name: "drop"' in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in command.run_in_terminal(*fold)


def test_wrong_usage(command, tmp_path):
    model = put(tmp_path, "net.prototxt", BASE)
    blobs = weights(tmp_path, "net.caffemodel", one=[small_nets.normal(2)])
    assert command.run("diff", model, blobs).code == 64
    assert command.run("diff", model, model, blobs).code == 64
    assert command.run("diff", model, tmp_path / "absent").code == 2
    assert (
        command.run("fold", model, "--definition-only", "--dry-run", "--diff", "--format", "json").code == 64
    )
    assert command.run("fold", "--batch", tmp_path, "-o", tmp_path / "out", "--diff").code == 64


def test_numbers_that_cannot_be_read_are_held_against_each_other_as_bytes(command, tmp_path):
    """A type number of NVCaffe's raw data that nobody knows: the bytes are the same or they are not."""

    def weights(name, raw):
        blob = wire.field(7, wire.field(1, wire.varint(3))) + b"\x50\x03" + wire.field(12, raw)
        layer = wire.field(1, b"c") + wire.field(2, b"Convolution") + wire.field(7, blob)
        path = tmp_path / name
        path.write_bytes(wire.field(100, layer))
        return path

    first, again = weights("a.caffemodel", b"\1\2\3"), weights("b.caffemodel", b"\1\2\3")
    assert diff(command, tmp_path, first, again, differs=False)["comparedBlobs"] == 1
    assert diff(command, tmp_path, first, weights("c.caffemodel", b"\1\2\4"))["changed"]
