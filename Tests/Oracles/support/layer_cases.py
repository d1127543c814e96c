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


class Random:
    """Choices and arrays of one case."""

    def __init__(self, *seed, for_opencv=False):
        self.rng = np.random.default_rng(seed)
        #: Whether only what OpenCV knows is wanted: images, and not all of Caffe's parameters.
        self.for_opencv = for_opencv

    def choice(self, options):
        return options[int(self.rng.integers(len(options)))]

    def chance(self, probability):
        return bool(self.rng.random() < probability)

    def integer(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def normal(self, *shape, scale=1.0):
        return (self.rng.standard_normal(shape) * scale).astype(np.float32)

    def number(self, low, high):
        """A fraction that single precision holds exactly: Caffe's parameters are no finer."""
        return round(float(self.rng.uniform(low, high)) * 256) / 256

    def sample(self, options, count):
        """Different ones, in random order."""
        return [options[place] for place in self.rng.permutation(len(options))[:count]]

    def shape(self, least=1, most=4, longest=5):
        """Any rank, batch first; OpenCV is only shown images."""
        rank = 4 if self.for_opencv else self.integer(least, most)
        return [self.integer(1, longest) for _ in range(rank)]

    def axis(self, shape):
        """An axis, and how it is written: from the front, or negative from the end."""
        axis = self.integer(0, len(shape) - 1)
        return axis, axis if self.chance(0.6) else axis - len(shape)

    def image(self):
        return [self.integer(1, 2), self.integer(1, 6), self.integer(1, 9), self.integer(1, 9)]

    def value(self, least=1):
        return self.normal(*(self.image() if self.chance(0.6) else self.shape(least)), scale=2)


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

    def check(self, found, tolerance, arrange=lambda top: top):
        """The largest difference, relative to each top's largest value; fails above `tolerance`.

        `arrange` brings the values of a top into an order in which they can be compared.
        """
        worst = 0.0
        for i, case in enumerate(self.cases):
            shapes = [value.shape for value in case.inputs]
            for j, expected in enumerate(case.expected):
                actual, expected = arrange(found[f"y{i}_{j}"].astype(np.float64)), arrange(expected)
                said = f"case {i}, top {j}: {case.type} {case.text} on {shapes}"
                assert actual.shape == expected.shape, f"{said}: {actual.shape}, not {expected.shape}"
                assert np.isfinite(expected).all(), f"{said}: the expected values are not finite"
                largest = max(np.abs(expected).max(initial=0), 1e-30)
                error = np.abs(actual - expected).max(initial=0) / largest
                assert error <= tolerance, f"{said}: off by {error:.1e}"
                worst = max(worst, float(error))
        return worst


def draw(make, count, opencv=True):
    """Cases of any kind, and as many for OpenCV; for those `make` gives None where OpenCV is not Caffe."""
    cases = [make(Random(seed)) for seed in range(count)]
    for case in cases:
        case.opencv = False
    seed = 1000
    while opencv and len(cases) < 2 * count:
        assert seed < 1000 + 20 * count, "hardly any case is for OpenCV"
        case = make(Random(seed, for_opencv=True))
        seed += 1
        if case is not None:
            cases.append(case)
    return cases


def hold(kind, cases, record, double=1e-12, single=1e-5, arrange=lambda top: top):
    """Runs the cases in Double, in Float, and those that it can read in OpenCV.

    `double` and `single` are the largest differences allowed; OpenCV's tops are compared as arranged.
    """
    net = Net(kind, cases)
    double = net.check(probe.run(net.definition, net.weights, net.inputs, "--double"), double)
    single = net.check(probe.run(net.definition, net.weights, net.inputs), single)
    readable = Net(kind, [case for case in cases if case.opencv])
    other = ""
    if readable.cases:
        found = opencv.run(
            readable.definition,
            readable.weights or b"",
            readable.inputs,
            [f"y{i}_{j}" for i, case in enumerate(readable.cases) for j in range(len(case.expected))],
        )
        other = f", OpenCV {readable.check(found, 1e-5, arrange):.1e} on {len(readable.cases)}"
    record("figures", (kind, f"{len(cases)} cases: Double {double:.1e}, Float {single:.1e}{other}"))
