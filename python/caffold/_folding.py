"""Commands that write another net: fold, apply, export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from caffold import _arguments as arguments
from caffold._arguments import Params, Path, Paths, Shapes, Words
from caffold._command import Progress, call

if TYPE_CHECKING:
    from caffold.results import ExportResult, FoldResult


def fold(
    model: Path,
    weights: Optional[Path] = None,
    out: Optional[Path] = None,
    *,
    select: Optional[Words] = None,
    extend_select: Optional[Words] = None,
    ignore: Optional[Words] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    params: Optional[Params] = None,
    only_layer: Optional[Words] = None,
    skip_layer: Optional[Words] = None,
    config: Optional[Path] = None,
    isolated: bool = False,
    unsafe: bool = False,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    check: bool = True,
    verify: bool = False,
    tolerance: Optional[float] = None,
    assume_stored_statistics: bool = False,
    plan: Optional[Path] = None,
    report: Optional[Path] = None,
    force: bool = False,
    dry_run: bool = False,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> FoldResult:
    """Rewrites a net by rules, writes it into the folder `out`, and returns the report.

    Without `weights` only the definition is rewritten. Without `out` the result is written beside the input;
    with `plan` and without `out` only the plan is written. `report` is a page about the fold (.html), written
    whatever comes of the run. Unlike the command, `fold` reads no project file unless `config` names one.

    Raises CaffoldError: status 1 when the check or `verify` found a difference (nothing is written), 2 for
    bad input, a bad file or a bad rule.
    """
    command = ["fold", *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        output=out,
        definition_only=weights is None,
        select=select,
        extend_select=extend_select,
        ignore=ignore,
        rules=rules,
        proto=proto,
        param=params,
        only_layer=only_layer,
        skip_layer=skip_layer,
        config=config,
        no_config=config is None,
        isolated=isolated,
        unsafe=unsafe,
        phase=phase,
        stage=stage,
        no_check=not check,
        verify=verify,
        tolerance=tolerance,
        assume_stored_statistics=assume_stored_statistics,
        plan=plan,
        report=report,
        force=force,
        dry_run=dry_run,
        format="json",
    )
    from caffold.results import FoldResult

    return FoldResult.from_json(call(command, cwd=cwd, progress=progress))


def apply(
    plan: Path,
    out: Optional[Path] = None,
    *,
    model: Optional[Path] = None,
    weights: Optional[Path] = None,
    check: bool = True,
    verify: bool = False,
    tolerance: Optional[float] = None,
    report: Optional[Path] = None,
    force: bool = False,
    dry_run: bool = False,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> FoldResult:
    """Makes the rewrites of a plan file, these and no others, and writes the net into the folder `out`.

    `model` and `weights` say where the files are when they are not where they were when the plan was made.
    Raises CaffoldError as `fold` does, and for a plan that does not suit the files or the rules.
    """
    command = ["apply", *arguments.paths(plan), *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        output=out,
        no_check=not check,
        verify=verify,
        tolerance=tolerance,
        report=report,
        force=force,
        dry_run=dry_run,
        format="json",
    )
    from caffold.results import FoldResult

    return FoldResult.from_json(call(command, cwd=cwd, progress=progress))


def export(
    model: Path,
    weights: Optional[Path] = None,
    out: Optional[Path] = None,
    *,
    opset: Optional[int] = None,
    batch: Optional[int] = None,
    dynamic_batch: bool = False,
    input_shape: Optional[Shapes] = None,
    fold: bool = True,
    float: bool = False,
    select: Optional[Words] = None,
    extend_select: Optional[Words] = None,
    ignore: Optional[Words] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    params: Optional[Params] = None,
    only_layer: Optional[Words] = None,
    skip_layer: Optional[Words] = None,
    config: Optional[Path] = None,
    isolated: bool = False,
    unsafe: bool = False,
    phase: Optional[str] = None,
    stage: Optional[Words] = None,
    check: bool = True,
    tolerance: Optional[float] = None,
    force: bool = False,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> ExportResult:
    """Folds a net, writes it as the ONNX file `out`, and proves the file against the Caffe net.

    Raises CaffoldError: status 1 when the file does not compute what the net does (nothing is written; the
    error's `report` names the blob), 2 for bad input and for a layer that ONNX cannot express.
    """
    command = ["export", *arguments.paths(model), *arguments.paths(weights)]
    command += arguments.flags(
        output=out,
        opset=opset,
        batch=batch,
        dynamic_batch=dynamic_batch,
        input_shape=arguments.shapes(input_shape),
        no_fold=not fold,
        float=float,
        select=select,
        extend_select=extend_select,
        ignore=ignore,
        rules=rules,
        proto=proto,
        param=params,
        only_layer=only_layer,
        skip_layer=skip_layer,
        config=config,
        no_config=config is None,
        isolated=isolated,
        unsafe=unsafe,
        phase=phase,
        stage=stage,
        no_check=not check,
        tolerance=tolerance,
        force=force,
        format="json",
    )
    from caffold.results import ExportResult

    return ExportResult.from_json(call(command, cwd=cwd, progress=progress))
