"""The set `expand-forks`: layers of forks' types become layers of BVLC's that compute the same.

NumPy computes each layer: the makers of the executor's tests and of `fork_layers` draw it. The expanded net
has BVLC's types and fields alone, and caffold's executor runs it: that executor is itself tested on
those layers.
"""

import re

import bvlc_schema
import caffold
import fork_layers
import layer_cases
import numpy as np
import pytest
import test_forward_layers
import test_forward_shapes
import test_forward_sums
from google.protobuf import text_format
from layer_cases import Case

COUNT = 16
TOLERANCE = 2e-6
#: Layer types of BVLC's `layer_factory.cpp` that run at TEST.
BVLC = {
    "AbsVal", "ArgMax", "BNLL", "BatchNorm", "BatchReindex", "Bias", "Concat", "Convolution", "Crop",
    "Deconvolution", "Dropout", "ELU", "Eltwise", "Embed", "Exp", "Flatten", "Im2col", "InnerProduct",
    "Input", "LRN", "LSTM", "Log", "MVN", "PReLU", "Parameter", "Pooling", "Power", "RNN", "ReLU",
    "Reduction", "Reshape", "SPP", "Scale", "Sigmoid", "Silence", "Slice", "Softmax", "Split", "TanH",
    "Threshold", "Tile",
}  # fmt: skip


def only(make, suits):
    """`make`, drawn again until the definition of the expansion describes the case."""

    def draw(r):
        case = make(r)
        while not suits(case):
            case = make(r)
        return case

    return draw


def is_image(case):
    return case.inputs[0].ndim == 4


def has_own_size(case):
    """Whether the size does not come from a second bottom, and no border is cut off."""
    return len(case.inputs) == 1 and "pad_" not in case.text


def stands_at_the_end(case):
    """Whether the sizes of the second operand are the last sizes of the first."""
    first, second = (value.shape for value in [*case.inputs, *case.blobs])
    return len(second) <= len(first) and first[len(first) - len(second) :] == second


def depthwise(r):
    return test_forward_layers.convolution(r, depthwise=True)


#: Layer type -> what draws a case.
MAKERS = {
    "ReLU6": test_forward_layers.LAYERS["ReLU6"],
    "Swish": test_forward_layers.LAYERS["Swish"],
    "BN": test_forward_layers.bn,
    "DepthwiseConvolution": depthwise,
    "ConvolutionDepthwise": depthwise,
    "Permute": test_forward_shapes.permute,
    "Upsample": test_forward_shapes.upsample,
    "ShuffleChannel": only(test_forward_shapes.shuffle, is_image),
    "Axpy": test_forward_sums.axpy,
    "Normalize": test_forward_sums.normalize,
    "Interp": only(test_forward_sums.interp, has_own_size),
    "Add": only(fork_layers.MAKERS["Add"], stands_at_the_end),
    "Mul": only(fork_layers.MAKERS["Mul"], stands_at_the_end),
}
#: The types of forks' layers whose makers `fork_layers` has.
OTHERS = [
    "HardSwish", "HSwish", "HSigmoid", "Mish", "SeLu", "SeLU", "NegReLU", "NegSquare", "Insanity",
    "ScaleFilter", "EltwiseAffine", "GRN", "ChannelNorm", "ConvolutionSK", "FQConvolution",
    "FQInnerProduct", "Transpose", "Flip", "Reverse", "Reorg",
]  # fmt: skip
MAKERS.update({kind: fork_layers.MAKERS[kind] for kind in OTHERS})


def expand(kind, cases, folder, *flags):
    net = layer_cases.Net(kind, cases)
    model, weights = folder / "net.prototxt", folder / "net.caffemodel"
    model.write_bytes(net.definition)
    bare = bvlc_schema.NetParameter(layer=[{"name": "l0", "type": kind}])
    weights.write_bytes(net.weights or bare.SerializeToString())
    made = folder / "out.prototxt", folder / "out.caffemodel"
    names = ("--output-model", made[0], "--output-weights", made[1])
    done = caffold.run("fold", model, weights, "--select", "expand-forks", *names, *flags)
    assert done.code == 0, done.stderr
    return net, *made


@pytest.mark.parametrize("kind", MAKERS)
def test_type(kind, tmp_path, record_property):
    cases = [MAKERS[kind](layer_cases.Random(seed)) for seed in range(COUNT)]
    net, model, weights = expand(kind, cases, tmp_path)
    written = text_format.Parse(model.read_text(), bvlc_schema.NetParameter())
    types = {layer.type for layer in written.layer}
    assert types <= BVLC, types - BVLC
    names = [layer.name for layer in written.layer]
    assert len(set(names)) == len(names)
    inputs = tmp_path / "net.npz"
    np.savez(inputs, **net.inputs)
    done = caffold.run("run", model, weights, "--input", inputs, "--outputs", tmp_path / "made.npz")
    assert done.code == 0, done.stderr
    worst = net.check(np.load(tmp_path / "made.npz"), TOLERANCE)
    record_property("figures", (kind, f"{COUNT} cases in BVLC's layers: worst {worst:.1e}"))


def test_every_definition_is_tried():
    table = caffold.run("rules", "reference", "--expansions").stdout
    types = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert types - {"CuDNNBatchNorm"} == set(MAKERS)


def test_what_a_definition_does_not_describe_stays(tmp_path):
    case = Case("upsample_param { scale: 2 }", [np.ones((1, 1, 2, 2), np.float32)] * 2, [np.zeros(1)])
    _, model, _ = expand("Upsample", [case], tmp_path)
    assert 'type: "Upsample"' in model.read_text()
