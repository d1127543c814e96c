"""What random calls of operators are made with: choices and arrays from seeds, and the list of generators."""

import dataclasses

import numpy as np
from layer_cases import Random
from operator_runs import Call

#: The newest version of the operator set.
NEWEST = 28
#: How many cases each operator has.
COUNT = 60


@dataclasses.dataclass
class Case:
    call: Call
    #: Places of inputs that have type int32 in ONNX, for which the evaluator takes int64.
    narrow: tuple = ()
    #: The allowed difference, relative to the largest number; 0 for operators that only move or choose.
    tolerance: float = 0
    #: Whether outputs are sets along this axis: their order is not specified.
    unordered: int = None


GENERATORS = {}


def operator(*names, tolerance=0.0):
    """Registers a generator `(Random, name) -> Case or Call` of operators."""

    def register(generator):
        for name in names:
            GENERATORS[name] = (generator, tolerance)
        return generator

    return register


class Draw(Random):
    """Choices and arrays of one case."""

    def opset(self, first=13, last=NEWEST):
        return self.integer(first, last)

    def sizes(self, least=0, most=5, longest=6, empty=0.06):
        """A shape of any rank; now and then with an empty axis."""
        shape = [self.integer(1, longest) for _ in range(self.integer(least, most))]
        if shape and self.chance(empty):
            shape[self.integer(0, len(shape) - 1)] = 0
        return shape

    def floats(self, shape, scale=2.0):
        return np.asarray(self.normal(*shape, scale=scale), np.float32)

    def whole(self, shape, low=-9, high=9):
        return np.asarray(self.rng.integers(low, high + 1, shape), np.int64)

    def truths(self, shape):
        return np.asarray(self.rng.random(shape) < 0.5)

    def values(self, shape, kinds="fhib"):
        """Numbers of one of some types: float, half, int64, bool."""
        kind = self.choice(kinds)
        if kind == "f":
            return self.floats(shape)
        if kind == "h":
            return np.asarray(self.floats(shape), np.float16)
        return self.whole(shape) if kind == "i" else self.truths(shape)

    def few(self, shape):
        """Numbers of which many are equal."""
        return np.asarray(self.rng.integers(-3, 4, shape), np.float32)

    def broadcast(self, count, **options):
        """Shapes that go together."""
        whole = self.sizes(**options)
        shapes = [
            [1 if self.chance(0.3) else size for size in whole[self.integer(0, len(whole)) if whole else 0 :]]
            for _ in range(count)
        ]
        shapes[self.integer(0, count - 1)] = whole
        return shapes

    def signed(self, axis, rank):
        """An axis, from the front or from the end."""
        return axis if self.chance(0.6) else axis - rank

    def axes(self, rank, least=0):
        """Different axes in any order, some from the end."""
        chosen = self.sample(range(rank), self.integer(min(least, rank), rank))
        return [self.signed(int(axis), rank) for axis in chosen]


def ints(*values):
    return np.array(values, np.int64)


def given(**attributes):
    """Attributes without those that are left out."""
    return {name: value for name, value in attributes.items() if value is not None}
