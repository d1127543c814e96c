"""Random nets, reproducible from a seed: a definition, its weights, and what is unusual about them.

python3 netgen.py SEED FOLDER     # writes net.prototxt and net.caffemodel, to look at a failing one
"""

import dataclasses
import pathlib
import sys

import caffe_schema as schema
import nets
import numpy as np
import wire
from netgen_layers import Layers, Value


@dataclasses.dataclass
class Sample:
    seed: int
    definition: bytes
    weights: bytes
    features: set
    inputs: dict
    #: BatchNorm layers that must stay, with a reason; everything else must go or become a Scale.
    must_stay: set

    @property
    def readable_by_opencv(self):
        return not self.features & {"five-blob", "double", "other-phase", "depthwise-fork", "transpose"}


class Generator(Layers):
    """Puts layers together, and writes the net in one of the ways that nets are found."""

    # -- the net

    def affine_tail(self, value):
        """What follows a layer: BatchNorm and Scale in most of the ways they are found."""
        tails = ["bs"] * 6 + ["b", "b", "s", "s", "bss", "sb", "rbs", "brs", "dbs", "bds", "bb", ""]
        for kind in self.random.choice(tails):
            # a value with another reader must not be changed under its feet
            in_place = not value.read and self.chance(0.6)
            step = {"b": self.batch_norm, "s": self.scale, "r": self.relu, "d": self.dropout}[kind]
            if self.chance(0.05) and len(value.shape) == 3:
                self.branch(value)
                in_place = False
            value = step(value, in_place)
        return value

    def branch(self, value):
        """One more reader of a value in the middle of a chain."""
        layer = self.layer("Pooling", [value])
        layer.pooling_param.pool = 0  # stated, because OpenCV does not know the default
        layer.pooling_param.global_pooling = True
        self.features.add("second reader")
        self.made(layer, (value.shape[0], 1, 1))

    def shared_pair(self, value):
        """Two convolutions with the same parameters, each with a BatchNorm of its own."""
        c, h, w = value.shape
        blobs = [self.normal(3, c, 1, 1), self.normal(3)]
        label = f"shared{self.count}"
        for _ in range(2):
            layer = self.layer("Convolution", [value], blobs)
            layer.convolution_param.num_output = 3
            layer.convolution_param.kernel_size.append(1)
            for suffix in "wb":
                layer.param.add(name=label + suffix)
            self.affine_tail(self.made(layer, (3, h, w)))
        self.features.add("shared")
        return self.values[-1]

    def grow(self, value):
        absorbing = [self.convolution] * 6 + [self.deconvolution] * 2
        others = [self.pooling, self.concat, self.concat, self.eltwise, self.eltwise, self.slice]
        if len(value.shape) == 1 or (self.chance(0.1) and np.prod(value.shape) < 2000):
            value = self.inner_product(value)
        elif self.chance(0.06):
            return self.shared_pair(value)
        elif self.chance(0.65):
            value = self.random.choice(absorbing)(value)
        else:
            value = self.random.choice(others)(value)
            if self.chance(0.5):
                return value
        value = self.affine_tail(value)
        if self.chance(0.4):
            value = self.relu(value, in_place=not value.read)
        if self.chance(0.15):
            value = self.dropout(value, in_place=not value.read and self.chance(0.7))
        return value

    def sample(self):
        shape = (self.random.randint(1, 6), self.random.randint(7, 13), self.random.randint(7, 13))
        value = Value("data", shape)
        if self.chance(0.6):
            layer = self.net.layer.add(name="data", type="Input", top=["data"])
            dimensions = layer.input_param.shape.add().dim
        else:
            self.net.input.append("data")
            dimensions = self.net.input_shape.add().dim
        self.values.append(value)
        if self.chance(0.15):
            value = self.batch_norm(value, in_place=False)
            self.features.add("BatchNorm on the input")
        self.affine_tail(self.convolution(value))
        for _ in range(self.random.randint(1, 6)):
            self.grow(self.pick())
        if self.chance(0.15):
            self.dropout(self.values[-1], in_place=False)  # the net's output is a Dropout's
        # OpenCV computes batch statistics for a batch of one only
        batch = 1 if "batch-statistics" in self.features else self.random.choice([1, 1, 2])
        dimensions.extend([batch, *shape])
        inputs = {"data": self.normal(batch, *shape)}
        return Sample(self.seed, self.text(), self.encoded(), self.features, inputs, self.must_stay)

    # -- what is written

    def text(self):
        lines = nets.to_text(self.net).decode().splitlines()
        if self.chance(0.3):  # comments survive
            for _ in range(3):
                at = self.random.randrange(len(lines))
                lines[at] += f"  # remark {at}: 'quotes', {{braces}}"
        end = "\r\n" if self.chance(0.1) else "\n"
        return (end.join(lines) + end).encode()

    def blob(self, value):
        """The bytes of a BlobProto in this net's encoding."""
        blob = schema.BlobProto()
        if self.encoding == "legacy":
            # as Caffe stored them before shapes: four axes, the numbers at the end
            blob.num, blob.channels, blob.height, blob.width = (1,) * (4 - value.ndim) + value.shape
        else:
            blob.shape.dim.extend(value.shape)
        if self.encoding == "double":
            blob.double_data.extend(value.astype(np.float64).ravel().tolist())
        elif self.encoding == "unpacked":
            return blob.SerializeToString() + wire.unpacked_floats(5, value.ravel().tolist())
        else:
            blob.data.extend(value.ravel().tolist())
        return blob.SerializeToString()

    def encoded(self):
        """The weights: only layers that have any, now and then in another order or with extra layers."""
        if self.encoding != "packed":
            self.features.add(self.encoding)
        parts = []
        for layer in self.net.layer:
            if not layer.include or layer.include[0].phase == schema.TEST:
                message = schema.LayerParameter()
                message.CopyFrom(layer)
                message.phase = schema.TEST
                blobs = b"".join(wire.field(7, self.blob(value)) for value in self.blobs.get(layer.name, []))
                parts.append(wire.field(100, message.SerializeToString() + blobs))
        if self.chance(0.2):
            extra = schema.LayerParameter(
                name="data_data_0_split", type="Split", bottom=["data"], top=["a", "b"]
            )
            parts.insert(1, wire.field(100, extra.SerializeToString()))
        if self.chance(0.2):
            self.random.shuffle(parts)
        return wire.field(1, self.net.name.encode()) + b"".join(parts)


def sample(seed):
    return Generator(seed).sample()


def main():
    seed, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    made = sample(seed)
    (folder / "net.prototxt").write_bytes(made.definition)
    (folder / "net.caffemodel").write_bytes(made.weights)
    print(f"seed {seed}: {', '.join(sorted(made.features))}; must stay: {sorted(made.must_stay) or 'none'}")


if __name__ == "__main__":
    main()
