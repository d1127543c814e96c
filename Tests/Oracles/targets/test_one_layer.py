"""What targets say of nets of one layer, held against programs: those of ../shared/caffe, and random ones.

The first have Caffe's own outputs; the others are drawn as for the executor's tests, with NumPy's.
"""

import collections
import dataclasses

import conftest
import numpy as np
import pytest
import target_runs
import test_forward_layers
import test_forward_shapes
import test_forward_sums

#: Nets of ../shared/caffe of which a target says nothing and that its program computes otherwise, by type:
#: how many at most, and why.
UNTOLD = {
    "opencv4": {
        "Convolution": (1, "a volume with padding and dilation"),
        "Deconvolution": (1, "groups of one number with padding"),
        "DetectionOutput": (11, "boxes that overlap as far as the threshold"),
        "Flatten": (1, "a top of one axis gets a second one"),
        "Pooling": (1, "a window that lies wholly behind the image"),
    },
    "mnn": {
        "Dropout": (12, "a net of nothing else is empty"),
    },
}
#: The same of random nets.
UNTOLD_RANDOM = {
    "opencv4": {
        "InnerProduct": (1, "a top of one axis gets a second one"),
        "PReLU": (1, "a blob without axes"),
        "Scale": (1, "a blob without axes"),
    },
    "mnn": {
        "Dropout": (9, "a net of nothing else is empty"),
        "Softmax": (1, "numbers that are more than 88 apart"),
        "Split": (12, "its tops have no names"),
    },
}
#: Statements of which more nets come out right than wrong, and why.
RIGHT_THOUGH_TOLD = {
    "opencv4": {
        "opencv4-grouped-deconvolution": "it is about fusion, which is off here",
        "opencv4-pooling-mask": "of small planes",
    },
    "mnn": {"mnn-unknown-field": "one ShuffleChannel of as many groups as channels"},
}
COUNT = 16


@dataclasses.dataclass
class Net:
    name: str
    model: bytes
    weights: bytes
    inputs: dict
    outputs: dict


def of_caffe(kind):
    for model in sorted(conftest.shared("caffe", kind).glob("*.prototxt")):
        weights, case = model.with_suffix(".caffemodel"), np.load(model.with_suffix(".npz"))
        yield Net(
            model.stem,
            model.read_bytes(),
            weights.read_bytes() if weights.exists() else None,
            {name[3:]: case[name] for name in case.files if name.startswith("in_")},
            {name[4:]: case[name] for name in case.files if name.startswith("out_")},
        )


#: What makes a random layer, by type or by type and what is special about it.
MAKERS = dict(test_forward_layers.LAYERS)
for make, kind, _ in test_forward_shapes.MOVERS + test_forward_sums.LAYERS:
    MAKERS[f"{kind}, {make.__name__}" if kind in MAKERS else kind] = make


def random_nets(kind):
    """Images alone: what the programs make of fewer axes is told nowhere but for types that exist for it."""
    for seed in range(COUNT):
        drawn = target_runs.drawn(kind, MAKERS[kind], seed)
        if drawn is None:
            continue
        net = Net(f"{seed:02}", *drawn)
        values = [*net.inputs.values(), *net.outputs.values()]
        if (
            all(value.ndim == 4 for value in net.inputs.values())
            and np.isfinite(np.hstack([*map(np.ravel, values)])).all()
        ):
            yield net


def told(command, target, folder, nets):
    """By net, the ids of errors and warnings about the target."""
    paths = []
    for net in nets:
        paths.append(folder / f"{net.name}.prototxt")
        paths[-1].write_bytes(net.model)
        if net.weights:
            paths.append(folder / f"{net.name}.caffemodel")
            paths[-1].write_bytes(net.weights)
    result = command.run("check", *paths, "--target", target, "--format", "json")
    assert result.code in (0, 1), result.stderr
    return [
        [
            finding["rule"]
            for finding in net["findings"]
            if finding["severity"] != "note" and finding["rule"].startswith(f"{target}-")
        ]
        for net in result.document["nets"]
    ]


def hold(target, kind, nets, untold, command, folder, record_property):
    if target == "mnn":
        # Loaded here, once: each net runs in a process of its own, which this one starts.
        pytest.importorskip("mnn_runs", reason="the package 'mnn' is not installed")
    if not nets:
        pytest.skip("no net of images was drawn")
    counts, wrong, balance = collections.Counter(), [], collections.Counter()
    for net, rules in zip(nets, told(command, target, folder, nets)):
        said = target_runs.outcome(target, net.model, net.weights, net.inputs, net.outputs)
        is_right = target_runs.is_right(said)
        counts["told and " * bool(rules) + ("right" if is_right else "wrong")] += 1
        if not rules and not is_right:
            layer = net.model.decode().strip().splitlines()[-1]
            wrong.append(f"{net.name}: {said}: {layer}")
        for rule in rules:
            balance[rule] += 1 if is_right else -1
    figures = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    record_property("figures", (f"{target} {kind}", figures))
    # Some of them depend on what lay in the program's memory.
    assert len(wrong) <= untold.get(kind, (0, ""))[0], "\n".join(wrong)
    too_strict = {rule: more for rule, more in balance.items() if more > 0}
    assert not too_strict.keys() - RIGHT_THOUGH_TOLD[target].keys(), too_strict


@pytest.mark.parametrize("kind", conftest.shared_names("caffe"))
@pytest.mark.parametrize("target", target_runs.PROGRAMS)
def test_what_is_not_told_is_right(target, kind, command, tmp_path, record_property):
    hold(target, kind, list(of_caffe(kind)), UNTOLD[target], command, tmp_path, record_property)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("target", target_runs.PROGRAMS)
def test_random_nets(target, kind, command, tmp_path, record_property):
    hold(target, kind, list(random_nets(kind)), UNTOLD_RANDOM[target], command, tmp_path, record_property)
