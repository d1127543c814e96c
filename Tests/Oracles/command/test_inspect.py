"""`caffold inspect` on real nets, against protobuf, OpenCV, formulas in Python, and published figures."""

import csv
import io

import caffe_schema as schema
import conftest
import cv2
import nets
import numpy as np
import pytest
import real_models
import resnet
import small_nets
from inspect_runs import inspect, validate

COLUMNS = 80


def write(folder, definition, weights=None):
    (folder / "net.prototxt").write_bytes(definition)
    if weights is None:
        return [folder / "net.prototxt"]
    (folder / "net.caffemodel").write_bytes(weights)
    return [folder / "net.prototxt", folder / "net.caffemodel"]


def kinds(document):
    return sorted(finding["kind"] for finding in document["findings"])


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_nets(command, name, tmp_path):
    model, weights = real_models.load(name)
    document = inspect(command, model, weights)
    validate(document, tmp_path)
    definition = nets.parse_file(model)
    included = nets.in_phase(definition)
    assert [layer["name"] for layer in document["layers"]] == [layer.name for layer in included]
    assert document["complete"]
    assert not document["findings"]
    assert all(layer["obstacle"] is None for layer in document["layers"])

    # The blobs, as Python protobuf decodes them.
    stored = nets.blobs_by_name(nets.decode_file(weights))
    for layer in document["layers"]:
        found = [np.prod(blob["shape"], dtype=int) for blob in layer["blobs"]]
        assert found == [blob.size for blob in stored.get(layer["name"], [])], layer
        assert layer["parameters"] == sum(found)
    assert document["totals"]["parameters"] == sum(layer["parameters"] for layer in document["layers"])

    # Shapes from the parameters alone are those with the weights, and so are the parameters.
    alone = inspect(command, model)
    assert [layer["tops"] for layer in alone["layers"]] == [layer["tops"] for layer in document["layers"]]
    for bare, full in zip(alone["layers"], document["layers"], strict=True):
        assert bare["multiplyAdds"] == full["multiplyAdds"]
        if full["blobs"]:
            assert bare["parameters"] == full["parameters"], full["name"]

    # Every line of the table is a layer that grep finds, and fits where a terminal asks for it.
    lines = command.run("inspect", model, weights).stdout.splitlines()
    for number, layer in enumerate(document["layers"]):
        assert lines[2 + number].split()[:2] == [*layer["name"].split(), layer["type"]][:2]
    for flags in ([], ["--by", "type"], ["--sort", "macs"]):
        text = command.run_in_terminal("inspect", model, weights, *flags, columns=COLUMNS)
        table = text.split("\n\n")[0].splitlines()
        assert max(map(len, table)) <= COLUMNS, max(table, key=len)

    alone = inspect(command, weights)
    validate(alone, tmp_path)
    assert alone["model"] is None
    assert {layer["name"] for layer in alone["layers"] if layer["blobs"]} == set(stored)


def convolution_cost(layer, bottom, top):
    """The products of a convolution or an inner product by the textbook."""
    if layer.type == "InnerProduct":
        return int(np.prod(bottom)) * layer.inner_product_param.num_output
    parameters = layer.convolution_param
    kernel = list(parameters.kernel_size) or [parameters.kernel_h, parameters.kernel_w]
    kernel = kernel * 2 if len(kernel) == 1 else kernel
    grid = bottom if layer.type == "Deconvolution" else top
    return bottom[0] * bottom[1] * top[1] // parameters.group * int(np.prod(kernel)) * int(np.prod(grid[2:]))


def test_cost_by_formula(command):
    """Linear layers of all real nets, with the shapes that the report gives."""
    checked = 0
    for name in conftest.shared_names("models"):
        model, _ = real_models.load(name)
        document = inspect(command, model)
        shapes = {value["name"]: value["shape"] for value in document["inputs"]}
        layers = {layer.name: layer for layer in nets.in_phase(nets.parse_file(model))}
        for found in document["layers"]:
            layer = layers[found["name"]]
            bottoms = [shapes[blob] for blob in found["bottoms"]]
            shapes.update((top["name"], top["shape"]) for top in found["tops"])
            if found["type"] in {"Convolution", "Deconvolution", "InnerProduct"} and layer.type:
                kind = schema.NetParameter().layer.add()
                if isinstance(layer.type, str):
                    kind.CopyFrom(layer)
                else:
                    kind.type = found["type"]
                    kind.convolution_param.CopyFrom(layer.convolution_param)
                    kind.inner_product_param.CopyFrom(layer.inner_product_param)
                cost = convolution_cost(kind, bottoms[0], found["tops"][0]["shape"])
                assert found["multiplyAdds"] == cost, (name, found)
                checked += 1
    assert checked > 400


def test_resnet_50(command, tmp_path):
    """A net of ResNet-50's size: OpenCV counts the same."""
    net = resnet.ResNet()
    resnet_files = write(tmp_path, nets.to_text(net.net), net.weights.SerializeToString())
    document = inspect(command, *resnet_files)
    types = {entry["type"]: entry for entry in document["types"]}
    cost = types["Convolution"]["multiplyAdds"] + types["InnerProduct"]["multiplyAdds"]
    text = command.run("inspect", *resnet_files, "--by", "type").stdout
    assert "25.6 M" in text
    assert 25.55e6 < document["totals"]["parameters"] < 25.65e6

    reader = cv2.dnn.readNetFromCaffe(*map(str, resnet_files))
    counted = 0
    for layer in document["layers"]:
        if layer["type"] == "Convolution":
            flops = reader.getFLOPS(reader.getLayerId(layer["name"]), (1, 3, 224, 224))
            outputs = int(np.prod(layer["tops"][0]["shape"]))
            # Two operations per product, and one for a bias, present or not.
            assert (flops - outputs) // 2 == layer["multiplyAdds"], layer["name"]
            counted += 1
    assert counted == 53
    # This net strides in the 3×3 convolutions or before: the published figure is that of striding in 1×1.
    assert 3.8e9 < cost < 4.2e9


def test_published_figures(command):
    """The nets as their authors published them."""
    mobilenet = conftest.shared(
        "corpus", "prototxt", "BVLC__caffe__models__mobilenet__mobilenet_deploy.prototxt"
    )
    document = inspect(command, mobilenet)
    types = {entry["type"]: entry for entry in document["types"]}
    assert round(types["Convolution"]["multiplyAdds"] / 1e6) == 569
    assert 4.2e6 <= types["Convolution"]["parameters"] < 4.3e6
    fifty = conftest.shared("corpus", "prototxt", "NVIDIA__caffe__models__resnet50__train_val_1K.prototxt")
    shapes = ["--input-shape", "data=1,3,224,224", "--input-shape", "label=1"]
    document = inspect(command, fifty, *shapes)
    types = {entry["type"]: entry for entry in document["types"]}
    cost = types["Convolution"]["multiplyAdds"] + types["InnerProduct"]["multiplyAdds"]
    assert round(cost / 1e7) == 386
    assert round(document["totals"]["parameters"] / 1e5) == 256


def test_train_nets_by_phase(command, tmp_path):
    path = conftest.shared("corpus", "prototxt", "NVIDIA__caffe__models__resnet50__train_val_1K.prototxt")
    document = inspect(command, path, "--phase", "TRAIN")
    validate(document, tmp_path)
    assert document["layers"][0]["type"] == "Data"
    assert not document["complete"]
    assert [value["shape"] for value in document["inputs"]] == [None, None]
    assert kinds(document) == ["unknown-shape"]
    assert "--input-shape data=1,3,224,224" in document["findings"][0]["message"]
    (tmp_path / "phases.prototxt").write_text(
        'input: "data" input_shape { dim: 1 dim: 2 dim: 3 }\n'
        + "".join(
            small_nets.layer("ReLU", name, "data", parameters=f"include {{ {rule} }}")
            for name, rule in [("a", "phase: TRAIN"), ("b", "phase: TEST"), ("c", 'stage: "deep"')]
        )
    )

    def names(*flags):
        return [layer["name"] for layer in inspect(command, tmp_path / "phases.prototxt", *flags)["layers"]]

    assert [names(), names("--phase", "TRAIN"), names("--stage", "deep")] == [["b"], ["a"], ["b", "c"]]


NET = (
    small_nets.conv("one", "data")
    + small_nets.batch_norm("bn", "one")
    + small_nets.conv("two", "bn", out=2, kernel=1)
)


def planted(change):
    blobs = {
        "one": [small_nets.normal(4, 3, 3, 3), small_nets.normal(4)],
        "bn": small_nets.statistics(4),
        "two": [small_nets.normal(2, 4, 1, 1), small_nets.normal(2)],
    }
    text, _ = small_nets.pair_of(NET, {})
    change(blobs)
    weights = schema.NetParameter()
    for name, arrays in blobs.items():
        nets.fill(weights.layer.add(name=name, type="Convolution"), arrays)
    return text, weights.SerializeToString()


def no_number(blobs):
    blobs["one"][0][1, 1, 1, 1] = np.nan
    blobs["two"][1][0] = -np.inf
    blobs["two"][1][1] = np.inf


FAULTS = {
    "nothing": (lambda blobs: None, []),
    "not finite": (
        no_number,
        [
            "1 NaN of the 108 numbers of blob 0 of 'one'",
            "2 infinite of the 2 numbers of blob 1 of 'two'",
        ],
    ),
    "missing layer": (
        lambda blobs: blobs.pop("two"),
        ["layer 'two' (Convolution): expected 2 parameter blobs, found 0"],
    ),
    "missing bias": (
        lambda blobs: blobs["two"].pop(),
        ["layer 'two' (Convolution): expected 2 parameter blobs, found 1"],
    ),
    "superfluous blob": (
        lambda blobs: blobs["two"].append(small_nets.normal(2)),
        ["layer 'two' (Convolution): expected 2 parameter blobs, found 3"],
    ),
    "superfluous layer": (
        lambda blobs: blobs.update(three=[small_nets.normal(2)]),
        ["the weights file has 1 blob for Convolution 'three', a layer that the net does not have"],
    ),
    "wrong size": (
        lambda blobs: blobs.update(two=[small_nets.normal(2, 5, 1, 1), small_nets.normal(2)]),
        ["layer 'two' (Convolution): expected 8 values in parameter blob 0, found 10"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults(command, fault, tmp_path):
    change, messages = FAULTS[fault]
    files = write(tmp_path, *planted(change))
    document = inspect(command, *files)
    validate(document, tmp_path)
    assert [finding["message"] for finding in document["findings"]] == messages
    text = command.run("inspect", *files).stdout
    for message in messages:
        assert f"note: {message}\n" in text


def test_csv_and_order(command, tmp_path):
    text, _ = small_nets.pair_of(NET, {})
    text += b'layer { name: "odd,\\"name\\"\\n" type: "ReLU" bottom: "two" top: "r" }'
    files = write(tmp_path, text)
    document = inspect(command, *files)
    rows = list(csv.DictReader(io.StringIO(command.run("inspect", *files, "--format", "csv").stdout)))
    assert [row["name"] for row in rows] == [layer["name"] for layer in document["layers"]]
    assert rows[-1]["name"] == 'odd,"name"\n'
    assert rows[1]["blob_shapes"] == "4x3x3x3;4"
    assert rows[1]["shapes"] == "1x4x6x6"
    table = command.run("inspect", *files).stdout
    assert 'odd,"name"\\x0A' in table
    ordered = inspect(command, *files, "--sort", "macs")["layers"]
    assert [layer["name"] for layer in ordered][:3] == ["one", "two", "bn"]
    assert [row["name"] for row in inspect(command, *files, "--sort", "name")["layers"]] == sorted(
        layer["name"] for layer in document["layers"]
    )


def test_wide_names_line_up(command, tmp_path):
    text, _ = small_nets.pair_of(NET + small_nets.layer("ReLU", "畳み込み層", "two"), {})
    table = command.run("inspect", *write(tmp_path, text)).stdout.splitlines()
    row = next(line for line in table if "畳" in line)
    other = next(line for line in table if line.startswith("two"))
    # Five characters of two columns each.
    assert row.index("ReLU") + 5 == other.index("Convolution")


def test_wrong_usage(command, tmp_path):
    files = write(tmp_path, *planted(lambda blobs: None))
    assert command.run("inspect", files[1], "--input-shape", "1,3,4,4").code == 64
    assert command.run("inspect", files[0], "--format", "csv", "--by", "type").code == 64
    assert command.run("inspect", tmp_path / "absent.prototxt").code == 2
    wrong = command.run("inspect", files[0], "--input-shape", "dta=1,3,4,4")
    assert wrong.code == 2
    assert "the inputs of this net are 'data'" in wrong.stderr


def test_built_in_definitions_need_no_weights(command, tmp_path):
    """Types that a built-in definition alone describes: without blobs of their own they are known whole."""
    text, _ = small_nets.pair_of(
        'layer { name: "rois" type: "Input" top: "rois" input_param { shape { dim: 5 dim: 5 } } }\n'
        'layer { name: "roi" type: "ROIPooling" bottom: "data" bottom: "rois" top: "roi"'
        " roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.5 } }\n"
        + small_nets.conv("conv", "roi", out=7, kernel=2),
        {},
    )
    document = inspect(command, *write(tmp_path, text))
    roi, conv = document["layers"][2:]
    assert roi["tops"] == [{"name": "roi", "shape": [5, 3, 2, 3]}]
    assert (roi["parameters"], roi["multiplyAdds"]) == (0, 0)
    assert conv["tops"][0]["shape"] == [5, 7, 1, 2]
    assert document["complete"]


def test_shapes_of_a_data_layer_of_the_other_phase(command, tmp_path):
    """A training net at TEST: the data layer is of TRAIN alone, and its shapes are given."""
    text = (
        'layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN } }\n'
        + small_nets.conv("conv", "data", out=4, kernel=3)
        + small_nets.layer("Softmax", "prob", "conv")
    )
    files = write(tmp_path, text.encode())
    assert not inspect(command, *files)["complete"]
    document = inspect(command, *files, "--input-shape", "data=2,3,8,8", "--input-shape", "label=2,1")
    assert [layer["name"] for layer in document["layers"]] == ["data", "conv", "prob"]
    assert document["layers"][1]["multiplyAdds"] == 2 * 4 * 6 * 6 * 27
    assert document["outputs"] == [
        {"name": "label", "shape": [2, 1]},
        {"name": "prob", "shape": [2, 4, 6, 6]},
    ]


def test_a_net_without_inputs(command, tmp_path):
    text = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\n'
    done = command.run("inspect", *write(tmp_path, text.encode()), "--input-shape", "data=1,3,4,4")
    assert done.code == 2
    assert done.stderr == f"{tmp_path}/net.prototxt: error: this net has no inputs\n"
