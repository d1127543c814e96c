"""Runs onnx-probe, the door to ONNX files: reads one, says what it holds, and writes it again."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import caffold
import numpy as np
import onnx
import pytest
from onnx import external_data_helper, numpy_helper

BINARY = pathlib.Path(os.environ.get("ONNX_PROBE", ".build/release/onnx-probe"))
BINARY = BINARY if BINARY.is_absolute() else caffold.ROOT / BINARY
# A process of its own, and a small one: the peak of what it starts counts from its own memory on.
PEAK = """
import os, resource, sys, time
began = time.monotonic()
status = os.waitstatus_to_exitcode(os.waitpid(os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)[1])
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, time.monotonic() - began)
"""


class Failed(Exception):
    """The probe's message, without its line end."""


def run(*arguments):
    """What the probe prints, as JSON."""
    if not BINARY.exists():
        pytest.fail(f"no probe at {BINARY}: run `make probe`, or set ONNX_PROBE")
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, timeout=300, check=False)
    if done.returncode != 0:
        raise Failed(f"exit {done.returncode}: {done.stderr.decode().strip()}")
    return json.loads(done.stdout) if done.stdout else None


def measure(*arguments):
    """(exit code, peak of memory in KiB, seconds) of a program."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *map(str, arguments)],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    code, peak, seconds = done.stdout.split()[-3:]
    return int(code), int(peak), float(seconds)


def raw(tensor):
    """The elements as bytes in the form of `raw_data`, by onnx's own reader; strings as a list."""
    if tensor.data_type == onnx.TensorProto.STRING:
        return list(tensor.string_data)
    if tensor.HasField("raw_data"):
        return tensor.raw_data
    return numpy_helper.from_array(numpy_helper.to_array(tensor)).raw_data


def canonical(model):
    """The model in one of its several forms: elements in `raw_data`, no empty texts, no denotations."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for tensor in external_data_helper._get_all_tensors(copy):
        content = raw(tensor)
        for field in ("float_data", "int32_data", "int64_data", "uint64_data", "double_data"):
            tensor.ClearField(field)
        if not isinstance(content, list):
            tensor.raw_data = content
        if tensor.data_location == onnx.TensorProto.DEFAULT:
            tensor.ClearField("data_location")
    _drop_empty_texts(copy)
    return copy


def _drop_empty_texts(message):
    for field, value in list(message.ListFields()):
        if field.name == "denotation" or (field.type == field.TYPE_STRING and value == ""):
            message.ClearField(field.name)
        elif field.type == field.TYPE_MESSAGE:
            for child in value if hasattr(value, "append") or hasattr(value, "add") else [value]:
                _drop_empty_texts(child)


def document(model):
    """What the probe must print of a model, except the graph's lists of values."""
    graph = model.graph
    return {
        "irVersion": model.ir_version,
        "opsets": [[opset.domain, opset.version] for opset in model.opset_import],
        "producer": [model.producer_name, model.producer_version],
        "domain": model.domain,
        "modelVersion": model.model_version,
        "docString": model.doc_string,
        "metadata": [[entry.key, entry.value] for entry in model.metadata_props],
        "unread": [],
        "graph": {
            "name": graph.name,
            "docString": graph.doc_string,
            "nodes": [
                {
                    "name": node.name,
                    "type": node.op_type,
                    "domain": node.domain,
                    "inputs": list(node.input),
                    "outputs": list(node.output),
                    "attributes": [[attribute.name, _attribute(attribute)] for attribute in node.attribute],
                }
                for node in graph.node
            ],
            "initializers": [_tensor(tensor) for tensor in graph.initializer],
            "inputs": [_value(value) for value in graph.input],
            "outputs": [_value(value) for value in graph.output],
            "values": [_value(value) for value in graph.value_info],
        },
    }


def _attribute(attribute):
    kinds = onnx.AttributeProto
    if attribute.type == kinds.INT:
        return {"int": attribute.i}
    if attribute.type == kinds.FLOAT:
        return {"float": int(np.float32(attribute.f).view(np.uint32))}
    if attribute.type == kinds.STRING:
        return {"string": attribute.s.hex()}
    if attribute.type == kinds.INTS:
        return {"ints": list(attribute.ints)}
    if attribute.type == kinds.FLOATS:
        return {"floats": np.array(attribute.floats, np.float32).view(np.uint32).tolist()}
    if attribute.type == kinds.STRINGS:
        return {"strings": [text.hex() for text in attribute.strings]}
    if attribute.type == kinds.TENSOR:
        return {"tensor": _tensor(attribute.t)}
    return {"unread": attribute.type}


def _tensor(tensor):
    content = raw(tensor)
    is_text = isinstance(content, list)
    return {
        "name": tensor.name,
        "type": tensor.data_type,
        "shape": list(tensor.dims),
        "content": [text.hex() for text in content] if is_text else hashlib.sha256(content).hexdigest(),
    }


def _value(value):
    kind = value.type.WhichOneof("value")
    found = {"name": value.name, "kind": "unknown", "type": 0, "shape": None}
    if kind != "tensor_type":
        names = {"sparse_tensor_type": "sparseTensor", None: "unknown"}
        return found | {"kind": names.get(kind) or kind.removesuffix("_type")}
    found |= {"kind": "tensor", "type": value.type.tensor_type.elem_type}
    if value.type.tensor_type.HasField("shape"):
        found["shape"] = [
            getattr(dim, dim.WhichOneof("value")) if dim.WhichOneof("value") else None
            for dim in value.type.tensor_type.shape.dim
        ]
    return found
