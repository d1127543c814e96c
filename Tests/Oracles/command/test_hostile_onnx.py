"""ONNX files of strangers beside a net: each is compared, or refused with a reason, in little memory."""

import resource

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from small_nets import conv, normal, pair_of

SIZE = (1, 3, 8, 8)
#: Seconds of the processor, many times what the slowest takes, and bytes.
LIMITS = [(resource.RLIMIT_CPU, 60), (resource.RLIMIT_DATA, 3 << 29)]


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)


def constants(**shapes):
    """Tensors of zeros that a few bytes ask for, and the nodes that make them."""
    makers = [node("ConstantOfShape", f"{name}_shape", name) for name in shapes]
    return makers, [ints(f"{name}_shape", *shape) for name, shape in shapes.items()]


def model(nodes, initializers=(), inputs=("data",), outputs=("c",)):
    def value(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes,
        "g",
        [value(name, SIZE) for name in inputs],
        [value(name, None) for name in outputs],
        initializers,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    return made.SerializeToString()


def of_constants(operator, more=(), **shapes):
    makers, initializers = constants(**shapes)
    return model([*makers, operator], [*initializers, *more])


MANY = 20_000
HELD = "the values that must be held at a time have more than 134217728 numbers together"
DIFFERENT = "different: "
# What is made, the exit status, and what is said.
CASES = {
    "large values at a time": (
        lambda: model(
            [
                *(node("Expand", "data s", f"e{k}") for k in range(20)),
                node("Sum", " ".join(f"e{k}" for k in range(20)), "c"),
            ],
            [ints("s", 100_000, 3, 8, 8)],
        ),
        2,
        HELD,
    ),
    "constants at a time": (
        lambda: of_constants(node("Sum", "a b", "c"), a=[1 << 27], b=[1 << 27]),
        2,
        HELD,
    ),
    "a tensor that is too large": (
        lambda: of_constants(node("Identity", "a", "c"), a=[1 << 28]),
        2,
        "the shape 268435456 has more than 134217728 numbers",
    ),
    "a long product": (
        lambda: of_constants(node("MatMul", "a b", "c"), a=[8000, 8000], b=[8000, 8000]),
        2,
        "it would take more than 274877906944 multiplications",
    ),
    "a long convolution": (
        lambda: of_constants(
            node("Conv", "a b", "c", pads=[500] * 4), a=[1, 1, 1000, 1000], b=[1, 1, 1000, 1000]
        ),
        2,
        "it would take more than 274877906944 multiplications",
    ),
    "many boxes": (
        lambda: of_constants(
            node("NonMaxSuppression", "a b m", "c"),
            [ints("m", 1 << 62)],
            a=[1, 200_000, 4],
            b=[1, 50, 200_000],
        ),
        2,
        "more than 4294967296 pairs of boxes would be compared",
    ),
    "many samples of a cell": (
        lambda: model(
            [node("RoiAlign", "data r b", "c", output_height=1, output_width=1 << 24, sampling_ratio=4096)],
            [numpy_helper.from_array(np.ones((1, 4), np.float32), "r"), ints("b", 0)],
        ),
        2,
        "expected regions of at most 4096 samples in a cell",
    ),
    "many nodes": (
        lambda: model(
            [
                node("Relu", "data" if k == 0 else f"r{k - 1}", f"r{k}" if k < MANY - 1 else "c")
                for k in range(MANY)
            ]
        ),
        1,
        DIFFERENT,
    ),
    "many inputs": (
        lambda: model([node("Relu", "data", "c")], inputs=["data", *(f"p{k}" for k in range(MANY))]),
        2,
        "has the input 'p0', which the net does not have",
    ),
    "many outputs": (
        lambda: model(
            [node("Relu", "data", f"r{k}") for k in range(MANY)], outputs=[f"r{k}" for k in range(MANY)]
        ),
        1,
        "only one of the nets has the output 'c'",
    ),
    "a long operator": (lambda: model([node("R" * (1 << 18), "data", "c")]), 2, "this operator is not known"),
    "a long list": (
        lambda: model([node("Transpose", "data", "c", perm=range(MANY))]),
        2,
        "expected each of the 4 axes once for 'perm', found [0, 1, 2,",
    ),
    "no number": (
        lambda: of_constants(node("Log", "a", "c"), a=[1, 4, 6, 6]),
        1,
        DIFFERENT,
    ),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("net")
    text, weights = pair_of(conv("c", "data"), {"c": [normal(4, 3, 3, 3), normal(4)]}, SIZE)
    (folder / "net.prototxt").write_bytes(text)
    (folder / "net.caffemodel").write_bytes(weights)
    return folder / "net.prototxt", folder / "net.caffemodel"


@pytest.mark.parametrize("name", CASES)
def test_each_is_answered(command, name, pair, tmp_path):
    make, status, words = CASES[name]
    path = tmp_path / "net.onnx"
    path.write_bytes(make())
    done = command.run("verify", *pair, path, timeout=600, limits=LIMITS)
    assert done.code == status, done.stderr
    assert words in done.stderr
    assert len(done.stderr) < 2000, "what a file says is shortened"


def test_weights_that_are_not_there(command, pair, tmp_path):
    path = tmp_path / "net.onnx"
    claim = onnx.TensorProto(name="w", dims=[1 << 31, 1 << 31], data_type=TensorProto.FLOAT)
    path.write_bytes(model([node("Conv", "data w", "c")], [claim]))
    done = command.run("verify", *pair, path)
    assert done.code == 2
    assert "initializer 'w'" in done.stderr
