"""Single layers with random parameters: what caffold's executor makes of them, and what others do."""

import dataclasses
import random

import nets
import numpy as np
import opencv
import probe

COUNT = 60


@dataclasses.dataclass
class Case:
    """A layer with its bottoms, and its tops as NumPy has them in float64."""

    kind: str
    parameters: str
    bottoms: list
    expected: list
    blobs: list = dataclasses.field(default_factory=list)

    @property
    def inputs(self):
        return {f"in{i}": value for i, value in enumerate(self.bottoms)}

    @property
    def definition(self):
        lines = []
        for name, value in self.inputs.items():
            dims = " ".join(f"dim: {size}" for size in value.shape)
            shape = f"input_param {{ shape {{ {dims} }} }}"
            lines.append(f'layer {{ name: "{name}" type: "Input" top: "{name}" {shape} }}')
        names = " ".join(f'bottom: "{name}"' for name in self.inputs)
        names += "".join(f' top: "top{i}"' for i in range(len(self.expected)))
        lines.append(f'layer {{ name: "it" type: "{self.kind}" {names} {self.parameters} }}')
        return "\n".join(lines).encode()

    @property
    def weights(self):
        message = nets.schema.NetParameter()
        if self.blobs:
            nets.fill(message.layer.add(name="it", type=self.kind), self.blobs)
        return message.SerializeToString()

    def _tops(self, made):
        return [made[f"top{i}"] for i in range(len(self.expected))]

    def run(self, *flags):
        """The tops as caffold makes them, in Float, or with --double in Double."""
        inputs = {name: value.astype(np.float64) for name, value in self.inputs.items()}
        return self._tops(probe.run(self.definition, self.weights if self.blobs else None, inputs, *flags))

    def run_opencv(self):
        return self._tops(opencv.run(self.definition, self.weights, self.inputs))


class Draw:
    """Random choices from a seed."""

    def __init__(self, seed, for_opencv=False):
        #: OpenCV knows images of four axes, no `concat_dim` and the like, and no values of one axis.
        self.for_opencv = for_opencv
        self.random = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.choice, self.integer = self.random.choice, self.random.randint

    def chance(self, probability):
        return self.random.random() < probability

    def values(self, *shape, scale=1.0):
        return (self.numpy.standard_normal(shape) * scale).astype(np.float32)

    def shape(self, least=1, most=5, longest=6):
        return [self.integer(1, longest) for _ in range(4 if self.for_opencv else self.integer(least, most))]

    def axis(self, shape, positive=False):
        """An axis and how it is written: from the front, or negative from the end."""
        axis = self.integer(0, len(shape) - 1)
        return axis, axis if positive or self.chance(0.6) else axis - len(shape)


def compare(found, expected, what):
    """The largest difference relative to the largest value, for tops of the same shapes."""
    worst = 0.0
    for value, other in zip(found, expected, strict=True):
        assert value.shape == other.shape, f"{what}: {value.shape} instead of {other.shape}"
        assert np.isfinite(value).all(), f"{what}: not finite"
        if value.size:
            largest = max(np.abs(other).max(), 1e-30)
            worst = max(worst, float(np.abs(value.astype(np.float64) - other).max() / largest))
    return worst


def check_numpy(make, tolerance, record, double=1e-12):
    """Both precisions against NumPy for many seeds."""
    worst = [0.0, 0.0]
    for seed in range(COUNT):
        case = make(Draw(seed))
        what = f"seed {seed}: {case.kind} {case.parameters} {[value.shape for value in case.bottoms]}"
        for place, (flags, limit) in enumerate([([], tolerance), (["--double"], min(tolerance, double))]):
            error = compare(case.run(*flags), case.expected, what)
            worst[place] = max(worst[place], error)
            assert error <= limit, f"{what} {' '.join(flags)}: differs by {error:.1e}"
    record("figures", (case.kind, f"NumPy, {COUNT} cases: Float {worst[0]:.1e}, Double {worst[1]:.1e}"))


def check_opencv(make, tolerance, record, arrange=lambda top: top):
    """Float against OpenCV for as many seeds; `make` returns None for what OpenCV cannot do.

    `arrange` brings the values of a top into an order in which they can be compared.
    """
    worst, seed, done = 0.0, 0, 0
    while done < COUNT:
        case = make(Draw(1000 + seed, for_opencv=True))
        seed += 1
        assert seed < 20 * COUNT, "hardly any case is for OpenCV"
        if case is None:
            continue
        what = f"seed {999 + seed}: {case.kind} {case.parameters} {[value.shape for value in case.bottoms]}"
        found, expected = (list(map(arrange, tops)) for tops in (case.run(), case.run_opencv()))
        worst = max(worst, error := compare(found, expected, what))
        assert error <= tolerance, f"{what}: differs by {error:.1e}"
        done += 1
    record("figures", (case.kind + " ", f"OpenCV, {COUNT} cases: Float {worst:.1e}"))
