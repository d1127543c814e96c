"""Random calls of elementwise operators."""

import numpy as np
from operator_draw import given, operator
from operator_runs import Call

UNARY = {
    "Abs": "fi", "Neg": "fi", "Sign": "fi", "Floor": "f", "Ceil": "f", "Round": "f", "Sqrt": "f",
    "Reciprocal": "f", "Relu": "f",
}  # fmt: skip
FUNCTIONS = ["Exp", "Log", "Sigmoid", "Tanh", "Softplus", "HardSwish"]


@operator(*UNARY, tolerance=1e-7)
def unary(r, name):
    values = r.values(r.sizes(), UNARY[name])
    if name in ("Round", "Sign"):
        values = np.round(values * 2) / 2 if values.dtype == np.float32 else values
    if name == "Sqrt":
        values = np.abs(values)
    return Call(name, [values], opset=r.opset())


@operator(*FUNCTIONS, tolerance=1e-6)
def function(r, name):
    values = r.floats(r.sizes(), scale=r.choice([0.1, 2.0, 10.0]))
    return Call(
        name, [np.abs(values) if name == "Log" else values], opset=r.opset(14 if name == "HardSwish" else 13)
    )


@operator("LeakyRelu", "Elu", "HardSigmoid", tolerance=1e-6)
def parametrised(r, name):
    alpha = r.number(0, 2) if r.chance(0.7) else None
    beta = r.number(-1, 1) if name == "HardSigmoid" and r.chance(0.6) else None
    return Call(name, [r.floats(r.sizes())], given(alpha=alpha, beta=beta), opset=r.opset())


@operator("Add", "Sub", "Mul", "Div", tolerance=1e-7)
def arithmetic(r, name):
    a, b = r.broadcast(2)
    if r.chance(0.3):
        divisor = r.whole(b, 1, 9) if name == "Div" else r.whole(b)
        return Call(
            name, [r.whole(a, 0 if name == "Div" and r.chance(0.5) else -9), divisor], opset=r.opset()
        )
    return Call(name, [r.floats(a), r.floats(b)], opset=r.opset())


@operator("Mod", tolerance=1e-7)
def mod(r, name):
    a, b = r.broadcast(2)
    if r.chance(0.5):
        opset = r.opset()
        return Call(
            name, [r.floats(a), r.floats(b)], {"fmod": r.choice([0, 1]) if opset >= 28 else 1}, opset=opset
        )
    divisor = r.whole(b, 1, 9) * r.choice([-1, 1])
    return Call(name, [r.whole(a), divisor], given(fmod=r.choice([None, 0, 1])), opset=r.opset())


@operator("Dropout")
def dropout(r, name):
    """Outside of training; in training the result is of chance."""
    data, opset = r.floats(r.sizes()), r.opset(11)
    if opset < 12:
        return Call(name, [data], given(ratio=r.choice([None, 0.25])), opset=opset)
    ratio = r.choice([None, np.array(0.25, np.float32)])
    mode = [np.array(False)] if r.chance(0.3) else []
    inputs = [data, ratio, *mode] if mode or ratio is not None else [data]
    return Call(name, inputs, given(seed=r.choice([None, 3])), opset=opset)


@operator("Pow", tolerance=1e-6)
def power(r, name):
    a, b = r.broadcast(2)
    base = np.abs(r.floats(a)) if r.chance(0.7) else r.whole(a, 0, 5)
    exponent = r.whole(b, 0, 4) if r.chance(0.4) or base.dtype == np.int64 else r.floats(b, 1)
    return Call(name, [base, exponent], opset=r.opset())


@operator("Max", "Min", "Sum", "Mean", tolerance=2e-7)
def variadic(r, name):
    shapes = r.broadcast(r.integer(1, 4))
    whole = name in ("Max", "Min") and r.chance(0.3)
    return Call(name, [r.whole(shape) if whole else r.floats(shape) for shape in shapes], opset=r.opset())


@operator("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
def comparison(r, name):
    kinds = "fib" if name == "Equal" else "fi"
    kind = r.choice(kinds)
    arrays = [r.few(shape) if kind == "f" else r.values(shape, kind) // (1 if kind == "b" else 3)
              if kind != "b" else r.truths(shape) for shape in r.broadcast(2)]  # fmt: skip
    return Call(name, arrays, opset=r.opset())


@operator("And", "Or")
def logical(r, name):
    return Call(name, [r.truths(shape) for shape in r.broadcast(2)], opset=r.opset())


@operator("Not")
def negation(r, name):
    return Call(name, [r.truths(r.sizes())], opset=r.opset())


@operator("PRelu", tolerance=1e-7)
def prelu(r, name):
    shape = r.sizes(least=1)
    slope = [1 if r.chance(0.5) else size for size in shape[r.integer(0, len(shape) - 1) :]]
    return Call(name, [r.floats(shape), r.floats(slope)], opset=r.opset())


@operator("Clip")
def clip(r, name):
    values = r.values(r.sizes(), "ffi")
    kind = values.dtype.type
    low = np.array(r.integer(-4, 0), kind) if r.chance(0.7) else None
    high = np.array(r.integer(0, 4), kind) if r.chance(0.7) else None
    return Call(
        name, [values, low, high][: 3 if high is not None else 2 if low is not None else 1], opset=r.opset()
    )


@operator("Where")
def where(r, name):
    shapes = r.broadcast(3)
    kind = r.choice("fhib")
    return Call(
        name, [r.truths(shapes[0]), *(r.values(shape, kind) for shape in shapes[1:])], opset=r.opset()
    )


@operator("Cast")
def cast(r, name):
    values = r.values(r.sizes())
    if values.dtype in (np.float32, np.float16):
        values = (values * r.choice([1, 1, 100])).astype(values.dtype)
    return Call(name, [values], {"to": r.choice([1, 7, 9, 10])}, opset=r.opset())
