"""ONNX files: what is read and what is written, against onnx's own library and onnxruntime."""

import os
import shutil
import subprocess
import sys

import numpy as np
import onnx
import onnx_probe
import onnxruntime
import pytest
import wire
from onnx import AttributeProto, TensorProto, helper, numpy_helper

TYPES = {name: number for name, number in TensorProto.DataType.items() if name not in ("UNDEFINED", "STRING")}


def save(model, path):
    path.write_bytes(model.SerializeToString())
    return path


def rewritten(path, *flags):
    """Reads and writes a file; the model that onnx reads from the result."""
    out = path.with_name("out.onnx")
    found = onnx_probe.run(path, out, *flags)
    original = onnx.load(path)
    assert found == onnx_probe.document(original)
    result = onnx.load(out)
    assert onnx_probe.canonical(result) == onnx_probe.canonical(original)
    return out, result


def model_of(nodes, inputs=(), outputs=(), initializers=(), **rest):
    graph = helper.make_graph(list(nodes), "graph", list(inputs), list(outputs), list(initializers), **rest)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def values_of(rng, number, count):
    """Random elements of a type, as `make_tensor` takes them."""
    dtype = helper.tensor_dtype_to_np_dtype(number)
    if number in (TensorProto.COMPLEX64, TensorProto.COMPLEX128):
        return (rng.standard_normal(count) + 1j * rng.standard_normal(count)).astype(dtype)
    if number == TensorProto.BOOL:
        return rng.integers(0, 2, count).astype(bool)
    if np.issubdtype(dtype, np.integer) and dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, count, dtype=dtype, endpoint=True)
    return (
        rng.standard_normal(count).astype(dtype)
        if dtype.kind == "f"
        else rng.uniform(0, 2, count).astype(dtype)
    )


@pytest.mark.parametrize("shape", [(), (0,), (1,), (5,), (3, 2, 7)], ids=str)
@pytest.mark.parametrize("name", TYPES)
def test_tensors_of_each_type_and_encoding(name, shape, tmp_path):
    number = TYPES[name]
    rng = np.random.default_rng(number)
    values = values_of(rng, number, int(np.prod(shape)))
    typed = helper.make_tensor("typed", number, shape, values.tolist())
    raw = numpy_helper.from_array(values.reshape(shape), "raw")
    assert raw.data_type == number
    assert raw.HasField("raw_data")
    assert not typed.HasField("raw_data")
    constant = helper.make_node("Constant", [], ["c"], value=typed)
    model = model_of([constant], initializers=[typed, raw])
    _, result = rewritten(save(model, tmp_path / "net.onnx"))
    for tensor in result.graph.initializer:
        found = numpy_helper.to_array(tensor)
        assert (found.shape, found.tobytes()) == (shape, values.tobytes())


def test_strings(tmp_path):
    strings = helper.make_tensor("s", TensorProto.STRING, [2, 2], [b"", b"a", "é".encode(), b"\xff\0"])
    constant = helper.make_node("Constant", [], ["c"], value_strings=[b"x", b""])
    rewritten(save(model_of([constant], initializers=[strings]), tmp_path / "net.onnx"))


def test_attributes_of_each_kind(tmp_path):
    attributes = {
        "int": -(2**63), "zero": 0, "float": 1e-45, "infinite": float("inf"), "text": "é", "empty": "",
        "bytes": b"\xff\0", "ints": [0, -1, 2**63 - 1], "floats": [0.5, float("-inf")], "strings": ["a", ""],
        "tensor": numpy_helper.from_array(np.arange(3)),
    }  # fmt: skip
    node = helper.make_node("Anything", ["x", "", "y"], ["z", ""], "node", "doc", "org.example", **attributes)
    node.attribute.append(helper.make_attribute("no_ints", [], attr_type=AttributeProto.INTS))
    node.attribute.append(helper.make_attribute("no_floats", [], attr_type=AttributeProto.FLOATS))
    node.attribute.append(helper.make_attribute("no_strings", [], attr_type=AttributeProto.STRINGS))
    node.attribute[0].doc_string = "about it"
    node.overload = "2"
    node.metadata_props.add(key="k", value="v")
    rewritten(save(model_of([node]), tmp_path / "net.onnx"))


def test_attributes_that_are_not_read_are_named(tmp_path):
    graph = helper.make_graph([], "branch", [], [])
    sparse = onnx.SparseTensorProto(values=helper.make_tensor("v", TensorProto.FLOAT, [1], [1.0]), dims=[4])
    kind = helper.make_tensor_type_proto(TensorProto.FLOAT, [1])
    tensor = numpy_helper.from_array(np.arange(3))
    for value, kinds, name in [
        (graph, AttributeProto.GRAPH, "graph"),
        ([graph], AttributeProto.GRAPHS, "graphs"),
        ([tensor], AttributeProto.TENSORS, "tensors"),
        (sparse, AttributeProto.SPARSE_TENSOR, "sparse tensor"),
        ([sparse], AttributeProto.SPARSE_TENSORS, "sparse tensors"),
        (kind, AttributeProto.TYPE_PROTO, "type"),
        ([kind], AttributeProto.TYPE_PROTOS, "types"),
    ]:
        node = helper.make_node("If", ["x"], ["y"], "node", branch=value)
        assert node.attribute[0].type == kinds
        path = save(model_of([node]), tmp_path / "net.onnx")
        assert onnx_probe.run(path) == onnx_probe.document(onnx.load(path))
        with pytest.raises(onnx_probe.Failed, match=f"'branch' of node 'node' has type {name}, which is not"):
            onnx_probe.run(path, tmp_path / "out.onnx")
        assert not (tmp_path / "out.onnx").exists()


def test_values_and_texts(tmp_path):
    kind = helper.make_tensor_type_proto
    values = [
        helper.make_tensor_value_info("a", TensorProto.FLOAT, [1, "batch", None, 0], doc_string="doc"),
        helper.make_tensor_value_info("b", TensorProto.INT4, []),
        helper.make_tensor_value_info("c", TensorProto.FLOAT, None),
        onnx.ValueInfoProto(name="d"),
    ]
    values[0].metadata_props.add(key="k", value="v")
    model = model_of([], values, values[:1], value_info=values[1:])
    model.producer_name, model.producer_version, model.domain, model.model_version = "p", "1.2", "d", 3
    model.doc_string, model.graph.doc_string = "é\n", "graph"
    model.opset_import.append(helper.make_opsetid("org.example", 2))
    helper.set_model_props(model, {"k": "v", "": "é"})
    model.graph.metadata_props.add(key="k", value="v")
    tensor = model.graph.initializer.add()
    tensor.CopyFrom(helper.make_tensor("w", TensorProto.FLOAT, [1], [2.0]))
    tensor.doc_string = "weights"
    tensor.metadata_props.add(key="k", value="v")
    rewritten(save(model, tmp_path / "net.onnx"))
    others = [
        onnx.ValueInfoProto(name="s", type=helper.make_sequence_type_proto(kind(TensorProto.FLOAT, [1]))),
        onnx.ValueInfoProto(name="o", type=helper.make_optional_type_proto(kind(TensorProto.FLOAT, [1]))),
        onnx.ValueInfoProto(
            name="m", type=helper.make_map_type_proto(TensorProto.INT64, kind(TensorProto.FLOAT, [1]))
        ),
        onnx.ValueInfoProto(name="p", type=helper.make_sparse_tensor_type_proto(TensorProto.FLOAT, [1])),
    ]
    path = save(model_of([], others), tmp_path / "net.onnx")
    assert onnx_probe.run(path) == onnx_probe.document(onnx.load(path))


def convolution(rng):
    """A net that runs: a convolution, its weights, a shape that is computed from an attribute."""
    weights = rng.standard_normal((16, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], "conv1", pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["c"], ["r"], "relu1"),
        helper.make_node("Reshape", ["r", "shape"], ["y"], "reshape"),
    ]
    model = model_of(
        nodes,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 256])],
        [
            numpy_helper.from_array(weights, "w"),
            numpy_helper.from_array(weights[:, 0, 0, 0].copy(), "b"),
            numpy_helper.from_array(np.array([-1, 256]), "shape"),
        ],
    )
    return model, rng.standard_normal((2, 3, 8, 8)).astype(np.float32)


def outputs(path, value):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": value})[0]


@pytest.mark.parametrize(
    "flags", [(), ("--always-external",), ("--numbers",)], ids=lambda flags: "".join(flags)
)
def test_a_model_is_checked_and_runs_as_before(flags, tmp_path):
    model, value = convolution(np.random.default_rng(1))
    path = save(model, tmp_path / "net.onnx")
    onnx.checker.check_model(str(path), full_check=True)
    out, _ = rewritten(path, *flags)
    onnx.checker.check_model(str(out), full_check=True)
    np.testing.assert_array_equal(outputs(out, value), outputs(path, value))
    if not flags:
        # Field by field in the order of numbers, as protobuf does it: not a byte differs.
        assert out.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("one_file", [True, False])
def test_external_data(one_file, tmp_path):
    model, value = convolution(np.random.default_rng(2))
    expected, expected_outputs = (
        onnx_probe.canonical(model),
        outputs(save(model, tmp_path / "in.onnx"), value),
    )
    path = tmp_path / "net.onnx"
    onnx.save(
        model,
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=one_file,
        location="weights",
        size_threshold=0,
    )
    for flags in ([], ["--always-external"]):
        out, result = rewritten(path, *flags)
        assert onnx_probe.canonical(result) == expected
        onnx.checker.check_model(str(out), full_check=True)
        np.testing.assert_array_equal(outputs(out, value), expected_outputs)


def external_entries(path):
    """Name of each initializer -> where it lies; nothing for those in the model."""
    return {
        tensor.name: {entry.key: entry.value for entry in tensor.external_data}
        for tensor in onnx.load(path, load_external_data=False).graph.initializer
    }


def test_onnxruntime_maps_external_data(tmp_path):
    """Large initializers at 64 KiB, small ones at 4 KiB, others inside."""
    rng = np.random.default_rng(3)
    sizes = {"large": 600_000, "small": 3000, "inside": 100, "next": 2000}
    arrays = {name: rng.standard_normal(size).astype(np.float32) for name, size in sizes.items()}
    nodes = [
        helper.make_node("Concat", list(arrays), ["c"], axis=0),
        helper.make_node("Add", ["c", "x"], ["y"]),
    ]
    total = sum(sizes.values())
    model = model_of(
        nodes,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [total])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    out, _ = rewritten(save(model, tmp_path / "net.onnx"), "--always-external")
    places = external_entries(out)
    assert places["inside"] == {}
    assert places["large"] == {"location": "out.onnx.data", "offset": "0", "length": "2400000"}
    assert [int(places[name]["offset"]) % 4096 for name in ("small", "next")] == [0, 0]
    assert out.stat().st_size < 2000
    found = outputs(out, np.zeros(1, np.float32))
    np.testing.assert_array_equal(found, np.concatenate(list(arrays.values())))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A model of 200 MB in three initializers."""
    folder = tmp_path_factory.mktemp("large")
    rng = np.random.default_rng(4)
    arrays = [rng.standard_normal(50_000_000 // 3, np.float32) for _ in range(3)]
    model = model_of([], initializers=[numpy_helper.from_array(a, f"w{i}") for i, a in enumerate(arrays)])
    yield save(model, folder / "net.onnx")
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "flags", [(), ("--always-external",), ("--numbers",)], ids=lambda flags: "".join(flags)
)
def test_memory_and_time(flags, large, tmp_path, record_property):
    """Initializers pass through in pieces: as fast as a copy, in memory that does not grow with them."""
    ratios, peak = [], 0
    for _ in range(5):
        out, copy = tmp_path / "out.onnx", tmp_path / "copy.onnx"
        code, memory, seconds = onnx_probe.measure(onnx_probe.BINARY, large, out, "--quiet", *flags)
        assert code == 0
        _, _, copying = onnx_probe.measure(shutil.which("cp"), large, copy)
        ratios.append(seconds / copying)
        peak = max(peak, memory)
        data = out.with_name("out.onnx.data") if flags == ("--always-external",) else out
        if not flags or flags == ("--numbers",):
            assert subprocess.run(["cmp", large, out], check=False).returncode == 0
        else:
            assert data.stat().st_size >= 199_999_992
        for path in (out, copy, data):
            path.unlink(missing_ok=True)
    record_property("figures", (f"200 MB {''.join(flags)}", f"{min(ratios):.2f} × cp, {peak / 1024:.0f} MiB"))
    assert peak <= 32 * 1024
    assert min(ratios) <= (2.5 if flags == ("--numbers",) else 1.25)


COUNT = 8_000_000
NODE, INITIALIZER, INPUT, NAME, ATTRIBUTE, INTS = 1, 5, 11, 2, 5, 8
HUGE_TENSOR = b"\x08" + wire.varint(COUNT) + b"\x10\x07" + wire.field(7, bytes(COUNT))
# What the graph holds, and whether it is a model.
HOSTILE = {
    "empty nodes": (wire.field(NODE, b"") * COUNT, False),
    "empty values": (wire.field(INPUT, b"") * COUNT, False),
    "a node with empty inputs": (wire.field(NODE, wire.field(1, b"") * COUNT), False),
    "a node with empty attributes": (wire.field(NODE, wire.field(ATTRIBUTE, b"") * COUNT), False),
    "an attribute of small integers": (
        wire.field(NODE, wire.field(ATTRIBUTE, wire.field(INTS, bytes(COUNT)))),
        True,
    ),
    "a tensor of small integers": (wire.field(INITIALIZER, HUGE_TENSOR), True),
    "begins of groups": (b"\x9b\x06" * COUNT, False),
    "a long name": (wire.field(NAME, b"a" * COUNT), True),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_memory_of_hostile_files(name, tmp_path, record_property):
    """Small parts and numbers of one byte: memory is bounded by the file's size and by a limit."""
    graph, is_model = HOSTILE[name]
    path = tmp_path / "net.onnx"
    path.write_bytes(b"\x08\x08" + wire.field(7, graph))
    code, peak, seconds = onnx_probe.measure(onnx_probe.BINARY, path, "--quiet")
    record_property("figures", (f"hostile: {name}", f"{peak / 1024:.0f} MiB, {seconds:.1f} s, exit {code}"))
    assert code == (0 if is_model else 1)
    assert peak <= 300 * 1024
    assert seconds < 20


def test_a_file_that_is_not_a_model():
    for path in (sys.executable, __file__, os.devnull):
        with pytest.raises(onnx_probe.Failed, match=r"^exit 1: .*error: "):
            onnx_probe.run(path)
