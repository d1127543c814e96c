"""Generated nets as prototxt and caffemodel, written layer by layer so that memory stays small."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from nets import layer

SEED = 20150512
CHUNK = 1 << 18


class WeightsWriter:
    """Writes a caffemodel in protobuf's wire format, one layer at a time."""

    def __init__(self, file: BinaryIO):
        self.file = file
        # Numbers come from one pool, from a place that differs from blob to blob: fast, and always the same.
        self.pool = np.random.default_rng(SEED).standard_normal(CHUNK * 2, dtype=np.float32)
        self.place = 0

    @staticmethod
    def varint(value: int) -> bytes:
        encoded = bytearray()
        while value > 0x7F:
            encoded.append(value & 0x7F | 0x80)
            value >>= 7
        encoded.append(value)
        return bytes(encoded)

    @classmethod
    def field(cls, number: int, content: bytes) -> bytes:
        return cls.varint(number << 3 | 2) + cls.varint(len(content)) + content

    def text(self, number: int, value: str) -> None:
        self.file.write(self.field(number, value.encode()))

    def layer(self, name: str, kind: str, bottom: str, top: str, blobs: list[tuple]) -> None:
        """Writes a layer; a blob is its shape and the (scale, shift) that its normal numbers get."""
        head = b"".join(
            self.field(number, word.encode())
            for number, word in enumerate((name, kind, bottom, top), start=1)
        )
        heads = []
        size = len(head)
        for shape, _, _ in blobs:
            count = int(np.prod(shape))
            dimensions = self.field(1, b"".join(self.varint(dimension) for dimension in shape))
            inner = self.field(7, dimensions) + self.varint(5 << 3 | 2) + self.varint(count * 4)
            heads.append((self.varint(7 << 3 | 2) + self.varint(len(inner) + count * 4) + inner, count))
            size += len(heads[-1][0]) + count * 4
        self.file.write(self.varint(100 << 3 | 2) + self.varint(size) + head)
        for (encoded, count), (_, scale, shift) in zip(heads, blobs):
            self.file.write(encoded)
            self.numbers(count, scale, shift)

    def numbers(self, count: int, scale: float, shift: float) -> None:
        self.place = (self.place + 7919) % CHUNK
        while count > 0:
            part = self.pool[self.place : self.place + min(count, CHUNK)] * np.float32(scale)
            # A shift is for what must stay positive: a variance, a scale.
            self.file.write((np.abs(part) + np.float32(shift) if shift else part).tobytes())
            count -= len(part)


class Net:
    """Writes a net of convolutions, each with BatchNorm and Scale in place, as published nets have them."""

    name = "net"

    def write(self, definition: Path, weights: Path) -> None:
        with definition.open("w") as text, weights.open("wb") as file:
            self.text = text
            self.weights = WeightsWriter(file)
            text.write(
                f'name: "{self.name}"\ninput: "data"\ninput_shape {{ dim: 1 dim: 3 dim: 224 dim: 224 }}\n'
            )
            self.weights.text(1, self.name)
            self.body()

    def body(self) -> None:
        raise NotImplementedError

    def convolution(
        self, name: str, bottom: str, inputs: int, outputs: int, kernel: int, stride: int, group: int = 1
    ) -> str:
        groups = f" group: {group}" if group > 1 else ""
        parameters = (
            f"convolution_param {{ num_output: {outputs} kernel_size: {kernel} stride: {stride} "
            f"pad: {kernel // 2}{groups} bias_term: false }}"
        )
        self.text.write(layer(name, "Convolution", [bottom], [name], parameters))
        self.text.write(
            layer(f"bn_{name}", "BatchNorm", [name], [name], "batch_norm_param { use_global_stats: true }")
        )
        self.text.write(layer(f"scale_{name}", "Scale", [name], [name], "scale_param { bias_term: true }"))
        deviation = (2 / (inputs // group * kernel * kernel)) ** 0.5
        self.weights.layer(
            name, "Convolution", bottom, name, [((outputs, inputs // group, kernel, kernel), deviation, 0)]
        )
        statistics = [((outputs,), 0.1, 0), ((outputs,), 0.1, 1), ((1,), 0, 1)]
        self.weights.layer(f"bn_{name}", "BatchNorm", name, name, statistics)
        self.weights.layer(
            f"scale_{name}", "Scale", name, name, [((outputs,), 0.1, 0.5), ((outputs,), 0.1, 0)]
        )
        return name

    def relu(self, blob: str) -> None:
        self.text.write(layer(f"{blob}_relu", "ReLU", [blob], [blob]))

    def classifier(self, top: str, channels: int) -> None:
        pooling = "pooling_param { global_pooling: true pool: AVE }"
        self.text.write(layer("pool5", "Pooling", [top], ["pool5"], pooling))
        self.text.write(
            layer("fc1000", "InnerProduct", ["pool5"], ["fc1000"], "inner_product_param { num_output: 1000 }")
        )
        blobs = [((1000, channels), 0.02, 0), ((1000,), 0.02, 0)]
        self.weights.layer("fc1000", "InnerProduct", "pool5", "fc1000", blobs)
        self.text.write(layer("prob", "Softmax", ["fc1000"], ["prob"]))


class ResNet(Net):
    """Bottleneck blocks (He et al., 2015)."""

    name = "resnet"

    def __init__(self, blocks: list[int], width: float):
        self.blocks = blocks
        self.width = width

    def body(self) -> None:
        top = self.convolution("conv1", "data", 3, 64, 7, 2)
        self.relu("conv1")
        self.text.write(
            layer(
                "pool1", "Pooling", [top], ["pool1"], "pooling_param { kernel_size: 3 stride: 2 pool: MAX }"
            )
        )
        top, channels = "pool1", 64
        for stage, count in enumerate(self.blocks):
            inner, outer = int(64 * self.width) << stage, 256 << stage
            for index in range(count):
                name = f"res{stage + 2}_{index}"
                stride = 2 if index == 0 and stage > 0 else 1
                shortcut = top
                if index == 0:
                    shortcut = self.convolution(f"{name}_branch1", top, channels, outer, 1, stride)
                a = self.convolution(f"{name}_branch2a", top, channels, inner, 1, stride)
                self.relu(a)
                b = self.convolution(f"{name}_branch2b", a, inner, inner, 3, 1)
                self.relu(b)
                c = self.convolution(f"{name}_branch2c", b, inner, outer, 1, 1)
                self.text.write(layer(name, "Eltwise", [shortcut, c], [name]))
                self.relu(name)
                top, channels = name, outer
        self.classifier(top, channels)


class MobileNet(Net):
    """Depthwise convolutions, as Caffe writes them with groups, and pointwise ones (Howard et al., 2017)."""

    name = "mobilenet"

    def body(self) -> None:
        top, channels = self.convolution("conv1", "data", 3, 32, 3, 2), 32
        self.relu(top)
        steps = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5
        for index, (outputs, stride) in enumerate([*steps, (1024, 2), (1024, 1)], start=2):
            depthwise = self.convolution(f"conv{index}/dw", top, channels, channels, 3, stride, channels)
            self.relu(depthwise)
            top = self.convolution(f"conv{index}/sep", depthwise, channels, outputs, 1, 1)
            self.relu(top)
            channels = outputs
        self.classifier(top, channels)


# Layers per stage, width of the inner convolutions. The last one is as large as protobuf allows.
MODELS = {
    "MobileNet": MobileNet(),
    "ResNet-50": ResNet([3, 4, 6, 3], 1),
    "ResNet-152": ResNet([3, 8, 36, 3], 1),
    "wide ResNet-152": ResNet([3, 8, 36, 3], 2),
    "widest ResNet-152": ResNet([3, 8, 36, 3], 3.75),
}


def generate(folder: Path, name: str) -> tuple[Path, Path]:
    """The two files of a model, made unless they are there."""
    stem = name.lower().replace(" ", "-")
    definition, weights = folder / f"{stem}.prototxt", folder / f"{stem}.caffemodel"
    if not weights.exists():
        partial = weights.with_suffix(".partial")
        MODELS[name].write(definition, partial)
        partial.rename(weights)
    return definition, weights
