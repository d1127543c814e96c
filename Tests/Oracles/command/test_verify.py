"""`caffold verify` on real nets: right folds agree, wrong ones do not, and unknown layers stop neither."""

import re

import conftest
import nets
import numpy as np
import pytest

#: The definition asks for statistics of the batch, though the net is meant for the stored ones.
ASSUMED = {"xilinx_enet_encoder"}
#: Nets with BatchNorm.
NORMALISED = [
    "landmark106",
    "ov_face_detection_retail_0044",
    "ov_person_detection_0022",
    "retinaface_mnet25",
    "tusimple_mobilenet_yolov3_lite",
    "yoloface_100k",
]
#: In double precision right folds are at most 2.6e-6 apart, which is the rounding of their weights; folds
#: that forgot ε at least 1.7e-3.
TOLERANCE = 1e-5
#: A layer in the middle of each net that is made one of a type that nobody knows.
CUT = {"ov_person_detection_0022": "Eltwise", "retinaface_mnet25": "Eltwise", "landmark106": "Eltwise"}


def files(name):
    folder = conftest.shared("models", name)
    return folder / "deploy.prototxt", folder / "model.caffemodel"


def outputs(folder):
    return folder / "folded.prototxt", folder / "folded.caffemodel"


def without_epsilon(model, path):
    """The definition with an ε of nothing in every BatchNorm: folded, it is a fold that forgot ε."""
    text = model.read_text()
    if re.search(r"\beps:", text):
        text = re.sub(r"\beps: *[-+.\de]+", "eps: 1e-30", text)
    elif "batch_norm_param" in text:
        text = re.sub(r"batch_norm_param *{", "batch_norm_param { eps: 1e-30 ", text)
    else:
        text = text.replace('type: "BatchNorm"', 'type: "BatchNorm" batch_norm_param { eps: 1e-30 }')
    path.write_text(text)
    return path


def unknown(model, path, kind):
    """The definition with the middle layer of a type made one that nobody knows; its name and its type."""
    text = model.read_text()
    parts = text.split(f'type: "{kind}"')
    assert len(parts) > 1, f"no {kind} in {model}"
    middle = len(parts) // 2
    path.write_text(
        f'type: "{kind}"'.join(parts[:middle])
        + 'type: "VendorThing"'
        + f'type: "{kind}"'.join(parts[middle:])
    )
    return path


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_right_folds_agree(name, command, tmp_path, record_property):
    model, weights = files(name)
    flags = ["--assume-stored-statistics"] if name in ASSUMED else []
    command.fold_files(model, weights, tmp_path, *flags)
    result = command.run(
        "verify", model, weights, *outputs(tmp_path), *flags, "--format", "json", timeout=300
    )
    assert result.code == 0, result.stderr
    document = result.document
    worst = max(document["blobs"], key=lambda blob: blob["relative"])
    assert document["equal"]
    assert document["firstDivergence"] is None
    assert document["outputs"] or document["cuts"]
    cuts = ", ".join(f"{cut['layer']} ({cut['type']})" for cut in document["cuts"])
    row = f"{len(document['blobs']):>3} blobs, worst {worst['relative']:.1e}" + (
        f"; cut at {cuts}" if cuts else ""
    )
    record_property("figures", (name, row))


#: What the program takes itself, with the files that it reads.
PROGRAM = 20 << 20


@pytest.mark.parametrize("name", conftest.shared_names("models"))
@pytest.mark.parametrize("precision", ["single", "double"])
def test_memory_is_that_of_the_values_at_the_peak(name, precision, command, tmp_path, record_property):
    """At most half as much again as what `inspect` says of the values of one net, for each of the two."""
    model, weights = files(name)
    flags = ["--assume-stored-statistics"] if name in ASSUMED else []
    command.fold_files(model, weights, tmp_path, *flags)
    pairs = [(model, weights), outputs(tmp_path)]
    sizes = [command.run("inspect", *pair, "--format", "json").document["peak"]["bytes"] for pair in pairs]
    wide = ["--double"] if precision == "double" else []
    peak = command.peak_memory("verify", *pairs[0], *pairs[1], *flags, *wide)
    values = sum(sizes) * (2 if wide else 1)
    row = f"{peak / 2**20:.0f} MiB, values {values / 2**20:.0f} MiB"
    record_property("figures", (f"{name}, memory, {precision}", row))
    # Two layers' weights are in memory at a time; a file that is read has more.
    assert peak <= 1.5 * values + PROGRAM + weights.stat().st_size * (2 if wide else 1)
    if name == "xilinx_enet_encoder" and not wide:
        assert peak <= 300e6


@pytest.mark.parametrize("name", NORMALISED)
def test_a_forgotten_eps_is_told_from_the_right_fold(name, command, tmp_path, record_property):
    model, weights = files(name)
    wrong = without_epsilon(model, tmp_path / "wrong.prototxt")
    flags = ["--double", "--tolerance", TOLERANCE, "--format", "json"]
    found = {}
    for kind, definition in (("right", model), ("wrong", wrong)):
        folder = tmp_path / kind
        folder.mkdir()
        command.fold_files(definition, weights, folder)
        result = command.run("verify", model, weights, *outputs(folder), *flags, timeout=300)
        found[kind] = result.document
        assert result.code == (0 if kind == "right" else 1), result.stderr
    worst = max(blob["relative"] for blob in found["right"]["blobs"])
    first = found["wrong"]["firstDivergence"]
    assert first in [blob["name"] for blob in found["wrong"]["blobs"]]
    relative = next(b["relative"] for b in found["wrong"]["blobs"] if b["name"] == first)
    record_property(
        "figures", (f"{name}, ε forgotten", f"right {worst:.1e}; wrong from '{first}' on, {relative:.1e}")
    )


@pytest.mark.parametrize("name", CUT)
def test_an_unknown_layer_stops_neither(name, command, tmp_path, record_property):
    """Right and wrong folds of nets with a layer that cannot be run: cut there, and compared behind it."""
    model, weights = files(name)
    cut = unknown(model, tmp_path / "cut.prototxt", CUT[name])
    forgotten = without_epsilon(cut, tmp_path / "forgotten.prototxt")
    for kind, definition, code in (("right", cut, 0), ("wrong", forgotten, 1)):
        folder = tmp_path / kind
        folder.mkdir()
        command.fold_files(definition, weights, folder)
        flags = ["--double", "--tolerance", TOLERANCE, "--format", "json"]
        result = command.run("verify", cut, weights, *outputs(folder), *flags, timeout=300)
        assert result.code == code, result.stderr
        document = result.document
        assert ("VendorThing", None) in {(entry["type"], entry["why"]) for entry in document["cuts"]}
    behind = [blob["name"] for blob in document["blobs"]]
    row = f"{len(behind)} blobs compared, {len(document['skipped'])} skipped"
    record_property("figures", (f"{name}, cut", row))
    assert len(behind) > len(document["skipped"])


def test_inputs_from_files_and_from_seeds(command, tmp_path):
    model, weights = files("v1_lenet")
    pair = [model, weights] * 2
    shape = next(iter(nets.input_shapes(nets.parse_file(model)).values()))
    largest = set()
    for seed in ("1", "2", "3"):
        document = command.run("verify", *pair, "--seed", seed, "--format", "json").document
        largest.add(document["blobs"][0]["largest"])
    assert len(largest) == 3
    assert command.run("verify", *pair, "--samples", "3", "--format", "json").document["samples"] == 3

    values = np.random.default_rng(1).random((1, *shape[1:]), np.float32)
    np.save(tmp_path / "x.npy", values)
    result = command.run("verify", *pair, "--input", tmp_path / "x.npy", "--format", "json")
    assert result.document["blobs"][0]["largest"] == pytest.approx(float(values.max()), rel=1e-6)
    picture = (values[0, 0] * 255).astype(np.uint8)
    (tmp_path / "x.pgm").write_bytes(b"P5\n%d %d\n255\n" % picture.shape[::-1] + picture.tobytes())
    result = command.run("verify", *pair, "--input", tmp_path / "x.pgm", "--format", "json")
    assert result.document["blobs"][0]["largest"] == picture.max()
    wide = ",".join(map(str, (2, *shape[1:])))
    result = command.run("verify", *pair, "--input-shape", wide, "--format", "json")
    assert result.document["blobs"][0]["shape"][0] == 2


def test_agreement_of_classes(command, tmp_path):
    """Top-1 and top-5 of a net and of one whose last layer has its rows in another order."""
    model, weights = files("v1_cifar10_full")
    result = command.run("verify", model, weights, model, weights, "--samples", "4", "--format", "json")
    agreement = result.document["agreement"][0]
    assert (agreement["rows"], agreement["top1"], agreement["top5"]) == (4, 4, 4)
    net = nets.decode_file(weights)
    last = [layer for layer in nets.layers(net) if nets.layer_type(layer) == "InnerProduct"][-1]
    arrays = [np.roll(nets.array(blob), 1, axis=-2 if i == 0 else -1) for i, blob in enumerate(last.blobs)]
    for blob, array in zip(last.blobs, arrays):
        del blob.data[:]
        blob.data.extend(array.ravel().tolist())
    other = tmp_path / "other.caffemodel"
    other.write_bytes(net.SerializeToString())
    result = command.run("verify", model, weights, model, other, "--samples", "4", "--format", "json")
    assert result.code == 1
    assert result.document["agreement"][0]["top1"] < 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--samples", "0"], 64),
        (["--tolerance", "-1"], 64),
        (["--input", "missing.npy"], 2),
        (["--input-shape", "1,x"], 2),
    ],
)
def test_exit_status(command, arguments, code):
    model, weights = files("v1_lenet")
    assert command.run("verify", model, weights, model, weights, *arguments).code == code
    assert command.run("verify", model, weights, model, "missing.caffemodel").code == 2
