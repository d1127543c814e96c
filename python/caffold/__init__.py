"""Makes trained Caffe networks ready for inference, by rules.

    import caffold

    result = caffold.fold("deploy.prototxt", "weights.caffemodel", "out/", verify=True)
    for refusal in result.refusals:
        print(refusal.layer, refusal.message)

    caffold.verify("deploy.prototxt", "weights.caffemodel",
                   "out/deploy.prototxt", "out/weights.caffemodel").equal

Every function runs the `caffold` binary, which the package installs, and returns its JSON report as
dataclasses (`caffold.results`). A `CaffoldError` carries the messages with their places.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterable, Mapping, Optional, Sequence, Union

from caffold._command import CaffoldError, Diagnostic, find_binary, run

if TYPE_CHECKING:
    from caffold.results import FoldResult, ProveResult, VerifyResult

__all__ = [
    "CaffoldError",
    "Diagnostic",
    "FoldResult",
    "ProveResult",
    "VerifyResult",
    "find_binary",
    "fold",
    "prove",
    "verify",
]


def __getattr__(name: str):
    # Making the dataclasses takes longer than all else that an import does.
    if name in ("FoldResult", "ProveResult", "VerifyResult"):
        from caffold import results

        return getattr(results, name)
    raise AttributeError(f"module 'caffold' has no attribute '{name}'")


Path = Union[str, "os.PathLike[str]"]
Words = Union[str, Iterable[str]]


def _words(words: Optional[Words]) -> Sequence[str]:
    return [] if words is None else [words] if isinstance(words, str) else list(words)


def _paths(paths) -> Sequence[str]:
    single = paths is None or isinstance(paths, (str, os.PathLike))
    return [os.fspath(path) for path in ([] if paths is None else [paths] if single else paths)]


def _flags(**given) -> Sequence[str]:
    """`rules=["a", "b"]` as `--rules a --rules b`; True as a bare flag; None and False as nothing."""
    arguments = []
    for name, value in given.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            arguments.append(flag)
        elif isinstance(value, (list, tuple)):
            for item in value:
                arguments += [flag, str(item)]
        elif value is not None and value is not False:
            arguments += [flag, str(value)]
    return arguments


def _params(params: Optional[Mapping[str, object]]) -> Sequence[str]:
    def text(value):
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, (list, tuple)):
            return ",".join(text(item) for item in value)
        return str(value)

    return [f"{name}={text(value)}" for name, value in (params or {}).items()]


def fold(
    model: Path,
    weights: Optional[Path] = None,
    out: Optional[Path] = None,
    *,
    select: Optional[Words] = None,
    extend_select: Optional[Words] = None,
    ignore: Optional[Words] = None,
    rules: Union[Path, Iterable[Path], None] = None,
    proto: Union[Path, Iterable[Path], None] = None,
    params: Optional[Mapping[str, object]] = None,
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
    force: bool = False,
    dry_run: bool = False,
    cwd: Optional[Path] = None,
) -> FoldResult:
    """Rewrites a net by rules, writes it into the folder `out`, and returns the report.

    Without `weights` only the definition is rewritten. Without `out` the result is written beside the input.
    Unlike the command, `fold` reads no project file unless `config` names one.

    Raises CaffoldError: status 1 when the check or `verify` found a difference (nothing is written), 2 for
    bad input, a bad file or a bad rule.
    """
    arguments = ["fold", os.fspath(model)]
    if weights is not None:
        arguments.append(os.fspath(weights))
    arguments += _flags(
        output=None if out is None else os.fspath(out),
        definition_only=weights is None,
        select=_words(select),
        extend_select=_words(extend_select),
        ignore=_words(ignore),
        rules=_paths(rules),
        proto=_paths(proto),
        param=_params(params),
        only_layer=_words(only_layer),
        skip_layer=_words(skip_layer),
        config=None if config is None else os.fspath(config),
        no_config=config is None,
        isolated=isolated,
        unsafe=unsafe,
        phase=phase,
        stage=_words(stage),
        no_check=not check,
        verify=verify,
        tolerance=tolerance,
        assume_stored_statistics=assume_stored_statistics,
        force=force,
        dry_run=dry_run,
        format="json",
    )
    from caffold.results import FoldResult

    return FoldResult.from_json(run(arguments, cwd=cwd)[1])


def verify(
    first_model: Path,
    first_weights: Path,
    second_model: Path,
    second_weights: Path,
    *,
    inputs: Union[Path, Iterable[Path], None] = None,
    input_shape: Optional[Words] = None,
    rules: Union[Path, Iterable[Path], None] = None,
    proto: Union[Path, Iterable[Path], None] = None,
    seed: Optional[int] = None,
    samples: Optional[int] = None,
    tolerance: Optional[float] = None,
    cwd: Optional[Path] = None,
) -> VerifyResult:
    """Runs two nets on the same inputs and compares them; `equal` of the result is the verdict.

    Raises CaffoldError for nets that cannot be read or run.
    """
    arguments = ["verify"] + [
        os.fspath(path) for path in (first_model, first_weights, second_model, second_weights)
    ]
    arguments += _flags(
        input=_paths(inputs),
        input_shape=_words(input_shape),
        rules=_paths(rules),
        proto=_paths(proto),
        seed=seed,
        samples=samples,
        tolerance=tolerance,
        format="json",
    )
    from caffold.results import VerifyResult

    return VerifyResult.from_json(run(arguments, cwd=cwd, accepted=(0, 1))[1])


def prove(
    *what: Path,
    proto: Union[Path, Iterable[Path], None] = None,
    params: Optional[Mapping[str, object]] = None,
    instances: Optional[int] = None,
    seed: Optional[int] = None,
    cwd: Optional[Path] = None,
) -> ProveResult:
    """Compares random nets before and after each rule of the files; `good` of the result is the verdict."""
    arguments = ["rules", "prove", *[os.fspath(path) for path in what], "--no-config"]
    arguments += _flags(
        proto=_paths(proto), param=_params(params), instances=instances, seed=seed, format="json"
    )
    from caffold.results import ProveResult

    return ProveResult.from_json(run(arguments, cwd=cwd, accepted=(0, 1))[1])
