"""A net of ResNet-50's shape, with random weights that keep values in range.

python3 resnet.py FOLDER     # writes resnet.prototxt and resnet.caffemodel
"""

import pathlib
import sys

import caffe_schema as schema
import nets
import numpy as np


class ResNet:
    def __init__(self, seed=1, size=224, blocks=(3, 4, 6, 3)):
        self.random = np.random.default_rng(seed)
        self.net, self.weights = schema.NetParameter(name="ResNet-50"), schema.NetParameter()
        data = self.net.layer.add(name="data", type="Input", top=["data"])
        data.input_param.shape.add().dim.extend([1, 3, size, size])
        self.inputs = {"data": self.normal(1, 3, size, size)}
        value, channels = self.relu(self.convolution("conv1", "data", 3, 64, 7, 2)), 64
        pool = self.add("Pooling", "pool1", [value])
        pool.pooling_param.kernel_size, pool.pooling_param.stride = 3, 2
        value = "pool1"
        for stage, count in enumerate(blocks):
            for block in range(count):
                width = 64 << stage
                stride = 2 if stage and not block else 1
                value = self.block(f"{stage + 2}{block}", value, channels, width, stride)
                channels = 4 * width
        pool = self.add("Pooling", "pool5", [value])
        pool.pooling_param.pool, pool.pooling_param.global_pooling = 1, True
        last = self.add(
            "InnerProduct", "fc", ["pool5"], [self.normal(1000, channels) / 50, self.normal(1000)]
        )
        last.inner_product_param.num_output = 1000

    def normal(self, *shape):
        return self.random.standard_normal(shape, np.float32)

    def add(self, kind, name, bottoms, blobs=(), top=None):
        layer = self.net.layer.add(name=name, type=kind, bottom=bottoms, top=[top or name])
        if blobs:
            nets.fill(self.weights.layer.add(name=name, type=kind), blobs)
        return layer

    def convolution(self, name, value, channels, out, kernel, stride):
        """Convolution, BatchNorm and Scale."""
        size = (out, channels, kernel, kernel)
        layer = self.add("Convolution", name, [value], [self.normal(*size) * (2 / np.prod(size[1:])) ** 0.5])
        p = layer.convolution_param
        p.num_output, p.bias_term = out, False
        for field, number in ((p.kernel_size, kernel), (p.stride, stride), (p.pad, kernel // 2)):
            field.append(number)
        spread = self.random.uniform(0.5, 1.5, out)
        self.add("BatchNorm", "bn_" + name, [name], [self.normal(out) / 10, spread, np.ones(1)], top=name)
        blobs = [self.random.uniform(0.3, 0.8, out), self.normal(out) / 10]
        self.add("Scale", "scale_" + name, [name], blobs, top=name).scale_param.bias_term = True
        return name

    def relu(self, value):
        self.add("ReLU", "relu_" + value, [value], top=value)
        return value

    def block(self, name, value, channels, width, stride):
        shortcut = value
        if channels != 4 * width:
            shortcut = self.convolution(f"shortcut{name}", value, channels, 4 * width, 1, stride)
        inner = self.relu(self.convolution(f"a{name}", value, channels, width, 1, stride))
        inner = self.relu(self.convolution(f"b{name}", inner, width, width, 3, 1))
        inner = self.convolution(f"c{name}", inner, width, 4 * width, 1, 1)
        self.add("Eltwise", f"sum{name}", [shortcut, inner])
        return self.relu(f"sum{name}")

    def write(self, folder):
        """The paths of the definition and the weights."""
        model, weights = pathlib.Path(folder, "resnet.prototxt"), pathlib.Path(folder, "resnet.caffemodel")
        model.write_bytes(nets.to_text(self.net))
        weights.write_bytes(self.weights.SerializeToString())
        return model, weights


if __name__ == "__main__":
    ResNet().write(sys.argv[1])
