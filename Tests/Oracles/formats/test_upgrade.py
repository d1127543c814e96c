"""The set `upgrade`: nets of Caffe's older syntaxes in the current one, held against BVLC's schema."""

import re

import bvlc_schema
import conftest
import cv2
import numpy as np
import pytest
import upgrade_rules
from google.protobuf import text_format

SELECT = ("--select", "upgrade")
MARK = b"\xef\xbb\xbf"


def rows():
    path = conftest.SHARED / "corpus" / "MANIFEST.tsv"
    if not path.exists():
        return [("(shared)", "", "")]
    lines = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    return [(row[0], row[4], "".join(row[5:]).strip()) for row in lines]


#: Files of the corpus that Caffe reads as nets.
BVLC = [name for name, kind, error in rows() if kind == "net" and not error]
CHUNK = 40


def chunks(names):
    return [names[i : i + CHUNK] for i in range(0, len(names), CHUNK)]


def parse(data):
    return text_format.Parse(data.removeprefix(MARK).decode(), bvlc_schema.NetParameter())


def upgrade(command, path, out):
    result = command.run("fold", path, "--definition-only", *SELECT, "--output-model", out)
    assert result.code == 0, f"{path.name}: {result.stderr}"
    return out.read_bytes()


def comments(data):
    """The comments of a text; none of its strings has a `#`."""
    return sorted(line.strip() for line in re.findall(rb"#.*", data))


def plain(net):
    """A net for comparison: Caffe leaves messages that nothing is left in, which say nothing."""
    for layer in net.layer:
        for field, value in layer.ListFields():
            if hasattr(value, "ByteSize") and not value.ByteSize():
                layer.ClearField(field.name)
    return net


def is_old(net):
    return bool(net.layers or net.input)


@pytest.mark.parametrize("names", chunks(BVLC), ids=lambda names: names[0][:40])
def test_what_caffe_reads_becomes_what_caffe_makes_of_it(command, tmp_path, names, record_property):
    """Every file of the corpus that BVLC's schema parses: the same message as by Caffe's own rules."""
    folder, wrong, old = conftest.shared("corpus", "prototxt"), [], {"V0": 0, "V1": 0, "input": 0}
    for name in names:
        data = (folder / name).read_bytes()
        net = parse(data)
        made = upgrade(command, folder / name, tmp_path / "net.prototxt")
        expected = upgrade_rules.with_axes(upgrade_rules.upgraded(net))
        if plain(parse(made)) != plain(expected):
            wrong.append(f"{name}: another net")
        if comments(made) != comments(data):
            wrong.append(f"{name}: other comments")
        if expected == net and made != data.removeprefix(MARK):
            wrong.append(f"{name}: a current net was changed")
        old["V0"] += any(layer.HasField("layer") for layer in net.layers)
        old["V1"] += bool(net.layers) and not any(layer.HasField("layer") for layer in net.layers)
        old["input"] += bool(net.input)
        again = upgrade(command, tmp_path / "net.prototxt", tmp_path / "again.prototxt")
        if again != made:
            wrong.append(f"{name}: upgraded twice, it is another")
    said = f"{len(names)} files: {old['V0']} of V0, {old['V1']} of V1, {old['input']} with inputs"
    record_property("figures", (f"from {names[0][:50]}", said))
    assert not wrong, "\n".join(wrong)


FORKS = [name for name, kind, error in rows() if error]


@pytest.mark.parametrize("names", chunks(FORKS), ids=lambda names: names[0][:40])
def test_nets_of_forks(command, tmp_path, names, record_property):
    """What only a fork reads is upgraded too, where caffold reads it; unknown fields stay."""
    folder, wrong, count = conftest.shared("corpus", "prototxt"), [], 0
    for name in names:
        path = folder / name
        plainly = command.run("fold", path, "--definition-only", "--isolated", "--dry-run")
        out = tmp_path / "net.prototxt"
        result = command.run("fold", path, "--definition-only", *SELECT, "--output-model", out)
        if result.code != plainly.code:
            wrong.append(f"{name}: exit {result.code}: {result.stderr[:300]}")
        if result.code or plainly.code:
            continue
        data, made = path.read_bytes(), out.read_bytes()
        text = re.sub(rb"#.*", b"", made)
        if re.search(rb"^\s*(layers|input|input_dim|input_shape)\s*[:{]", text, re.MULTILINE):
            wrong.append(f"{name}: old syntax is left")
        if comments(made) != comments(data):
            wrong.append(f"{name}: other comments")
        names_before = sorted(re.findall(rb"\bname\s*:\s*[\"']([^\"']*)", re.sub(rb"#.*", b"", data)))
        names_after = sorted(re.findall(rb"\bname\s*:\s*[\"']([^\"']*)", text))
        count += data != made
        # A padding layer becomes the pad of the layers behind it.
        paddings = len(re.findall(rb"\btype\s*:\s*[\"']padding[\"']", re.sub(rb"#.*", b"", data)))
        if len(names_after) < len(names_before) - paddings:
            wrong.append(f"{name}: names are gone")
        again = upgrade(command, out, tmp_path / "again.prototxt")
        if again != made:
            wrong.append(f"{name}: upgraded twice, it is another")
    record_property("figures", (f"from {names[0][:50]}", f"{len(names)} files of forks, {count} upgraded"))
    assert not wrong, "\n".join(wrong)


OLD = [name for name in BVLC if name != "(shared)"]
#: Types whose layers make or judge data; what is between them is run.
SOURCES = {"Data", "ImageData", "HDF5Data", "WindowData", "MemoryData", "DummyData"}
ENDS = {
    "Accuracy", "SoftmaxWithLoss", "EuclideanLoss", "SigmoidCrossEntropyLoss", "HDF5Output", "InfogainLoss",
    "MultinomialLogisticLoss", "ContrastiveLoss", "HingeLoss", "Silence", "ArgMax",
}  # fmt: skip
MOST_OUTPUTS = 8
#: How many numbers an input has that the executor, which is slow, is spared; OpenCV runs every net.
LARGE = 3 * 64 * 64


def old_nets():
    """The V0 and V1 files of the corpus."""
    folder = conftest.SHARED / "corpus" / "prototxt"
    return [name for name in OLD if parse((folder / name).read_bytes()).layers] or ["(shared)"]


def runnable(net, usual):
    """An old net that can be run: an input instead of data layers, no losses, few channels."""
    made = type(net)(name=net.name)
    size, channels = usual, 3
    fed, gone = set(net.input), set()
    for layer in net.layers:
        if layer.layer.type == "padding":
            made.layers.add().CopyFrom(layer)
            continue
        now = upgrade_rules.from_old(layer)
        if now.type in SOURCES:
            crop = now.transform_param.crop_size or now.data_param.crop_size
            size, channels = (crop, 3) if crop else (28, 1) if "mnist" in str(now).lower() else (usual, 3)
            fed.add(layer.top[0])
            gone |= set(layer.top[1:])
        elif now.type in ENDS or any(rule.phase == 0 for rule in layer.include) or gone & set(layer.bottom):
            gone |= set(layer.top) - set(layer.bottom)
        else:
            made.layers.add().CopyFrom(layer)
            add_limit(made.layers[-1])
    read = {bottom for layer in made.layers for bottom in layer.bottom}
    for index, name in enumerate(net.input):
        made.input.append(name)
        made.input_dim.extend([1, *net.input_dim[4 * index + 1 : 4 * index + 4]])
    for name in sorted((fed - set(net.input)) & read):
        made.input.append(name)
        made.input_dim.extend([1, channels, size, size])
    return made


def add_limit(layer):
    """Few channels: what is run is small, and of the same structure."""
    for parameters in (layer.layer, layer.convolution_param, layer.inner_product_param):
        if parameters.num_output > MOST_OUTPUTS:
            parameters.num_output = MOST_OUTPUTS


def windowed(size, kernel, stride, pad, ceil):
    steps = (size + 2 * pad - kernel) / stride
    count = int(-(-steps // 1) if ceil else steps // 1) + 1
    return count - 1 if ceil and pad and (count - 1) * stride >= size + pad else count


def filled(net, random):
    """Weights for an old net: the same layers with random blobs of four axes, as Caffe saved them then."""
    weights = type(net)()
    weights.CopyFrom(net)
    shapes = {name: tuple(net.input_dim[4 * index : 4 * index + 4]) for index, name in enumerate(net.input)}
    current = iter(upgrade_rules.upgraded(net).layer[1:])
    for layer in weights.layers:
        if layer.layer.type == "padding":
            shapes[layer.top[0]] = shapes[layer.bottom[0]]
            continue
        now = next(current)
        bottoms = [shapes[name] for name in now.bottom]
        (n, c, *plane), blobs = bottoms[0], []
        if now.type in ("Convolution", "Pooling"):
            p = now.convolution_param if now.type == "Convolution" else now.pooling_param
            first = (lambda v: v[0] if v else 0) if now.type == "Convolution" else int
            kernel, stride, pad = first(p.kernel_size), first(p.stride) or 1, first(p.pad)
            plane = [windowed(size, kernel, stride, pad, now.type == "Pooling") for size in plane]
        if now.type == "Convolution":
            c, group = p.num_output, p.group
            blobs = [(c, bottoms[0][1] // group, kernel, kernel), (1, 1, 1, c)][: 2 if p.bias_term else 1]
        elif now.type == "InnerProduct":
            p, count = now.inner_product_param, int(np.prod(bottoms[0][1:]))
            c, plane = p.num_output, [1, 1]
            blobs = [(1, 1, c, count), (1, 1, 1, c)][: 2 if p.bias_term else 1]
        elif now.type == "Concat":
            c = sum(shape[1] for shape in bottoms)
        elif now.type == "Flatten":
            c, plane = c * int(np.prod(plane)), [1, 1]
        for name in now.top:
            shapes[name] = (n, c, *plane)
        holder = layer.layer if layer.HasField("layer") else layer
        for num, channels, height, width in blobs:
            blob = holder.blobs.add(num=num, channels=channels, height=height, width=width)
            spread = (channels * height * width) ** -0.5
            blob.data.extend((random.standard_normal(num * channels * height * width) * spread).tolist())
    return weights


def opencv_outputs(definition, weights, inputs):
    """What OpenCV, which upgrades files by Caffe's own code, makes of a net."""
    net = cv2.dnn.readNetFromCaffe(np.frombuffer(definition, np.uint8), np.frombuffer(weights, np.uint8))
    net.enableFusion(False)
    net.enableWinograd(False)
    for name, value in inputs.items():
        net.setInput(value, name)
    names = sorted(net.getUnconnectedOutLayersNames())
    return dict(zip(names, net.forward(names)))


def current_shape(layer, index):
    """The axes that a blob has now that Caffe does not pad them to four."""
    blob = layer.blobs[index]
    shape = [blob.num, blob.channels, blob.height, blob.width]
    return shape[3:] if index else shape[2:] if layer.type == "InnerProduct" else shape


@pytest.mark.parametrize("name", old_nets())
def test_an_old_net_computes_the_same(command, tmp_path, name):
    """Definition and weights, upgraded: OpenCV and the executor compute the same from both."""
    net = parse((conftest.shared("corpus", "prototxt") / name).read_bytes())
    net = runnable(net, 227 if "imagenet" in name else 32)
    random = np.random.default_rng(3)
    weights = filled(net, random)
    definition, binary = text_format.MessageToString(net).encode(), weights.SerializeToString()
    # The executor knows no padding layers; OpenCV upgrades them.
    has_padding = any(layer.layer.type == "padding" for layer in net.layers)
    flags = [] if has_padding or np.prod(net.input_dim[1:4]) > LARGE else ["--verify"]
    made = command.fold(definition, binary, tmp_path, *SELECT, *flags)
    assert not made.document["verification"] or made.document["verification"]["equal"]
    assert made.document["upgrade"]["weightLayers"] == len(net.layers)
    inputs = {
        blob: random.standard_normal(tuple(net.input_dim[4 * i : 4 * i + 4])).astype(np.float32)
        for i, blob in enumerate(net.input)
    }
    is_v0 = any(layer.HasField("layer") for layer in net.layers)
    # OpenCV upgrades definitions of V0, and does not find the blobs of V0 weights.
    readable = upgrade_rules.upgraded(weights).SerializeToString() if is_v0 else binary
    before = opencv_outputs(definition, readable, inputs)
    after = opencv_outputs(made.definition, made.weights, inputs)
    assert before.keys() == after.keys()
    for blob, value in before.items():
        assert np.isfinite(value).all()
        assert np.array_equal(value, after[blob]), blob

    stored = bvlc_schema.NetParameter.FromString(made.weights)
    expected = upgrade_rules.upgraded(weights)
    del expected.layer[0]  # Caffe gives weights an Input layer too, for which they have no use
    for layer in expected.layer:
        for index, blob in enumerate(layer.blobs):
            blob.shape.dim.extend(current_shape(layer, index))
            for axis in ("num", "channels", "height", "width"):
                blob.ClearField(axis)
    assert plain(stored) == plain(expected)
    again = command.fold(made.definition, made.weights, tmp_path, *SELECT)
    assert (again.definition, again.weights) == (made.definition, made.weights)
