"""The set `deploy`: train/val nets become deploy nets, which others load."""

import functools
import re
import subprocess
import sys

import nets
import opencv
import pytest
from caffe_schema import NetParameter
from conftest import shared, shared_names
from google.protobuf import text_format
from small_nets import normal

SELECT = ("--select", "deploy")

TRAIN_VAL = """
name: "digits"
layer { name: "digits" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { crop_size: 12 mirror: true } data_param { source: "train" batch_size: 64 backend: LMDB } }
layer { name: "digits" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { crop_size: 12 } data_param { source: "test" batch_size: 5 backend: LMDB } }
layer { name: "grey" type: "Power" bottom: "data" top: "grey" power_param { scale: 0.5 } }
layer { name: "conv" type: "Convolution" bottom: "grey" top: "conv" param { lr_mult: 1 decay_mult: 1 }
  param { lr_mult: 2 } convolution_param { num_output: 6 kernel_size: 3 group: 2
    weight_filler { type: "xavier" } bias_filler { type: "constant" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" param { name: "w" lr_mult: 1 }
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "class" type: "Reshape" bottom: "label" top: "class" reshape_param { shape { dim: -1 } } }
layer { name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "class" top: "accuracy"
  include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "class" top: "loss" loss_weight: 1 }
"""

DEPLOYED = """
layer { name: "digits" type: "Input" top: "data" input_param { shape { dim: 5 dim: 4 dim: 12 dim: 12 } } }
layer { name: "grey" type: "Power" bottom: "data" top: "grey" power_param { scale: 0.5 } }
layer { name: "conv" type: "Convolution" bottom: "grey" top: "conv"
  convolution_param { num_output: 6 kernel_size: 3 group: 2 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" param { name: "w" }
  inner_product_param { num_output: 10 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""

OLD = """
layers { name: "digits" type: DATA top: "data" top: "label" include { phase: TRAIN }
  data_param { source: "train" crop_size: 12 batch_size: 64 } }
layers { name: "digits" type: DATA top: "data" top: "label" include { phase: TEST }
  data_param { source: "test" crop_size: 12 batch_size: 5 } }
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 1 blobs_lr: 2 weight_decay: 1
  convolution_param { num_output: 6 kernel_size: 3 group: 2 weight_filler { type: "xavier" } } }
layers { name: "fc" type: INNER_PRODUCT bottom: "conv" top: "fc"
  inner_product_param { num_output: 10 bias_filler { type: "constant" } } }
layers { name: "loss" type: SOFTMAX_LOSS bottom: "fc" bottom: "label" }
layers { name: "accuracy" type: ACCURACY bottom: "fc" bottom: "label" top: "accuracy"
  include { phase: TEST } }
"""

OLD_DEPLOYED = """
input: "data" input_shape { dim: 5 dim: 4 dim: 12 dim: 12 }
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv"
  convolution_param { num_output: 6 kernel_size: 3 group: 2 } }
layers { name: "fc" type: INNER_PRODUCT bottom: "conv" top: "fc" inner_product_param { num_output: 10 } }
layers { name: "prob" type: SOFTMAX bottom: "fc" top: "prob" }
"""

OLDEST = """
layers { layer { name: "digits" type: "data" source: "test" batchsize: 5 cropsize: 12 }
  top: "data" top: "label" }
layers { layer { name: "conv" type: "conv" num_output: 6 kernelsize: 3 blobs_lr: 1 blobs_lr: 2
  weight_filler { type: "gaussian" } } bottom: "data" top: "conv" }
layers { layer { name: "loss" type: "softmax_loss" } bottom: "conv" bottom: "label" }
"""

OLDEST_DEPLOYED = """
input: "data" input_shape { dim: 5 dim: 3 dim: 12 dim: 12 }
layers { layer { name: "conv" type: "conv" num_output: 6 kernelsize: 3 } bottom: "data" top: "conv" }
layers { layer { name: "prob" type: "softmax" } bottom: "conv" top: "prob" }
"""


def stays(notes):
    """The layers that notes say a reason for."""
    return set(re.findall(r"^note: \S+ '([^']*)' stays", notes, re.MULTILINE))


def blobs():
    weights = NetParameter()
    made = {"conv": [normal(6, 2, 3, 3), normal(6)], "fc": [normal(10, 600), normal(10)]}
    for name, kind in (("conv", "Convolution"), ("fc", "InnerProduct")):
        nets.fill(weights.layer.add(name=name, type=kind), made[name])
    return weights


@pytest.mark.parametrize(
    ("before", "after"), [(TRAIN_VAL, DEPLOYED), (OLD, OLD_DEPLOYED)], ids=["layer", "layers"]
)
def test_a_train_val_net_becomes_its_deploy_net(command, tmp_path, before, after):
    weights = blobs()
    folded = command.fold(before.encode(), weights.SerializeToString(), tmp_path, *SELECT)
    made, expected = nets.parse(folded.definition), nets.parse(after)
    made.ClearField("name")
    assert made == expected
    if not made.layer:  # OpenCV's helper speaks of new layers only
        return
    inputs, stored = {"data": normal(5, 4, 12, 12)}, nets.decode(folded.weights)
    pair = [opencv.run(*opencv.prepare(net, stored), inputs) for net in (expected, made)]
    assert pair[0]["prob"].shape == (5, 10)
    assert max(opencv.differences(*pair).values()) == 0


def test_the_oldest_syntax(command, tmp_path):
    """Layers within layers, with all parameters in one place under names of their own."""
    path, out = tmp_path / "net.prototxt", tmp_path / "deploy.prototxt"
    path.write_text(OLDEST)
    flags = ("--definition-only", *SELECT, "--param", "channels=3", "--output-model", out)
    result = command.run("fold", path, *flags)
    assert result.code == 0, result.stderr
    assert nets.parse(out.read_bytes()) == nets.parse(OLDEST_DEPLOYED)


def test_one_image_at_a_time(command, tmp_path):
    flags = (*SELECT, "--param", "batch=1", "--param", "output=scores")
    folded = command.fold(TRAIN_VAL.encode(), blobs().SerializeToString(), tmp_path, *flags)
    net = nets.parse(folded.definition)
    assert nets.input_shapes(net) == {"data": (1, 4, 12, 12)}
    assert (net.layer[-1].name, list(net.layer[-1].top)) == ("scores", ["scores"])


def test_a_size_that_nobody_tells_is_asked_for(command, tmp_path):
    text = TRAIN_VAL.replace("crop_size: 12", "")
    folded = command.fold(text.encode(), blobs().SerializeToString(), tmp_path, *SELECT)
    assert "Data" in {layer.type for layer in nets.parse(folded.definition).layer}
    path = tmp_path / "net.prototxt"
    notes = command.run("fold", path, tmp_path / "net.caffemodel", *SELECT, "-v", "--dry-run").stderr
    assert "digits" in stays(notes)
    assert "give it with --param input_shape=N,C,H,W" in notes
    flags = (*SELECT, "--param", "input_shape=2,4,12,12")
    folded = command.fold(text.encode(), blobs().SerializeToString(), tmp_path, *flags)
    assert nets.input_shapes(nets.parse(folded.definition)) == {"data": (2, 4, 12, 12)}


BRIDGED = """\
layer { name: "data" type: "Python" top: "data" top: "label" top: "roi" }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
layer { name: "valid" type: "%s" bottom: "fc" bottom: "%s" top: "valid" }
layer { name: "prob" type: "Softmax" bottom: "valid" top: "prob" }
"""


@pytest.mark.parametrize(
    ("reads", "kind", "says"),
    [
        (
            "label",
            "Python",
            "stays: it reads the labels, and a deployed net has none; if its first bottom can",
        ),
        (
            "roi",
            "Python",
            "stays: '--param bridges=…' does not name it; name it if its first bottom can replace",
        ),
        # A rule of bridges has no use for it.
        ("label", "Eltwise", None),
    ],
)
def test_a_layer_in_the_way_of_an_input_is_told_with_what_may_move_it(command, tmp_path, reads, kind, says):
    """The rule that was given the shape did nothing because of a layer that another rule may rewrite."""
    path = tmp_path / "net.prototxt"
    path.write_text(BRIDGED % (kind, reads))
    flags = ("--definition-only", "--dry-run", *SELECT, "--param", "input_shape=1,3,24,24")
    refused = command.run("fold", path, *flags)
    assert refused.code == 2
    assert "parameter 'input_shape' had no effect" in refused.stderr
    assert f"blob '{reads}' is also read by {kind} 'valid'; " in refused.stderr
    if says:
        assert f"; {kind} 'valid' {says}" in refused.stderr
        assert command.run("fold", path, *flags, "--param", "bridges=valid").code == 0
    else:
        assert "stays" not in refused.stderr


# -- the train/val nets of others

TRAINING = re.compile(r"\b(lr_mult|decay_mult|blobs_lr|weight_decay|loss_weight|propagate_down|loss_param)\b")
FILLER = re.compile(r"\b\w*(?<!data_)filler\b")


def sources(definition, phase):
    return [
        layer
        for layer in nets.in_phase(definition, phase)
        if not layer.bottom and nets.layer_type(layer) not in {"Input", "Parameter"}
    ]


@functools.cache
def train_val_names():
    """The nets of the corpus with data layers in one of the phases."""
    names = []
    for name in shared_names("corpus", "prototxt"):
        if name == "(shared)":
            return [name]
        try:
            definition = nets.parse_file(shared("corpus", "prototxt", name))
        except (text_format.ParseError, UnicodeDecodeError):
            continue
        if any(sources(definition, phase) for phase in (nets.schema.TEST, nets.schema.TRAIN)):
            names.append(name)
    return names


# The nets of the corpus that stay training nets, and why.
LEFT = {
    "BVLC__caffe__examples__feature_extraction__imagenet_val@a3449fa7": "'transform_param' twice",
    "BVLC__caffe__examples__kitti__detectnet_network": "its net of TEST has an Input of a known shape",
    "NVIDIA__caffe__examples__TensorRT__trt@87a25543": "a TensorRT engine reads the labels",
    "Xilinx__Vitis-AI-Tutorials__Tutorials__caffe_cats_vs_dogs__files__caffe__models__alexnetBNnoLRN__m2"
    "__header_calibr": "it has data layers only",
    "alexgkendall__caffe-segnet__examples__segnet__net": "no layer makes 'norm'",
    "alexgkendall__caffe-segnet__examples__segnet__net@c5a7f7b7": "no layer makes 'norm'",
    "happynear__caffe-windows__matlab__+caffe__+test__hotspot_pure": "it makes heat maps of the labels",
    "openvinotoolkit__training_toolbox_caffe__examples__ctc__dummy__dummy_lstm_net": (
        "its second input needs --param second_shape"
    ),
    "openvinotoolkit__training_toolbox_caffe__models__person_detection_action_recognition__train": (
        "a Python layer matches detections with the labels"
    ),
    "openvinotoolkit__training_toolbox_caffe__models__person_detection_action_recognition_teacher"
    "__stage2__action_regognition__train": "a Python layer matches detections with the labels",
}

# What must be said besides the shape of the input.
SAID = {
    "CongWeilin__mtcnn-caffe__24net__train24": "bridges=cls_bridge",
    "CongWeilin__mtcnn-caffe__24net__train24@51ce1627": "bridges=cls_bridge,roi_bridge",
    "CongWeilin__mtcnn-caffe__48net__train48@2883feb6": "bridges=cls_bridge",
    "CongWeilin__mtcnn-caffe__train-example__step2-train12": "bridges=cls_bridge,roi_bridge",
}


def is_bvlc(text):
    try:
        return bool(text_format.Parse(text, NetParameter()))
    except text_format.ParseError:
        return False


def loads(path):
    """Whether OpenCV reads the net; in a process of its own, which it may bring down."""
    program = "import cv2, sys; cv2.dnn.readNetFromCaffe(sys.argv[1])"
    return (
        subprocess.run([sys.executable, "-c", program, path], capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.parametrize("name", train_val_names())
def test_a_real_train_val_net(command, tmp_path, record_property, name):
    """One run makes a net without data, losses and measures, with an input, that others read."""
    path, out = shared("corpus", "prototxt", name), tmp_path / "deploy.prototxt"
    arguments = ["fold", path, "--definition-only", *SELECT, "--output-model", out, "-v"]
    said = SAID.get(name.removesuffix(".prototxt"))
    given = [flag for value in ("input_shape=1,3,224,224", said) if value for flag in ("--param", value)]
    result = command.run(*arguments, *given)
    reason = LEFT.get(name.removesuffix(".prototxt"))
    if reason:
        assert result.code == 2
        if not re.search(r": error: .* has '\w+' twice", result.stderr):
            assert "'input_shape' had no effect" in result.stderr
        else:
            # protobuf does not read it either
            assert not is_bvlc(path.read_text(encoding="utf-8-sig", errors="replace"))
        record_property("figures", [name, f"stays: {reason}"])
        return
    assert result.code == 0, result.stderr
    text = out.read_text(encoding="utf-8", errors="replace")
    after = nets.parse(text)
    # nothing of training is left
    spoken = re.sub(r"#.*|\"[^\"]*\"|'[^']*'", "", text)
    assert not sources(after, nets.schema.TEST)
    assert not TRAINING.search(spoken)
    assert not FILLER.search(spoken)
    assert not any(layer.include or layer.exclude for layer in nets.layers(after))
    readers = {blob for layer in nets.layers(after) for blob in layer.bottom}
    for layer in nets.layers(after):
        kind = nets.layer_type(layer)
        assert "Accuracy" not in kind
        # a loss may stay that something else reads
        assert "Loss" not in kind or readers & set(layer.top), layer.name
    # it has an input, and every blob that is read is made
    inputs = set(after.input) | {t for layer in nets.layers(after) if not layer.bottom for t in layer.top}
    assert inputs
    assert readers <= inputs | {top for layer in nets.layers(after) for top in layer.top}
    assert "which no layer or input makes" not in result.stderr
    # as good as it was: others read it, unless its fork's own fields forbid that
    read = is_bvlc(text) or loads(out)
    assert read or not is_bvlc(path.read_text(encoding="utf-8-sig", errors="replace")), (
        "others read it before"
    )
    record_property("figures", [name, "deploy net" if read else "deploy net that only its fork reads"])
