"""Makes net.caffemodel: random weights for net.prototxt, always the same ones. Needs nothing but Python."""

import pathlib
import random
import struct

BLOBS = {
    ("conv1", "Convolution"): [(8, 3, 3, 3)],
    ("norm1", "VendorNorm"): [(8,), (8,), (8,), (8,)],
    ("fc", "InnerProduct"): [(4, 392), (4,)],
}
POSITIVE = {("norm1", 0), ("norm1", 3)}  # factors and variances


def varint(value):
    bits = []
    while value > 127:
        bits.append(value & 127 | 128)
        value >>= 7
    return bytes([*bits, value])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def blob(shape, numbers):
    dimensions = field(1, b"".join(map(varint, shape)))
    return field(7, dimensions) + field(5, struct.pack(f"<{len(numbers)}f", *numbers))


def weights():
    draw = random.Random(1)
    net = b""
    for (name, kind), shapes in BLOBS.items():
        layer = field(1, name.encode()) + field(2, kind.encode())
        for index, shape in enumerate(shapes):
            count = 1
            for size in shape:
                count *= size
            spread = 1 if len(shape) == 1 else (count / shape[0]) ** -0.5
            numbers = [draw.uniform(-spread, spread) for _ in range(count)]
            if (name, index) in POSITIVE:
                numbers = [abs(number) for number in numbers]
            layer += field(7, blob(shape, numbers))
        net += field(100, layer)
    return net


if __name__ == "__main__":
    pathlib.Path(__file__).with_name("net.caffemodel").write_bytes(weights())
