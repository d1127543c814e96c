"""Nets as the tests see them: layers of a phase, values in order, blobs as NumPy arrays."""

import collections
import pathlib

import caffe_schema as schema
import numpy as np
import wire
from google.protobuf import text_format

CONVOLUTIONS = {"Convolution", "ConvolutionDepthwise", "DepthwiseConvolution"}
ABSORBERS = CONVOLUTIONS | {"Deconvolution", "InnerProduct"}
AFFINE = {"BatchNorm", "Scale"}
RAW_TYPES = {0: np.float64, 1: np.float32, 2: np.float16}


def parse(text):
    """A definition from text or bytes; fields that the schema does not know are dropped."""
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    return text_format.Parse(text, schema.NetParameter(), allow_unknown_field=True)


def parse_file(path):
    return parse(pathlib.Path(path).read_bytes())


def decode(data):
    return schema.NetParameter.FromString(data)


def decode_file(path):
    return decode(pathlib.Path(path).read_bytes())


def to_text(definition):
    return text_format.MessageToString(definition).encode()


def layers(net):
    """The layer messages, of whichever of the two kinds the net has."""
    return list(net.layer) or list(net.layers)


def layer_type(layer):
    """The type by its modern name, for V1 layers too."""
    if isinstance(layer.type, str):
        return layer.type
    name = schema.CLASSES["V1LayerParameter"].DESCRIPTOR.fields_by_name["type"].enum_type.values_by_number
    special = {"RELU": "ReLU", "LRN": "LRN", "INNER_PRODUCT": "InnerProduct"}
    label = name[layer.type].name
    return special.get(label, label.title().replace("_", ""))


def _meets(rule, phase, level, stages):
    return (
        (not rule.HasField("phase") or rule.phase == phase)
        and (not rule.HasField("min_level") or level >= rule.min_level)
        and (not rule.HasField("max_level") or level <= rule.max_level)
        and all(stage in stages for stage in rule.stage)
        and not any(stage in stages for stage in rule.not_stage)
    )


def _included(layer, phase, level=0, stages=()):
    if layer.include:
        return any(_meets(rule, phase, level, stages) for rule in layer.include)
    return not any(_meets(rule, phase, level, stages) for rule in layer.exclude)


def in_phase(definition, phase=schema.TEST, **state):
    """The layers that Caffe's FilterNet leaves."""
    return [layer for layer in layers(definition) if _included(layer, phase, **state)]


def other_phases(definition):
    """Names of layers that the TEST phase leaves out; a layer of the same name may well be in it."""
    return {layer.name for layer in layers(definition) if not _included(layer, schema.TEST)}


Value = collections.namedtuple(
    "Value", "blob producer index"
)  # producer: position of the layer, -1: net input


class Graph:
    """Values in SSA form: an in-place layer makes a new version of its blob."""

    def __init__(self, definition, **state):
        self.layers = in_phase(definition, **state)
        self.bottoms, self.tops = [], []
        self.consumers = collections.defaultdict(list)
        latest = {name: Value(name, -1, i) for i, name in enumerate(definition.input)}
        for position, layer in enumerate(self.layers):
            read = [latest[name] for name in layer.bottom]
            for value in read:
                self.consumers[value].append(position)
            made = [Value(name, position, i) for i, name in enumerate(layer.top)]
            latest.update((value.blob, value) for value in made)
            self.bottoms.append(read)
            self.tops.append(made)
        #: What the net returns: the last version of every blob that nobody reads.
        self.outputs = [
            value for value in latest.values() if not self.consumers[value] and value.producer >= 0
        ]

    def sole_reader(self, value):
        """The position of the only layer that reads the value, else None."""
        readers = self.consumers[value]
        return readers[0] if len(readers) == 1 else None


def input_shapes(definition):
    shapes = {}
    for i, name in enumerate(definition.input):
        if definition.input_shape:
            shapes[name] = tuple(definition.input_shape[i].dim)
        else:
            shapes[name] = tuple(definition.input_dim[4 * i : 4 * i + 4])
    for layer in layers(definition):
        if layer_type(layer) == "Input":
            for i, name in enumerate(layer.top):
                shapes[name] = tuple(layer.input_param.shape[min(i, len(layer.input_param.shape) - 1)].dim)
    return shapes


def random_inputs(definition, seed=1):
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(shape, np.float32) for name, shape in input_shapes(definition).items()}


def before_saturation(definition):
    """The blobs that Softmax, Sigmoid and DetectionOutput read: what those make of them hides differences."""
    return {
        blob
        for layer in in_phase(definition)
        if layer_type(layer) in {"Softmax", "Sigmoid", "DetectionOutput"}
        for blob in layer.bottom
    }


def array(blob):
    """The blob's content in its stored type and shape."""
    if blob.HasField("raw_data"):
        values = np.frombuffer(blob.raw_data, RAW_TYPES[blob.raw_data_type])
    elif blob.double_data:
        values = np.array(blob.double_data, np.float64)
    else:
        values = np.array(blob.data, np.float32)
    legacy = any(blob.HasField(name) for name in ("num", "channels", "height", "width"))
    shape = (blob.num, blob.channels, blob.height, blob.width) if legacy else tuple(blob.shape.dim)
    return values.reshape(shape)


def blobs_by_name(weights):
    """Layer name -> arrays. Layers bind by name; a later layer of the same name wins, as in Caffe."""
    return {layer.name: [array(blob) for blob in layer.blobs] for layer in layers(weights) if layer.blobs}


def fill(layer, arrays):
    """Replaces the layer's blobs by plain single-precision ones."""
    del layer.blobs[:]
    for value in arrays:
        blob = layer.blobs.add()
        blob.shape.dim.extend(value.shape)
        blob.data.extend(value.astype(np.float32).ravel().tolist())


def raw_layers(data):
    """Layer name -> the exact bytes of its message in an encoded net (the last of a name wins)."""
    found = {}
    for number, _, value, _ in wire.split(data):
        if number in (100, 2):
            name_field = 1 if number == 100 else 4
            names = [payload for n, kind, payload, _ in wire.split(value) if (n, kind) == (name_field, 2)]
            found[names[-1].decode() if names else ""] = value
    return found


def shared_parameters(graph):
    """Positions of layers that share a named parameter with another layer."""
    holders = collections.defaultdict(set)
    for position, layer in enumerate(graph.layers):
        for spec in layer.param:
            name = spec if isinstance(spec, str) else spec.name
            if name:
                holders[name].add(position)
    return {position for group in holders.values() if len(group) > 1 for position in group}


def foldable_left(definition, usable=lambda layer: True):
    """Names of BatchNorm and Scale layers that the layer before them could still absorb."""
    graph = Graph(definition)
    shared = shared_parameters(graph)
    left = []
    for position, layer in enumerate(graph.layers):
        if layer_type(layer) not in AFFINE or len(graph.bottoms[position]) != 1 or not usable(layer):
            continue
        value = graph.bottoms[position][0]
        if value.producer < 0 or graph.sole_reader(value) is None or {position, value.producer} & shared:
            continue
        if layer_type(graph.layers[value.producer]) in ABSORBERS:
            left.append(layer.name)
    return left


def usable_statistics(layer):
    """False for a BatchNorm that says itself that it does not use its stored statistics."""
    stated = layer.type == "BatchNorm" and layer.batch_norm_param.HasField("use_global_stats")
    return not stated or layer.batch_norm_param.use_global_stats
