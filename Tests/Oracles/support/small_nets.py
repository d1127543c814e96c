"""Small nets as text, with random blobs, and what every fold of one must hold."""

import checks
import nets
import numpy as np
import opencv

RNG = np.random.default_rng(17)
HEAD = 'name: "trap"\nlayer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }\n'


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def positive(*shape):
    return np.abs(normal(*shape)) + np.float32(0.1)


def layer(kind, name, bottom, top=None, parameters=""):
    bottoms = " ".join(f'bottom: "{blob}"' for blob in bottom.split())
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} top: "{top or name}" {parameters} }}\n'


def conv(name, bottom, top=None, out=4, kernel=3, more=""):
    parameters = f"convolution_param {{ num_output: {out} kernel_size: {kernel} {more} }}"
    return layer("Convolution", name, bottom, top, parameters)


def batch_norm(name, bottom, top=None, more=""):
    return layer("BatchNorm", name, bottom, top, f"batch_norm_param {{ {more} }}" if more else "")


def scale(name, bottom, top=None, bias=True):
    return layer("Scale", name, bottom, top, "scale_param { bias_term: true }" if bias else "")


def statistics(channels, factor=1.0):
    factor = np.float32(factor)
    return [normal(channels) * factor, positive(channels) * factor, np.array([factor])]


def pair_of(text, blobs, shape=(1, 3, 8, 8)):
    """A net and its weights as bytes."""
    text = HEAD % " ".join(f"dim: {d}" for d in shape) + text
    weights = nets.schema.NetParameter()
    for message in nets.parse(text.encode()).layer:
        if message.name in blobs:
            nets.fill(weights.layer.add(name=message.name, type=message.type), blobs[message.name])
    return text.encode(), weights.SerializeToString()


def files(folder, text, blobs, shape=(1, 3, 8, 8)):
    """A net and its weights as files."""
    definition, weights = pair_of(text, blobs, shape)
    model, stored = folder / "net.prototxt", folder / "net.caffemodel"
    model.write_bytes(definition)
    stored.write_bytes(weights)
    return model, stored


def written(folder, name="net"):
    return folder / f"{name}.prototxt", folder / f"{name}.caffemodel"


class Trap:
    """A net from text and blobs by layer name, folded and checked."""

    def __init__(self, command, folder, text, blobs, shape=(1, 3, 8, 8), flags=(), stays=(), tolerance=1e-5):
        self.text = (HEAD % " ".join(f"dim: {d}" for d in shape) + text).encode()
        self.definition = nets.parse(self.text)
        weights = nets.schema.NetParameter()
        for message in self.definition.layer:
            if message.name in blobs:
                nets.fill(weights.layer.add(name=message.name, type=message.type), blobs[message.name])
        self.weights = weights.SerializeToString()
        self.folded = command.fold(self.text, self.weights, folder, *flags)
        self.after = nets.parse(self.folded.definition)
        self.blobs = nets.blobs_by_name(nets.decode(self.folded.weights))
        self.types = [message.type for message in self.after.layer if message.type != "Input"]
        checks.structure(self.text, self.folded, stays)
        checks.blobs(self.text, self.weights, self.folded)
        inputs = {"data": normal(*shape)}
        pair = (self.definition, weights), (self.after, nets.decode(self.folded.weights))
        self.outputs = [opencv.run(*opencv.prepare(*one), inputs) for one in pair]
        self.error = max(opencv.differences(*self.outputs).values())
        assert self.error <= tolerance

    def reasons(self, name):
        return " ".join(r["message"] for r in self.folded.refused[name])

    def warnings(self, name):
        return [w["message"] for w in self.folded.document["warnings"] if w["layer"] == name]
