"""Commands that run nets: verify, run, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Mapping, Optional, Union

from caffold import _arguments as arguments
from caffold._arguments import Inputs, Path, Paths, Shapes
from caffold._command import Progress, call

if TYPE_CHECKING:
    from caffold.results import CompareResult, DumpResult, VerifyResult


def verify(
    first_model: Path,
    first_weights: Path,
    second_model: Path,
    second_weights: Optional[Path] = None,
    *,
    inputs: Optional[Inputs] = None,
    input_shape: Optional[Shapes] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    seed: Optional[int] = None,
    samples: Optional[int] = None,
    tolerance: Optional[float] = None,
    double: bool = False,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> VerifyResult:
    """Runs two nets on the same inputs and compares them; `equal` of the result is the verdict.

    The second one may be an ONNX file, without weights of its own. Raises CaffoldError for nets that cannot
    be read or run.
    """
    command = ["verify", *arguments.paths([first_model, first_weights, second_model])]
    command += arguments.paths(second_weights)
    command += arguments.flags(
        input=inputs,
        input_shape=arguments.shapes(input_shape),
        rules=rules,
        proto=proto,
        seed=seed,
        samples=samples,
        tolerance=tolerance,
        double=double,
        format="json",
    )
    from caffold.results import VerifyResult

    return VerifyResult.from_json(call(command, cwd=cwd, accepted=(0, 1), progress=progress))


def run(
    model: Path,
    weights: Path,
    outputs: Path,
    *,
    inputs: Optional[Inputs] = None,
    input_shape: Optional[Shapes] = None,
    all: bool = False,
    double: bool = False,
    seed: Optional[int] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> DumpResult:
    """Runs a net and writes its outputs, or all its blobs, into a folder or a `.npz` file.

    Outputs that could not be computed are in `missing` of the result.
    """
    command = ["run", *arguments.paths([model, weights])]
    command += arguments.flags(
        outputs=outputs,
        input=inputs,
        input_shape=arguments.shapes(input_shape),
        all=all,
        double=double,
        seed=seed,
        rules=rules,
        proto=proto,
        format="json",
    )
    from caffold.results import DumpResult

    return DumpResult.from_json(call(command, cwd=cwd, accepted=(0, 1), progress=progress))


def compare(
    model: Path,
    weights: Path,
    outputs: Path,
    *,
    map: Optional[Path] = None,
    inputs: Optional[Inputs] = None,
    input_shape: Optional[Shapes] = None,
    each_layer: bool = False,
    tolerance: Union[float, Mapping[str, float], None] = None,
    double: bool = False,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> CompareResult:
    """Compares blobs that another runtime dumped with what the net computes; `equal` is the verdict.

    `tolerance` is one number, or one for each of "float", "half" and "int8".
    """
    command = ["compare", *arguments.paths([model, weights])]
    command += arguments.flags(
        outputs=outputs,
        map=map,
        input=inputs,
        input_shape=arguments.shapes(input_shape),
        each_layer=each_layer,
        tolerance=tolerance,
        double=double,
        rules=rules,
        proto=proto,
        format="json",
    )
    from caffold.results import CompareResult

    return CompareResult.from_json(call(command, cwd=cwd, accepted=(0, 1), progress=progress))
