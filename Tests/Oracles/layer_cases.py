"""Random layers with what they must compute: many of one type in one net, run by the probe and by OpenCV."""

import dataclasses

import caffe_schema as schema
import nets
import numpy as np
import opencv
import probe


@dataclasses.dataclass
class Case:
    #: Fields of the layer besides name, type, bottoms and tops, as text.
    text: str
    inputs: list
    #: One float64 array for each top.
    expected: list
    blobs: list = dataclasses.field(default_factory=list)
    type: str = ""
    #: False for a layer that OpenCV cannot read or computes differently from Caffe.
    opencv: bool = True


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def message(name, **fields):
    """`name { a: 1 b: 2 }`; a list repeats the field, None leaves it out."""
    parts = []
    for key, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                parts.append(f"{key}: {text_of(one)}")
    return f"{name} {{ {' '.join(parts)} }}" if parts else ""


class Net:
    """All cases side by side, each with inputs of its own."""

    def __init__(self, kind, cases):
        self.cases, self.inputs, lines = cases, {}, []
        weights = schema.NetParameter()
        for i, case in enumerate(cases):
            for j, value in enumerate(case.inputs):
                name = f"x{i}_{j}"
                self.inputs[name] = value
                shape = " ".join(f"dim: {size}" for size in value.shape)
                fields = f"input_param {{ shape {{ {shape} }} }}"
                lines.append(f'layer {{ name: "{name}" type: "Input" top: "{name}" {fields} }}')
            bottoms = " ".join(f'bottom: "x{i}_{j}"' for j in range(len(case.inputs)))
            tops = " ".join(f'top: "y{i}_{j}"' for j in range(len(case.expected)))
            lines.append(f'layer {{ name: "l{i}" type: "{case.type or kind}" {bottoms} {tops} {case.text} }}')
            if case.blobs:
                nets.fill(weights.layer.add(name=f"l{i}", type=case.type or kind), case.blobs)
        self.definition = "\n".join(lines).encode()
        self.weights = weights.SerializeToString() or None

    def check(self, found, tolerance):
        """The largest difference, relative to each top's largest value; fails above `tolerance`."""
        worst = 0.0
        for i, case in enumerate(self.cases):
            shapes = [value.shape for value in case.inputs]
            for j, expected in enumerate(case.expected):
                actual = found[f"y{i}_{j}"].astype(np.float64)
                said = f"case {i}, top {j}: {case.type} {case.text} on {shapes}"
                assert actual.shape == expected.shape, f"{said}: {actual.shape}, not {expected.shape}"
                assert np.isfinite(expected).all(), f"{said}: the expected values are not finite"
                largest = max(np.abs(expected).max(initial=0), 1e-30)
                error = np.abs(actual - expected).max(initial=0) / largest
                assert error <= tolerance, f"{said}: off by {error:.1e}"
                worst = max(worst, float(error))
        return worst


def hold(kind, cases, record):
    """Runs the cases in Double, in Float, and those that it can read in OpenCV."""
    net = Net(kind, cases)
    double = net.check(probe.run(net.definition, net.weights, net.inputs, "--double"), 1e-12)
    single = net.check(probe.run(net.definition, net.weights, net.inputs), 1e-5)
    readable = Net(kind, [case for case in cases if case.opencv])
    other = ""
    if readable.cases:
        found = opencv.run(
            readable.definition,
            readable.weights or b"",
            readable.inputs,
            [f"y{i}_{j}" for i, case in enumerate(readable.cases) for j in range(len(case.expected))],
        )
        other = f", OpenCV {readable.check(found, 1e-5):.1e} on {len(readable.cases)}"
    record("figures", (kind, f"{len(cases)} cases: Double {double:.1e}, Float {single:.1e}{other}"))
