"""Net definitions before and after somebody else's BatchNorm merge: ours has the same structure.

What differs, and why:
- the others also removed train-only layers by hand and renamed blobs and whole layers: compared are the
  layers that do arithmetic, by name and type, in order;
- ENet and ICNet use the `BN` layer of a fork; folding it is not part of the default rules, so only what
  holds for every fold is checked there: nothing else is touched.
"""

import conftest
import nets
import pytest

ARITHMETIC = nets.ABSORBERS | nets.AFFINE | {"Dropout", "BN", "Concat", "Eltwise", "Pooling", "ReLU", "PReLU"}


def fold(command, name, tmp_path):
    source = conftest.shared("corpus", "pairs", f"{name}.unmerged.prototxt")
    out = tmp_path / "out.prototxt"
    result = command.run("fold", source, "--definition-only", "--output-model", out, "--format", "json")
    assert result.code == 0, result.stderr
    merged = conftest.shared("corpus", "pairs", f"{name}.merged.prototxt")
    return nets.parse_file(source), nets.parse_file(out), nets.parse_file(merged), result.document


def structure(definition):
    return [
        (layer.name, layer.type)
        for layer in nets.in_phase(definition)
        if nets.layer_type(layer) in ARITHMETIC
    ]


@pytest.mark.parametrize("name", ["mobilenet_ssd_voc", "pvanet_lite"])
def test_same_structure_as_the_merge(name, command, tmp_path):
    source, ours, theirs, document = fold(command, name, tmp_path)
    assert structure(ours) == structure(theirs)
    types = {row["type"]: (row["before"], row["after"]) for row in document["layers"]["types"]}
    assert types["BatchNorm"][1] == types["Scale"][1] == 0
    assert types["BatchNorm"][0] == sum(layer.type == "BatchNorm" for layer in source.layer)
    # every convolution of theirs that has a bias has one in ours
    biased = {
        layer.name: layer.convolution_param.bias_term
        for layer in nets.in_phase(theirs)
        if layer.type == "Convolution"
    }
    for layer in nets.in_phase(ours):
        if biased.get(layer.name):
            assert layer.convolution_param.bias_term, layer.name


@pytest.mark.parametrize("name", ["enet", "icnet"])
def test_normalisations_of_a_fork_are_folded(name, command, tmp_path):
    """SegNet's BN in INFERENCE mode and PSPNet's with four blobs: none is left."""
    source, ours, _, _ = fold(command, name, tmp_path)
    assert sum(layer.type == "BN" for layer in nets.in_phase(source)) > 20
    assert [layer.name for layer in nets.in_phase(ours) if layer.type == "BN"] == []
