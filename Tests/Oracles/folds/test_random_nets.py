"""Random nets, folded, against OpenCV and NumPy. CAFFOLD_RANDOM_NETS=5000 runs more of them.

A failing net is written out by `python3 support/netgen.py SEED FOLDER`.
"""

import os

import checks
import netgen
import nets
import opencv
import pytest

COUNT = int(os.environ.get("CAFFOLD_RANDOM_NETS", "200"))


@pytest.mark.parametrize("seed", range(COUNT))
def test_random_net(seed, command, tmp_path, record_property):
    sample = netgen.sample(seed)
    folded = command.fold(sample.definition, sample.weights, tmp_path)

    checks.structure(sample.definition, folded, sample.must_stay)
    checks.blobs(sample.definition, sample.weights, folded)

    pairs = [(sample.definition, sample.weights), (folded.definition, folded.weights)]
    if not sample.readable_by_opencv:
        pairs = [opencv.prepare(nets.parse(text), nets.decode(data)) for text, data in pairs]
    before, after = (opencv.run(text, data, sample.inputs) for text, data in pairs)
    error = max(opencv.differences(before, after).values())
    record_property("figures", (f"seed {seed}", error, len(folded.rewrites), len(folded.refused)))
    assert error <= 1e-4, f"outputs differ by {error:.1e} of the largest; features: {sample.features}"


@pytest.mark.parametrize("seed", range(0, COUNT, 20))
def test_a_folded_net_is_left_alone(seed, command, tmp_path):
    """Folding twice is folding once, byte for byte."""
    sample = netgen.sample(seed)
    folded = command.fold(sample.definition, sample.weights, tmp_path)
    (tmp_path / "again").mkdir()
    again = command.fold(folded.definition, folded.weights, tmp_path / "again")
    assert again.rewrites == []
    assert (again.definition, again.weights) == (folded.definition, folded.weights)
