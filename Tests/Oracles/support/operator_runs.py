"""Runs calls of operators: by operator-probe, by onnx's reference evaluator, by onnxruntime."""

import dataclasses
import functools
import os
import pathlib
import subprocess
import tempfile

import caffold
import numpy as np
import pytest

REASON = "onnx and onnxruntime need Python 3.11"
onnx = pytest.importorskip("onnx", reason=REASON)
reference = pytest.importorskip("onnx.reference", reason=REASON)
onnxruntime = pytest.importorskip("onnxruntime", reason=REASON)

BINARY = pathlib.Path(os.environ.get("OPERATOR_PROBE", ".build/release/operator-probe"))
BINARY = BINARY if BINARY.is_absolute() else caffold.ROOT / BINARY

WORDS = {
    np.float32: "float",
    np.float64: "double",
    np.float16: "float16",
    np.int64: "int64",
    np.bool_: "bool",
}
TYPES = {word: np.dtype(kind) for kind, word in WORDS.items()}


@dataclasses.dataclass
class Call:
    """A node: arrays for inputs, None for one that is left out."""

    op: str
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1
    opset: int = 17

    def text(self, place):
        """The call as operator-probe reads it; `place` puts bytes into the data and gives the offset."""

        def tensor(array):
            sizes = ",".join(map(str, array.shape)) or "-"
            return f"{WORDS[array.dtype.type]} {sizes} {place(np.ascontiguousarray(array).tobytes())}"

        lines = [f"call {self.op} {self.opset} {self.outputs}"]
        for name, value in self.attributes.items():
            if isinstance(value, np.ndarray):
                lines.append(f"tensor {name} {tensor(value)}")
            elif isinstance(value, list):
                kind = "floats" if any(isinstance(one, float) for one in value) else "ints"
                lines.append(" ".join([kind, name, *map(str, value)]))
            else:
                kind = {int: "int", float: "float", str: "string"}[type(value)]
                lines.append(f"{kind} {name} {value}")
        lines += ["absent" if value is None else f"input {tensor(value)}" for value in self.inputs]
        return "\n".join([*lines, "end", ""])

    def model(self, narrow=()):
        """A model of this node alone; inputs of `narrow` become int32, which ONNX wants there."""
        inputs = [
            None if value is None else value.astype(np.int32) if place in narrow else value
            for place, value in enumerate(self.inputs)
        ]
        attributes = {
            name: onnx.numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
            for name, value in self.attributes.items()
        }
        node = onnx.helper.make_node(
            self.op,
            ["" if value is None else f"x{place}" for place, value in enumerate(inputs)],
            [f"y{place}" for place in range(self.outputs)],
            **attributes,
        )
        # NumPy makes numbers of arrays without axes.
        feeds = {f"x{place}": np.asarray(value) for place, value in enumerate(inputs) if value is not None}
        graph = onnx.helper.make_graph(
            [node], "one",
            [
                onnx.helper.make_tensor_value_info(
                    name, onnx.helper.np_dtype_to_tensor_dtype(value.dtype), value.shape
                )
                for name, value in feeds.items()
            ],
            [onnx.helper.make_empty_tensor_value_info(f"y{place}") for place in range(self.outputs)],
        )  # fmt: skip
        imports = [onnx.helper.make_opsetid("", self.opset)]
        return onnx.helper.make_model(graph, ir_version=10, opset_imports=imports), feeds


def widened(call):
    """The call with doubles in the place of floats, for the evaluator and for ONNX, where some inputs stay
    floats; None for an operator that ONNX has for floats alone, or whose attributes say the type."""
    schema = onnx.defs.get_schema(call.op, call.opset, "")
    names = [one.name for one in schema.inputs]
    kinds = {one.type_param_str: set(one.allowed_type_strs) for one in schema.type_constraints}
    types = {one.name: kinds.get(one.type_str, {one.type_str}) for one in schema.inputs}
    places = [
        place for place, value in enumerate(call.inputs) if value is not None and value.dtype == np.float32
    ]
    takes = [place for place in places if "tensor(double)" in types[names[min(place, len(names) - 1)]]]
    if not takes or call.op == "Cast":
        return None

    def cast(wanted):
        inputs = [
            value.astype(np.float64) if place in wanted else value for place, value in enumerate(call.inputs)
        ]
        return dataclasses.replace(call, inputs=inputs)

    return cast(places), cast(takes)


class Failed(Exception):
    """What a runner says instead of computing."""


def by_probe(calls, *flags):
    """For each call the list of its outputs, or a Failed; and the seconds that all calls took."""
    if not BINARY.exists():
        pytest.fail(f"no probe at {BINARY}: run `make probe`, or set OPERATOR_PROBE")
    data = bytearray()

    def place(content):
        data.extend(bytes(-len(data) % 8))
        data.extend(content)
        return len(data) - len(content)

    text = "".join(call.text(place) for call in calls)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "cases").write_text(text)
        (folder / "data").write_bytes(data)
        done = subprocess.run(
            [BINARY, *flags, folder / "cases", folder / "data", folder / "results"],
            capture_output=True, timeout=600, check=False, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise Failed(f"exit {done.returncode}: {done.stderr.strip()}")
        results = (folder / "results").read_bytes()
    lines = iter(done.stdout.splitlines())
    found, seconds = [], 0.0
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "error":
            found.append(Failed(rest))
            continue
        count, time = rest.split(" ")
        seconds += float(time)
        arrays = []
        for _ in range(int(count)):
            kind, sizes, offset = next(lines).split(" ")
            shape = [int(size) for size in sizes.split(",")] if sizes != "-" else []
            size = int(np.prod(shape, dtype=int))
            arrays.append(np.frombuffer(results, TYPES[kind], size, int(offset)).reshape(shape))
        found.append(arrays)
    return found, seconds


def by_reference(call, narrow=()):
    """The outputs by onnx's reference evaluator."""
    model, feeds = call.model(narrow)
    with np.errstate(all="ignore"):
        return [np.asarray(value) for value in reference.ReferenceEvaluator(model).run(None, feeds)]


def by_onnxruntime(call, narrow=()):
    """The outputs by onnxruntime on the CPU, nothing optimised."""
    model, feeds = call.model(narrow)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return [np.asarray(value) for value in session.run(None, feeds)]


@dataclasses.dataclass
class Signature:
    """What the evaluator says of an operator; for inputs and attributes (versions, words)."""

    opsets: range
    outputs: list
    inputs: dict = dataclasses.field(default_factory=dict)
    attributes: dict = dataclasses.field(default_factory=dict)


@functools.cache
def signatures():
    """Operator name -> Signature."""
    if not BINARY.exists():
        pytest.fail(f"no probe at {BINARY}: run `make probe`, or set OPERATOR_PROBE")
    done = subprocess.run([BINARY, "--signatures"], capture_output=True, timeout=60, check=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        word, name, versions, *rest = line.split("\t")
        first, last = map(int, versions.split(" "))
        opsets = range(first, last + 1)
        if word == "operator":
            latest = found[name] = Signature(opsets, rest[0].split(" "))
        else:
            (latest.inputs if word == "input" else latest.attributes)[name] = (opsets, *rest)
    return found
