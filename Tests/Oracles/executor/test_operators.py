"""Every operator on random calls, held against onnx's reference evaluator and onnxruntime.

Where the two disagree, `operator_exceptions` says which one is right, and why.
"""

import functools

import numpy as np
import operator_runs
import pytest
from operator_cases import COUNT, NEWEST, OPERATORS, cases
from operator_exceptions import DIFFERENCES, difference

RUNNERS = {"reference": operator_runs.by_reference, "onnxruntime": operator_runs.by_onnxruntime}


@functools.cache
def computed():
    """For each operator its cases with what the evaluator made of them; one process for all."""
    found = {name: cases(name) for name in OPERATORS}
    every = [case for name in OPERATORS for case in found[name]]
    results, seconds = operator_runs.by_probe([case.call for case in every])
    results = iter(results)
    return {name: [(case, next(results)) for case in found[name]] for name in OPERATORS}, seconds


def largest_difference(ours, theirs, case):
    """The largest difference of two lists of outputs, relative to the largest number of each output."""
    assert len(ours) == len(theirs)
    worst = 0.0
    for own, their in zip(ours, theirs):
        assert own.shape == their.shape
        assert own.dtype == their.dtype
        if case.unordered is not None:
            own, their = np.sort(own, case.unordered), np.sort(their, case.unordered)
        own, their = own.astype(np.float64), their.astype(np.float64)
        with np.errstate(all="ignore"):
            apart = np.where((own == their) | (np.isnan(own) & np.isnan(their)), 0, np.abs(own - their))
        assert not np.isnan(apart).any(), "one has a number where the other has none"
        scale = np.max(np.abs(their[np.isfinite(their)]), initial=0)
        worst = max(worst, np.max(apart, initial=0) / (scale or 1))
    return float(worst)


@pytest.mark.parametrize("name", OPERATORS)
def test_operator(name, record_property):
    worst = dict.fromkeys(RUNNERS, 0.0)
    asked = dict.fromkeys(RUNNERS, 0)
    for seed, (case, result) in enumerate(computed()[0][name]):
        assert not isinstance(result, operator_runs.Failed), f"case {seed}, {case.call}: {result}"
        exception = difference(case.call)
        for runner in [exception.follows] if exception else RUNNERS:
            apart = largest_difference(result, RUNNERS[runner](case.call, case.narrow), case)
            assert apart <= case.tolerance, f"case {seed}, {runner}, {case.call}: {apart}"
            worst[runner] = max(worst[runner], apart)
            asked[runner] += 1
    assert sum(asked.values()) >= len(computed()[0][name]) >= 50
    record_property("figures", (name, "  ".join(f"{asked[of]} {of} {worst[of]:.1e}" for of in RUNNERS)))


#: ONNX defines it by constants in single precision: the reference evaluator's 1/6 is no nearer than that.
IN_DOUBLE = {"HardSwish": 1e-6}

#: The reference evaluator refuses doubles: in its definition by other operators the constants are floats.
NOT_IN_DOUBLE = {"MeanVarianceNormalization"}


@functools.cache
def computed_in_double():
    """For each operator its cases in double precision: what ONNX is given, what the evaluator makes of it."""
    found = {}
    for name in OPERATORS:
        every = [(case, operator_runs.widened(case.call)) for case in cases(name) if not case.narrow]
        found[name] = [(case, *calls) for case, calls in every if calls]
    calls = [own for name in OPERATORS for _, own, _ in found[name]]
    results = iter(operator_runs.by_probe(calls, "--double")[0])
    return {name: [(case, other, next(results)) for case, _, other in found[name]] for name in OPERATORS}


@pytest.mark.parametrize("name", [name for name in OPERATORS if name not in NOT_IN_DOUBLE])
def test_operator_in_double(name, record_property):
    """Nothing is rounded to single precision: the reference evaluator computes in the type of its inputs."""
    if not computed_in_double()[name]:
        pytest.skip("ONNX has it for floats alone")
    worst, asked = 0.0, 0
    for seed, (case, call, result) in enumerate(computed_in_double()[name]):
        assert not isinstance(result, operator_runs.Failed), f"case {seed}, {case.call}: {result}"
        exception = difference(case.call)
        if exception and exception.follows != "reference":
            continue
        apart = largest_difference(result, operator_runs.by_reference(call), case)
        assert apart <= IN_DOUBLE.get(name, 1e-12), f"case {seed}, {case.call}: {apart}"
        worst, asked = max(worst, apart), asked + 1
    record_property("figures", (name, f"{asked} in double {worst:.1e}"))


def test_every_operator_has_cases():
    assert sorted(operator_runs.signatures()) == OPERATORS
    assert COUNT >= 50


@pytest.mark.parametrize("entry", DIFFERENCES, ids=lambda entry: f"{entry.operators[0]}: {entry.why[:40]}")
def test_each_difference_is_one(entry):
    """An entry that no case needs is out of date."""
    other = RUNNERS["reference" if entry.follows == "onnxruntime" else "onnxruntime"]
    for name in entry.operators:
        for case, result in computed()[0][name]:
            if difference(case.call) is not entry:
                continue
            try:
                if largest_difference(result, other(case.call, case.narrow), case) > case.tolerance:
                    return
            except Exception:
                return
    pytest.fail("both references agree with the evaluator")


#: What the evaluator leaves out: it refuses these attributes by name.
LEFT_OUT = {
    "LSTM": {"activation_alpha", "activation_beta", "activations", "clip", "input_forget"},
    "RNN": {"activation_alpha", "activation_beta", "activations", "clip"},
    "Constant": {"sparse_value", "value_string", "value_strings"},
}


@pytest.mark.parametrize("name", OPERATORS)
def test_signature_is_onnx(name):
    """Inputs, outputs, attributes and defaults of each version, against the schemas of the package onnx."""
    signature = operator_runs.signatures()[name]
    for opset in signature.opsets:
        schema = operator_runs.onnx.defs.get_schema(name, opset, "")
        inputs = {key: words for key, (versions, *words) in signature.inputs.items() if opset in versions}
        # Some inputs had other names once, and fewer types before version 13: those of today are meant.
        assert len(inputs) == len(schema.inputs), opset
        assert opset < NEWEST or list(inputs) == [one.name for one in schema.inputs]
        for (own, (presence, types)), one in zip(inputs.items(), schema.inputs) if opset >= 13 else []:
            assert presence == one.option.name.lower().replace("single", "required"), (own, opset)
            if own != "sequence_lens":
                assert {f"tensor({word})" for word in types.split(" ")} <= set(one.types), (own, opset)
        given = {key: words for key, (versions, *words) in signature.attributes.items() if opset in versions}
        assert set(given) == set(schema.attributes) - LEFT_OUT.get(name, set()), opset
        for key, one in schema.attributes.items():
            if key in given:
                kind, absence = given[key]
                assert kind == one.type.name.lower(), (key, opset)
                assert (absence == "required") == one.required, (key, opset)
                if one.default_value.name and absence not in ("required", "open"):
                    default = operator_runs.onnx.helper.get_attribute_value(one.default_value)
                    default = default.decode() if isinstance(default, bytes) else default
                    assert absence == str(default) or float(absence) == pytest.approx(default), (key, opset)
    assert signature.opsets[-1] == NEWEST
