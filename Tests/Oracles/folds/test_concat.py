"""BatchNorm and Scale behind a Concat, folded into what makes its bottoms: OpenCV before and after."""

import nets
import numpy as np
import opencv
import pytest
from small_nets import HEAD, batch_norm, conv, layer, normal, positive, scale, statistics

SHAPE = (1, 3, 8, 8)


def prepared(definition, weights):
    return opencv.prepare(nets.parse(definition), weights)


@pytest.mark.parametrize("factors", ["bn", "scale", "bn scale"])
@pytest.mark.parametrize("bias", [True, False])
def test_each_producer_absorbs_its_part(command, tmp_path, factors, bias):
    term = "" if bias else "bias_term: false"
    text = HEAD % " ".join(f"dim: {d}" for d in SHAPE)
    text += conv("a", "data", out=2, more=f"pad: 1 {term}") + conv("b", "data", out=5, more=f"pad: 1 {term}")
    text += layer("ReLU", "relu", "data") + scale("c", "relu", bias=bias)
    text += layer("Concat", "concat", "b c a")
    blobs = {"a": [normal(2, 3, 3, 3)], "b": [normal(5, 3, 3, 3)], "c": [normal(3)]}
    if bias:
        for values in blobs.values():
            values.append(normal(len(values[0])))
    last = "concat"
    for kind in factors.split():
        text += (batch_norm if kind == "bn" else scale)(kind, last)
        blobs[kind] = statistics(10, 999.98) if kind == "bn" else [positive(10), normal(10)]
        last = kind
    weights = nets.schema.NetParameter()
    for message in nets.parse(text.encode()).layer:
        if message.name in blobs:
            nets.fill(weights.layer.add(name=message.name, type=message.type), blobs[message.name])
    folded = command.fold(text.encode(), weights.SerializeToString(), tmp_path)
    after = nets.decode(folded.weights)
    types = sorted(m.type for m in nets.parse(folded.definition).layer if m.type != "Input")
    assert types == ["Concat", "Convolution", "Convolution", "ReLU", "Scale"]
    inputs = {"data": normal(*SHAPE)}
    pair = prepared(text.encode(), weights), prepared(folded.definition, after)
    outputs = [opencv.run(*one, inputs) for one in pair]
    assert max(opencv.differences(*outputs).values()) <= 1e-5
    assert np.abs(outputs[0][last]).max() > 0.1
