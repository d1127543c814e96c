"""OpenCV's Caffe importer as the oracle that runs nets."""

import cv2
import nets
import numpy as np


def run(definition, weights, inputs, blobs=()):
    """Blob name -> array for all outputs of a net given as text and encoded bytes, and for `blobs`.

    The net is read afresh. OpenCV's own layer fusion, which is wrong on some nets, is off, and so are its
    Winograd convolutions, which cost a digit.
    """
    parsed = nets.parse(definition)
    graph = nets.Graph(parsed)
    wanted = {
        value.blob for value in graph.outputs if nets.layer_type(graph.layers[value.producer]) != "Input"
    }
    wanted = sorted(wanted | set(blobs))
    # OpenCV knows values by the layer that makes them: a layer of our own reads each output and names it.
    kind = "layers { type: POWER" if parsed.layers else 'layer { type: "Power"'
    ends = "".join(
        f'\n{kind} name: "oracle{i}" bottom: "{name}" top: "oracle{i}" }}' for i, name in enumerate(wanted)
    )
    net = cv2.dnn.readNetFromCaffe(
        np.frombuffer(definition + ends.encode(), np.uint8), np.frombuffer(weights, np.uint8)
    )
    net.enableFusion(False)
    net.enableWinograd(False)
    for name, value in inputs.items():
        net.setInput(value, name)
    outputs = net.forward([f"oracle{i}" for i in range(len(wanted))])
    return {name: np.array(output) for name, output in zip(wanted, outputs)}


def prepare(definition, weights, assume_stored_statistics=False):
    """A pair that OpenCV can read, computing the same: (text, bytes) from two NetParameter messages.

    Other phases are left out, every blob becomes plain floats, a BatchNorm with five blobs becomes BatchNorm
    and Scale, depthwise forks become Convolution with groups, transposed weights are turned round; fields
    that the schema does not know are gone.
    """
    import numpy_fold

    blobs = nets.blobs_by_name(weights)
    plain, plain_weights = nets.schema.NetParameter(), nets.schema.NetParameter()
    plain.CopyFrom(definition)
    del plain.layer[:]

    def add(layer, arrays):
        layer.ClearField("include")
        layer.ClearField("exclude")
        plain.layer.add().CopyFrom(layer)
        if arrays:
            nets.fill(plain_weights.layer.add(name=layer.name, type=layer.type), arrays)

    for original in nets.in_phase(definition):
        layer, arrays = type(original)(), blobs.get(original.name, [])
        layer.CopyFrom(original)
        if layer.type in nets.CONVOLUTIONS and layer.type != "Convolution":
            layer.convolution_param.group = layer.convolution_param.num_output
            layer.type = "Convolution"
        if layer.type == "BatchNorm" and assume_stored_statistics:
            layer.batch_norm_param.ClearField("use_global_stats")
        if layer.type == "InnerProduct" and layer.inner_product_param.transpose:
            layer.inner_product_param.transpose = False  # which OpenCV does not look at
            arrays = [arrays[0].T, *arrays[1:]]
        if layer.type == "BatchNorm" and len(arrays) == 5:
            mean, variance, gamma, beta = numpy_fold.statistics(layer, arrays)
            add(layer, [mean, variance, np.ones(1)])
            scale = type(layer)(
                name=layer.name + "/scale-of-five", type="Scale", bottom=layer.top, top=layer.top
            )
            scale.scale_param.bias_term = True
            add(scale, [gamma, beta])
        else:
            add(layer, arrays)
    return nets.to_text(plain), plain_weights.SerializeToString()


def differences(before, after):
    """Blob name -> largest difference relative to the largest output of that blob."""
    assert before.keys() <= after.keys(), f"missing outputs: {sorted(before.keys() - after.keys())}"
    found = {}
    for name, value in before.items():
        other = after[name]
        assert value.shape == other.shape, f"'{name}': {value.shape} became {other.shape}"
        assert np.isfinite(value).all(), f"'{name}' is not finite before the fold"
        largest = np.abs(value).max() if value.size else 0
        difference = np.abs(value.astype(np.float64) - other).max() if value.size else 0
        found[name] = float(difference / largest) if largest else float(difference)
    return found
