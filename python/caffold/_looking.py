"""Commands that look at nets, compare what is written in them, and cut them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterable, Optional, Union

from caffold import _arguments as arguments
from caffold._arguments import Params, Path, Paths, Shapes, Words
from caffold._command import call, text_of

if TYPE_CHECKING:
    from caffold.results import (
        CheckResult,
        DiffResult,
        ExtractResult,
        InspectResult,
        ReduceResult,
        ReshapeResult,
        WeightsResult,
        WhyResult,
    )


def check(
    model: Path,
    weights: Optional[Path] = None,
    *,
    target: Optional[Paths] = None,
    rules: Optional[Paths] = None,
    select: Optional[Words] = None,
    ignore: Optional[Words] = None,
    params: Optional[Params] = None,
    input_shape: Optional[Shapes] = None,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    proto: Optional[Paths] = None,
    baseline: Optional[Path] = None,
    cwd: Optional[Path] = None,
) -> CheckResult:
    """Looks for what is wrong with a net; `target` also for what another program refuses or misreads.

    Errors that are found are part of the result and raise nothing.
    """
    command = ["check", *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        target=target,
        rules=rules,
        select=select,
        ignore=ignore,
        param=params,
        input_shape=arguments.shapes(input_shape),
        phase=phase,
        stage=stage,
        proto=proto,
        baseline=baseline,
        format="json",
    )
    from caffold.results import CheckResult

    return CheckResult.from_json(call(command, cwd=cwd, accepted=(0, 1)))


def inspect(
    model: Path,
    weights: Optional[Path] = None,
    *,
    input_shape: Optional[Shapes] = None,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    cwd: Optional[Path] = None,
) -> InspectResult:
    """Lists the layers of a net: shapes, parameters, cost, memory, and what is strange about them.

    `model` may be a weights file alone, or an ONNX file.
    """
    command = ["inspect", *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        input_shape=arguments.shapes(input_shape),
        phase=phase,
        stage=stage,
        rules=rules,
        proto=proto,
        format="json",
    )
    from caffold.results import InspectResult

    return InspectResult.from_json(call(command, cwd=cwd))


def graph(
    model: Path,
    weights: Optional[Path] = None,
    out: Optional[Path] = None,
    *,
    input_shape: Optional[Shapes] = None,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    cwd: Optional[Path] = None,
) -> str:
    """Draws a net into the file `out`, a page (.html), a picture (.svg) or a text (.dot); returns its path.

    Without `out` it returns the text, in Graphviz's language. A picture needs Graphviz's program `dot`.
    """
    command = ["graph", *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        output=out,
        input_shape=arguments.shapes(input_shape),
        phase=phase,
        stage=stage,
        rules=rules,
        proto=proto,
    )
    printed = text_of(command, cwd=cwd)
    return printed if out is None else os.fspath(out)


def weights(
    weights: Path,
    layer: Optional[str] = None,
    *,
    npy: Optional[Path] = None,
    cwd: Optional[Path] = None,
) -> WeightsResult:
    """Shape, type, range and, for the layers of the glob `layer`, histogram of each blob.

    `npy` is a folder into which the blobs are written as NumPy files.
    """
    command = ["weights", *arguments.paths(weights), *([] if layer is None else [layer])]
    command += arguments.flags(npy=npy, format="json")
    from caffold.results import WeightsResult

    return WeightsResult.from_json(call(command, cwd=cwd))


def diff(
    first: Path,
    second: Path,
    first_weights: Optional[Path] = None,
    second_weights: Optional[Path] = None,
    *,
    tolerance: Optional[float] = None,
    proto: Optional[Paths] = None,
    cwd: Optional[Path] = None,
) -> DiffResult:
    """Compares two nets by what is written in them; `same` of the result is the verdict."""
    command = ["diff", *arguments.paths([first, second])]
    command += arguments.paths(first_weights) + arguments.paths(second_weights)
    command += arguments.flags(tolerance=tolerance, proto=proto, format="json")
    from caffold.results import DiffResult

    return DiffResult.from_json(call(command, cwd=cwd, accepted=(0, 1)))


def why(
    layer: str,
    model: Path,
    weights: Optional[Path] = None,
    *,
    rule: Optional[str] = None,
    select: Optional[Words] = None,
    extend_select: Optional[Words] = None,
    ignore: Optional[Words] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    params: Optional[Params] = None,
    config: Optional[Path] = None,
    isolated: bool = False,
    unsafe: bool = False,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    cwd: Optional[Path] = None,
) -> WhyResult:
    """Says for one layer what each rule found there, and why it did nothing."""
    command = ["why", layer, *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        rule=rule,
        select=select,
        extend_select=extend_select,
        ignore=ignore,
        rules=rules,
        proto=proto,
        param=params,
        config=config,
        no_config=config is None,
        isolated=isolated,
        unsafe=unsafe,
        phase=phase,
        stage=stage,
        format="json",
    )
    from caffold.results import WhyResult

    return WhyResult.from_json(call(command, cwd=cwd))


def extract(
    model: Path,
    weights: Optional[Path] = None,
    out: Optional[Path] = None,
    *,
    from_: Optional[Words] = None,
    to: Optional[Words] = None,
    input_shape: Optional[Shapes] = None,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    proto: Optional[Paths] = None,
    force: bool = False,
    cwd: Optional[Path] = None,
) -> ExtractResult:
    """Makes the layers between some blobs a net of its own, in the folder `out`.

    Without `out` nothing is written. `from_` are the blobs that become inputs, `to` those that the part ends
    with.
    """
    command = ["extract", *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        output=out,
        dry_run=out is None,
        to=to,
        input_shape=arguments.shapes(input_shape),
        phase=phase,
        stage=stage,
        proto=proto,
        force=force,
        format="json",
        **{"from": from_},
    )
    from caffold.results import ExtractResult

    return ExtractResult.from_json(call(command, cwd=cwd))


def reshape(
    model: Path,
    out: Optional[Path] = None,
    *,
    batch: Optional[int] = None,
    size: Union[int, Iterable[int], None] = None,
    input_shape: Optional[Shapes] = None,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    proto: Optional[Paths] = None,
    force: bool = False,
    cwd: Optional[Path] = None,
) -> ReshapeResult:
    """Gives the inputs of a net another batch, size (height, width) or shape, in the folder `out`.

    Without `out` nothing is written, and `misfits` of the result are the layers that do not suit the shapes.

    Raises CaffoldError with status 1 when `out` is given and layers do not suit the shapes; nothing is
    written then.
    """
    command = ["reshape", *arguments.paths(model)]
    command += arguments.flags(
        output=out,
        dry_run=out is None,
        batch=batch,
        size=size if size is None or isinstance(size, int) else "x".join(str(int(side)) for side in size),
        input_shape=arguments.shapes(input_shape),
        phase=phase,
        stage=stage,
        proto=proto,
        force=force,
        format="json",
    )
    from caffold.results import ReshapeResult

    accepted = (0, 1) if out is None else (0,)
    return ReshapeResult.from_json(call(command, cwd=cwd, accepted=accepted))


def reduce(
    model: Path,
    weights: Optional[Path] = None,
    out: Optional[Path] = None,
    *,
    command: str,
    says: Optional[str] = None,
    timeout: Optional[float] = None,
    runs: Optional[int] = None,
    keep_shapes: bool = False,
    input_shape: Optional[Shapes] = None,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    proto: Optional[Paths] = None,
    force: bool = False,
    cwd: Optional[Path] = None,
) -> ReduceResult:
    """Finds the smallest net for which a shell command still fails, and writes it to the folder `out`.

    In the command, {model} and {weights} stand for the files of the net to try. A net counts if the command
    ends with the same status as for the whole net, and prints `says` if that is given. `timeout` is in
    seconds, for one run of the command. Without `out` nothing is written.

    Raises CaffoldError with status 1 when the command does not fail for the whole net.
    """
    words = ["reduce", *arguments.paths(model), *arguments.paths(weights)]
    words += arguments.flags(
        output=out,
        dry_run=out is None,
        says=says,
        timeout=timeout,
        runs=runs,
        keep_shapes=keep_shapes,
        input_shape=arguments.shapes(input_shape),
        phase=phase,
        stage=stage,
        proto=proto,
        force=force,
        format="json",
        **{"while": command},
    )
    from caffold.results import ReduceResult

    return ReduceResult.from_json(call(words, cwd=cwd))
