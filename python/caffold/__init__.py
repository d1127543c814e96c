"""Makes trained Caffe networks ready for inference, by rules.

    import caffold

    result = caffold.fold("deploy.prototxt", "weights.caffemodel", "out/", verify=True)
    for refusal in result.refusals:
        print(refusal.layer, refusal.message)

    caffold.export("deploy.prototxt", "weights.caffemodel", "net.onnx")

Every function runs the command of its name and returns the command's JSON report as dataclasses
(`caffold.results`). A `CaffoldError` carries the messages with their places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from caffold._command import CaffoldError, Diagnostic, Progress, find_binary
from caffold._folding import apply, export, fold
from caffold._looking import check, diff, extract, graph, inspect, reduce, reshape, weights, why
from caffold._rules import prove, rules_list, rules_test
from caffold._running import compare, run, verify

if TYPE_CHECKING:
    from caffold.results import (
        CheckResult,
        CompareResult,
        DiffResult,
        DumpResult,
        ExportResult,
        ExtractResult,
        FoldResult,
        InspectResult,
        ProveResult,
        ReduceResult,
        ReshapeResult,
        RulesListResult,
        RulesTestResult,
        VerifyResult,
        WeightsResult,
        WhyResult,
    )

__all__ = [
    "CaffoldError",
    "CheckResult",
    "CompareResult",
    "Diagnostic",
    "DiffResult",
    "DumpResult",
    "ExportResult",
    "ExtractResult",
    "FoldResult",
    "InspectResult",
    "Progress",
    "ProveResult",
    "ReduceResult",
    "ReshapeResult",
    "RulesListResult",
    "RulesTestResult",
    "VerifyResult",
    "WeightsResult",
    "WhyResult",
    "apply",
    "check",
    "compare",
    "diff",
    "export",
    "extract",
    "find_binary",
    "fold",
    "graph",
    "inspect",
    "prove",
    "reduce",
    "reshape",
    "rules_list",
    "rules_test",
    "run",
    "verify",
    "weights",
    "why",
]


def __getattr__(name: str):
    # Making the dataclasses takes longer than all else that an import does.
    if name.endswith("Result"):
        from caffold import results

        if hasattr(results, name):
            return getattr(results, name)
    raise AttributeError(f"module 'caffold' has no attribute '{name}'")
