"""The same net as an ONNX file, for tools that read nothing else: onnx_twin.py DEFINITION WEIGHTS OUTPUT."""

import sys
from pathlib import Path

import numpy as np
import onnx
from google.protobuf import text_format
from onnx import helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Oracles" / "support"))
import caffe_schema


class Twin:
    """One node for each Caffe layer, but for BatchNorm and Scale, which are one in ONNX."""

    def __init__(self, definition: Path, weights: Path):
        self.net = caffe_schema.NetParameter()
        text_format.Parse(definition.read_text(), self.net)
        stored = caffe_schema.NetParameter()
        stored.ParseFromString(weights.read_bytes())
        self.blobs = {layer.name: layer.blobs for layer in stored.layer}
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        # The present version of each of Caffe's blobs, which layers in place share.
        self.versions = {"data": "data"}
        self.statistics: dict[str, list[np.ndarray]] = {}

    def blob(self, layer: str, index: int) -> np.ndarray:
        blob = self.blobs[layer][index]
        return np.array(blob.data, dtype=np.float32).reshape(list(blob.shape.dim))

    def constant(self, name: str, array: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(self, layer, kind: str, constants: list[str] = (), **attributes) -> None:
        inputs = [self.versions[bottom] for bottom in layer.bottom] + list(constants)
        output = layer.name
        self.nodes.append(helper.make_node(kind, inputs, [output], name=layer.name, **attributes))
        self.versions[layer.top[0]] = output

    def add(self, layer) -> None:
        if layer.type == "Convolution":
            parameters = layer.convolution_param
            kernel, pad = parameters.kernel_size[0], parameters.pad[0] if parameters.pad else 0
            stride = parameters.stride[0] if parameters.stride else 1
            weights = self.constant(f"{layer.name}.weights", self.blob(layer.name, 0))
            self.node(
                layer,
                "Conv",
                [weights],
                kernel_shape=[kernel] * 2,
                pads=[pad] * 4,
                strides=[stride] * 2,
                group=parameters.group,
            )
        elif layer.type == "BatchNorm":
            factor = self.blob(layer.name, 2)[0]
            self.statistics[layer.top[0]] = [self.blob(layer.name, index) / factor for index in (0, 1)]
        elif layer.type == "Scale":
            gamma, beta = self.blob(layer.name, 0), self.blob(layer.name, 1)
            values = zip(
                ("gamma", "beta", "mean", "variance"), [gamma, beta, *self.statistics[layer.bottom[0]]]
            )
            names = [self.constant(f"{layer.name}.{name}", array) for name, array in values]
            self.node(layer, "BatchNormalization", names, epsilon=1e-5)
        elif layer.type == "ReLU":
            self.node(layer, "Relu")
        elif layer.type == "Eltwise":
            self.node(layer, "Sum")
        elif layer.type == "Pooling" and layer.pooling_param.global_pooling:
            self.node(layer, "GlobalAveragePool")
        elif layer.type == "Pooling":
            # Caffe rounds up.
            self.node(layer, "MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        elif layer.type == "InnerProduct":
            self.nodes.append(helper.make_node("Flatten", [self.versions[layer.bottom[0]]], ["flat"]))
            self.versions[layer.bottom[0]] = "flat"
            weights = self.constant(f"{layer.name}.weights", self.blob(layer.name, 0))
            bias = self.constant(f"{layer.name}.bias", self.blob(layer.name, 1))
            self.node(layer, "Gemm", [weights, bias], transB=1)
        elif layer.type == "Softmax":
            self.node(layer, "Softmax", axis=1)
        else:
            sys.exit(f"error: no ONNX node for a layer of type {layer.type}")

    def model(self) -> onnx.ModelProto:
        for layer in self.net.layer:
            self.add(layer)
        given = helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, [1, 3, 224, 224])
        made = helper.make_tensor_value_info("prob", onnx.TensorProto.FLOAT, [1, 1000])
        graph = helper.make_graph(self.nodes, self.net.name, [given], [made], self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


def main() -> None:
    definition, weights, output = map(Path, sys.argv[1:])
    partial = output.with_suffix(".partial")
    onnx.save(Twin(definition, weights).model(), partial)
    partial.rename(output)


if __name__ == "__main__":
    main()
