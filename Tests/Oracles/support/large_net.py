"""A net of 48 MB: folding it takes long enough to be disturbed in the middle."""

import numpy as np
import wire


def write(folder):
    """Five convolutions of 512 channels, each with a BatchNorm; the paths of definition and weights."""
    rng = np.random.default_rng(5)
    text = ['input: "data" input_shape { dim: 1 dim: 512 dim: 4 dim: 4 }']
    weights, bottom = [wire.field(1, b"large")], "data"

    def blob(value):
        value = value.astype(np.float32)
        dimensions = b"".join(wire.varint(d) for d in value.shape)
        return wire.field(7, wire.field(7, wire.field(1, dimensions)) + wire.field(5, value.tobytes()))

    def add(name, kind, *blobs):
        body = wire.field(1, name.encode()) + wire.field(2, kind.encode())
        weights.append(wire.field(100, body + b"".join(map(blob, blobs))))

    for i in range(5):
        name = f"conv{i}"
        text.append(
            f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{name}" convolution_param '
            "{ num_output: 512 kernel_size: 3 pad: 1 bias_term: false } }"
        )
        text.append(f'layer {{ name: "bn{i}" type: "BatchNorm" bottom: "{name}" top: "{name}" }}')
        add(name, "Convolution", rng.standard_normal((512, 512, 3, 3)))
        add(f"bn{i}", "BatchNorm", rng.standard_normal(512), rng.random(512) + 0.5, np.ones(1))
        bottom = name
    paths = folder / "net.prototxt", folder / "net.caffemodel"
    paths[0].write_text("\n".join(text) + "\n")
    paths[1].write_bytes(b"".join(weights))
    return paths
