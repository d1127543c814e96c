"""The set `portable`: what only forks have, in layers and fields that BVLC's Caffe has.

OpenCV runs the portable nets, NumPy what the fork's layer computes; every field is one of BVLC's schema.
"""

import bvlc_schema
import conftest
import nets
import numpy as np
import opencv
import pytest
import real_models
import wire
from google.protobuf import text_format
from small_nets import HEAD, conv, layer, normal, positive

SELECT = ("--select", "portable")
SHAPE = (2, 6, 8, 8)
X = normal(*SHAPE)
KERNEL = normal(6, 1, 3, 3)
BIAS = normal(6)
MEAN, VARIANCE, GAMMA, BETA = normal(6), positive(6), normal(6), normal(6)


def axis1(values):
    return values[:, None, None]


def depthwise(x, weights, bias):
    rows, columns = (size - 2 for size in x.shape[2:])
    out = np.zeros((*x.shape[:2], rows, columns), x.dtype) + axis1(bias)
    for i in range(3):
        for j in range(3):
            out += x[:, :, i : i + rows, j : j + columns] * axis1(weights[:, 0, i, j])
    return out


def normalised(x, epsilon):
    return (x - axis1(MEAN)) / np.sqrt(axis1(VARIANCE) + epsilon) * axis1(GAMMA) + axis1(BETA)


def norm(x, scale, epsilon):
    return x / np.sqrt((x * x).sum(axis=1, keepdims=True) + epsilon) * axis1(scale)


WINDOW = "convolution_param { num_output: 6 kernel_size: 3 %s }"
FORK_NORM = "batch_norm_param { eps: 1e-3 use_global_stats: true }"
RESHAPE = "reshape_param { shape { %s } axis: 1 num_axes: 1 }"
POOL = layer("Pooling", "pool", "data", None, "pooling_param { pool: AVE global_pooling: true }")

#: What is made portable -> the net behind `data`, its blobs, and the top that NumPy computes.
NETS = {
    "DepthwiseConvolution": (
        layer("DepthwiseConvolution", "top", "data", None, WINDOW % ""),
        {"top": [KERNEL, BIAS]},
        lambda: depthwise(X, KERNEL, BIAS),
    ),
    "ConvolutionDepthwise": (
        layer("ConvolutionDepthwise", "top", "data", None, WINDOW % "group: 6"),
        {"top": [KERNEL, BIAS]},
        lambda: depthwise(X, KERNEL, BIAS),
    ),
    "BatchNorm of NVCaffe": (
        layer("BatchNorm", "top", "data", None, "batch_norm_param { eps: 1e-3 scale_bias: true }"),
        {"top": [MEAN, VARIANCE, np.ones(1), GAMMA, BETA]},
        lambda: normalised(X, 1e-3),
    ),
    "BatchNorm of the Xilinx nets": (
        layer("BatchNorm", "top", "data", None, FORK_NORM),
        {"top": [GAMMA, BETA, MEAN, VARIANCE, np.zeros(1)]},
        lambda: normalised(X, 1e-3),
    ),
    "BN of PSPNet": (
        layer("BN", "top", "data", None, "bn_param { eps: 1e-3 frozen: true }"),
        {"top": [GAMMA, BETA, MEAN, VARIANCE]},
        lambda: normalised(X, 1e-3),
    ),
    "BN of SegNet": (
        layer("BN", "top", "data", None, "bn_param { bn_mode: INFERENCE }"),
        {"top": [GAMMA.reshape(1, 6, 1, 1), BETA.reshape(1, 6, 1, 1)]},
        lambda: X * axis1(GAMMA) + axis1(BETA),
    ),
    "BatchNorm of Intel": (
        layer("BatchNorm", "top", "data", None, FORK_NORM),
        {"top": [2 * MEAN, 2 * VARIANCE, np.full(1, 2), GAMMA, BETA]},
        lambda: normalised(X, 1e-3),
    ),
    "ReLU6": (
        layer("Power", "p", "data", None, "power_param { scale: 5 }") + layer("ReLU6", "top", "p"),
        {},
        lambda: np.clip(5 * X, 0, 6),
    ),
    "ReLU6 in place": (
        layer("Power", "top", "data", None, "power_param { scale: 5 }") + layer("ReLU6", "r", "top", "top"),
        {},
        lambda: np.clip(5 * X, 0, 6),
    ),
    "Swish": (
        layer("Swish", "top", "data", None, "swish_param { beta: 1.5 }"),
        {},
        lambda: X / (1 + np.exp(-1.5 * X)),
    ),
    "Axpy": (
        POOL + layer("TanH", "t", "data") + layer("Axpy", "top", "pool data t"),
        {},
        lambda: X.mean(axis=(2, 3), keepdims=True) * X + np.tanh(X),
    ),
    "ShuffleChannel": (
        layer("ShuffleChannel", "top", "data", None, "shuffle_channel_param { group: 3 }"),
        {},
        lambda: X.reshape(2, 3, 2, 8, 8).swapaxes(1, 2).reshape(SHAPE),
    ),
    "Normalize": (
        layer("Normalize", "top", "data", None, "norm_param { across_spatial: false channel_shared: false }"),
        {"top": [GAMMA]},
        lambda: norm(X, GAMMA, 1e-10),
    ),
    "Normalize with one scale": (
        layer("Normalize", "top", "data", None, "norm_param { across_spatial: false eps: 0.1 }"),
        {"top": [np.array([2.5], np.float32)]},
        lambda: norm(X, np.full(6, 2.5), 0.1),
    ),
    "Upsample": (
        layer("Upsample", "top", "data", None, "upsample_param { scale: 3 }"),
        {},
        lambda: X.repeat(3, axis=2).repeat(3, axis=3),
    ),
    "Dropout that multiplies": (
        layer("Dropout", "top", "data", None, "dropout_param { dropout_ratio: 0.25 scale_train: false }"),
        {},
        lambda: X * np.float32(0.75),
    ),
    "a fused ReLU": (
        layer(
            "Convolution", "top", "data", None,
            WINDOW % "group: 6 relu: true negative_slope: 0.1",
        ),
        {"top": [KERNEL, BIAS]},
        lambda: (lambda y: np.where(y > 0, y, np.float32(0.1) * y))(depthwise(X, KERNEL, BIAS)),
    ),
    "Reshape from an axis on": (
        layer("Reshape", "top", "data", None, RESHAPE % "dim: 2 dim: -1"),
        {},
        lambda: X.reshape(2, 2, 3, 8, 8),
    ),
    "Reshape from the end on": (
        layer("Reshape", "top", "data", None, "reshape_param { shape { dim: 64 dim: -1 } axis: -3 }"),
        {},
        lambda: X.reshape(2, 6, 64, 1),
    ),
    "Crop": (
        layer("Pooling", "small", "data", None, "pooling_param { kernel_size: 3 }")
        + layer("Crop", "top", "data small", None, "crop_param { offset: 1 }"),
        {},
        lambda: X[:, :, 1:7, 1:7],
    ),
    "round_mode": (
        layer("Pooling", "top", "data", None, "pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR }"),
        {},
        lambda: X.reshape(2, 6, 4, 2, 4, 2).max(axis=(3, 5)),
    ),
    "fields of forks": (
        layer(
            "Convolution", "top", "data", None,
            "forward_type: FLOAT16 phase: TEST " + WINDOW % 'group: 6 conv_algos_override: "1" relu: false',
        ),
        {"top": [KERNEL, BIAS]},
        lambda: depthwise(X, KERNEL, BIAS),
    ),
}  # fmt: skip


def written(text, blobs):
    """Weights for a net, as bytes; types and fields are the fork's own."""
    made = b""
    for name, kind in nets_of(text):
        parts = [wire.field(1, name.encode()), wire.field(2, kind.encode())]
        for value in blobs.get(name, []):
            blob = nets.schema.BlobProto()
            blob.shape.dim.extend(value.shape)
            blob.data.extend(value.astype(np.float32).ravel().tolist())
            parts.append(wire.field(7, blob.SerializeToString()))
        made += wire.field(100, b"".join(parts))
    return made


def nets_of(text):
    return [(message.name, message.type) for message in nets.parse(text).layer]


def portable(command, text, blobs, folder, *flags):
    definition = (HEAD % " ".join(f"dim: {d}" for d in SHAPE) + text).encode()
    return command.fold(definition, written(definition, blobs), folder, *(flags or SELECT), "--verify")


def check_bvlc(definition):
    """The net, which BVLC's schema parses."""
    return text_format.Parse(definition.decode(), bvlc_schema.NetParameter())


@pytest.mark.parametrize("name", NETS)
def test_it_computes_the_same_in_bvlcs_layers(command, tmp_path, name):
    text, blobs, expected = NETS[name]
    made = portable(command, text, blobs, tmp_path)
    assert made.document["verification"]["equal"]
    check_bvlc(made.definition)
    stored = bvlc_schema.NetParameter.FromString(made.weights)
    assert not [layer.name for layer in stored.layer if not layer.type]
    got = opencv.run(made.definition, made.weights, {"data": X}, {"top"})["top"]
    want = expected()
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 2e-6 * max(1, np.abs(want).max())
    # Once more changes nothing.
    again = command.fold(made.definition, made.weights, tmp_path, *SELECT)
    assert (again.definition, again.weights) == (made.definition, made.weights)


def test_listed_boxes(command, tmp_path):
    """A PriorBoxClustered is a constant, which OpenCV runs as an InnerProduct of zeros with a bias."""
    width, height = np.array([9.4, 25.1]), np.array([15, 39.6])
    fields = "width: 9.4 width: 25.1 height: 15 height: 39.6 step: 8 offset: 0.25 clip: true"
    variance = "variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2"
    text = (
        layer("Pooling", "small", "data", None, "pooling_param { kernel_size: 8 stride: 8 }")
        + layer("TanH", "t", "small")
        + layer("PriorBoxClustered", "top", "small data", None, f"prior_box_param {{ {fields} {variance} }}")
    )
    definition = (HEAD % "dim: 1 dim: 3 dim: 40 dim: 60" + text).encode()
    made = command.fold(definition, written(definition, {}), tmp_path, *SELECT, "--verify")
    assert made.document["verification"]["equal"]
    check_bvlc(made.definition)
    y, x = np.meshgrid((np.arange(5) + 0.25) * 8, (np.arange(8) + 0.25) * 8, indexing="ij")
    x, y = x[..., None], y[..., None]
    corners = [(x - width / 2) / 60, (y - height / 2) / 40, (x + width / 2) / 60, (y + height / 2) / 40]
    boxes = np.clip(np.stack(corners, axis=-1), 0, 1)
    wanted = np.stack([boxes.ravel(), np.tile([0.1, 0.1, 0.2, 0.2], boxes.size // 4)])[None]
    got = opencv.run(made.definition, made.weights, {"data": normal(1, 3, 40, 60)}, {"top"})["top"]
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= 1e-6


def test_folds_come_first(command, tmp_path):
    """With the default set a fork's BatchNorm is folded where it can be."""
    text = conv("c", "data", out=6) + layer("BatchNorm", "bn", "c", None, FORK_NORM)
    blobs = {"c": [normal(6, 6, 3, 3), normal(6)], "bn": [GAMMA, BETA, MEAN, VARIANCE, np.zeros(1)]}
    made = portable(command, text, blobs, tmp_path, "--extend-select", "portable")
    assert [kind for _, kind in nets_of(made.definition)] == ["Input", "Convolution"]


@pytest.mark.parametrize("clip", ["relu", "layer"])
def test_a_relu6_is_what_is_asked_for(command, tmp_path, clip):
    flags = [*SELECT, "--param", "clip=layer"] if clip == "layer" else SELECT
    made = portable(command, layer("ReLU6", "top", "data"), {}, tmp_path, *flags)
    kinds = [kind for _, kind in nets_of(made.definition)]
    assert kinds == (["Input", "Clip"] if clip == "layer" else ["Input", "Power", "ReLU", "Power", "ReLU"])


NAMES = ("--select", "portable-names")


def test_names(command, tmp_path):
    """No slash, no layer in place, layers called like their tops: the same numbers."""
    text = (
        conv("block/1/conv", "data", "block/1", out=6)
        + layer("ReLU", "block/1/relu", "block/1", "block/1")
        + layer("Pooling", "pool", "block/1", "p/0", "pooling_param { kernel_size: 2 }")
        + layer("TanH", "tanh", "p/0", "p/0")
    )
    blobs = {"block/1/conv": [normal(6, 6, 3, 3), normal(6)]}
    definition = (HEAD % " ".join(f"dim: {d}" for d in SHAPE) + text).encode()
    weights = written(definition, blobs)
    made = command.fold(definition, weights, tmp_path, *NAMES)
    net = nets.parse(made.definition)
    assert "/" not in made.definition.decode()
    assert all(list(message.top) == [message.name] for message in net.layer)
    assert not any(set(message.top) & set(message.bottom) for message in net.layer)
    before = opencv.run(definition, weights, {"data": X})
    after = opencv.run(made.definition, made.weights, {"data": X})
    assert len(before) == len(after) == 1
    (a,), (b,) = before.values(), after.values()
    assert np.array_equal(a, b)
    again = command.fold(made.definition, made.weights, tmp_path, *NAMES)
    assert (again.definition, again.weights) == (made.definition, made.weights)


def test_outputs_keep_their_names(command, tmp_path):
    """What ends working in place is given under the name that it had."""
    text = conv("c", "data", "out", out=6) + layer("ReLU", "r", "out", "out")
    blobs = {"c": [normal(6, 6, 3, 3), normal(6)]}
    made = portable(command, text, blobs, tmp_path, "--select", "portable-no-in-place")
    assert made.document["verification"]["equal"]
    last = nets.parse(made.definition).layer[-1]
    assert list(last.top) == ["out"]
    assert list(last.bottom) != ["out"]


@pytest.mark.parametrize("numbers", ["float", "half", "keep"])
@pytest.mark.parametrize("stored", ["float", "double", "half"])
@pytest.mark.parametrize("select", [(), SELECT])
def test_the_number_type_of_weights(command, tmp_path, numbers, stored, select):
    kernel, bias = normal(4, 6, 3, 3), normal(4)
    text = (HEAD % " ".join(f"dim: {d}" for d in SHAPE) + conv("c", "data")).encode()
    weights = nets.schema.NetParameter()
    message = weights.layer.add(name="c", type="Convolution")
    for value in (kernel, bias):
        blob = message.blobs.add()
        blob.shape.dim.extend(value.shape)
        if stored == "float":
            blob.data.extend(value.ravel().tolist())
        elif stored == "double":
            blob.double_data.extend(value.astype(np.float64).ravel().tolist())
        else:
            blob.raw_data_type, blob.raw_data = 2, value.astype(np.float16).tobytes()
    binary = weights.SerializeToString()
    flags = [*(select or ["--isolated"]), "--weights", numbers]
    made = command.fold(text, binary, tmp_path, *flags)
    if numbers == "keep":
        assert made.weights == binary
    before, after = (nets.array(blob) for blob in message.blobs[:1]), nets.decode(made.weights).layer[0].blobs
    kinds = {"float": np.float32, "double": np.float64, "half": np.float16}
    wanted = kinds[stored if numbers == "keep" else numbers]
    for value, blob in zip(before, after):
        assert nets.array(blob).dtype == wanted
        assert np.array_equal(nets.array(blob), value.astype(wanted))


def test_a_number_that_half_precision_cannot_hold(command, tmp_path):
    text = (HEAD % " ".join(f"dim: {d}" for d in SHAPE) + conv("c", "data")).encode()
    binary = written(text, {"c": [np.full((4, 6, 3, 3), 7e4, np.float32), normal(4)]})
    (tmp_path / "n.prototxt").write_bytes(text)
    (tmp_path / "n.caffemodel").write_bytes(binary)
    result = command.run(
        "fold", tmp_path / "n.prototxt", tmp_path / "n.caffemodel", "--isolated", "--weights", "half",
        "-o", tmp_path / "out",
    )  # fmt: skip
    assert result.code == 2
    assert "70000.0, is too large for a half-precision float" in result.stderr
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


MODELS = conftest.shared_names("models")


def opencv_outputs(definition, weights, inputs):
    """OpenCV's outputs of a net, or what it says instead."""
    try:
        return opencv.run(definition, weights, inputs)
    except Exception as error:
        return str(error).splitlines()[0][:60]


@pytest.mark.parametrize("name", MODELS)
def test_real_nets(command, tmp_path, name, record_property):
    """Every net of ../shared/models, folded and made portable: equal, and read by OpenCV where it can be."""
    model, weights = real_models.load(name)
    assume = ("--assume-stored-statistics",) if name in real_models.ASSUMED else ()
    flags = ("--extend-select", "portable", "--weights", "float", "--verify", *assume)
    made = command.fold_files(model, weights, tmp_path, *flags)
    assert made.document["verification"]["equal"]
    inputs = real_models.inputs(model)
    before = opencv_outputs(model.read_bytes(), weights.read_bytes(), inputs)
    after = opencv_outputs(made.definition, made.weights, inputs)

    def said(result):
        return result if isinstance(result, str) else "reads it"

    record_property("figures", (name, f"OpenCV before: {said(before)}; after: {said(after)}"))
    if not isinstance(before, str):
        assert not isinstance(after, str), after
        assert max(opencv.differences(before, after).values()) <= 1e-3
