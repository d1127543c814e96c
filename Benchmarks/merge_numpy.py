"""What scripts of the field do: decode all of a caffemodel, fold in NumPy, encode all of it again."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Oracles" / "support"))
import caffe_schema


def values(blob) -> np.ndarray:
    return np.array(blob.data, dtype=np.float32)


def main() -> None:
    source, destination = sys.argv[1:]
    net = caffe_schema.NetParameter()
    net.ParseFromString(Path(source).read_bytes())
    layers = {layer.name: layer for layer in net.layer}
    for layer in list(net.layer):
        bn, scale = layers.get(f"bn_{layer.name}"), layers.get(f"scale_{layer.name}")
        if bn is None or scale is None:
            continue
        factor = values(bn.blobs[2])[0]
        deviation = np.sqrt(values(bn.blobs[1]) / factor + 1e-5)
        gamma = values(scale.blobs[0]) / deviation
        weights = values(layer.blobs[0]).reshape(len(gamma), -1) * gamma[:, None]
        del layer.blobs[0].data[:]
        layer.blobs[0].data.extend(weights.ravel())
        bias = layer.blobs.add()
        bias.shape.dim.append(len(gamma))
        bias.data.extend(values(scale.blobs[1]) - values(bn.blobs[0]) / factor * gamma)
        net.layer.remove(bn)
        net.layer.remove(scale)
    Path(destination).write_bytes(net.SerializeToString())


if __name__ == "__main__":
    main()
