"""Commands about rules: list, test, prove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from caffold import _arguments as arguments
from caffold._arguments import Params, Path, Paths, Words
from caffold._command import Progress, call

if TYPE_CHECKING:
    from caffold.results import ProveResult, RulesListResult, RulesTestResult


def rules_list(
    *,
    select: Optional[Words] = None,
    extend_select: Optional[Words] = None,
    ignore: Optional[Words] = None,
    rules: Optional[Paths] = None,
    proto: Optional[Paths] = None,
    params: Optional[Params] = None,
    config: Optional[Path] = None,
    isolated: bool = False,
    unsafe: bool = False,
    cwd: Optional[Path] = None,
) -> RulesListResult:
    """Lists the rules that a fold with the same arguments would try, in their order."""
    command = ["rules", "list"]
    command += arguments.flags(
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
        format="json",
    )
    from caffold.results import RulesListResult

    return RulesListResult.from_json(call(command, cwd=cwd))


def rules_test(*what: Path, proto: Optional[Paths] = None, cwd: Optional[Path] = None) -> RulesTestResult:
    """Runs the tests inside rules: of files and folders, or of built-in rules by id, glob or tag.

    `good` of the result is the verdict: all tests passed, and every rule has one.
    """
    command = ["rules", "test", *arguments.paths(what), "--no-config"]
    command += arguments.flags(proto=proto, format="json")
    from caffold.results import RulesTestResult

    return RulesTestResult.from_json(call(command, cwd=cwd, accepted=(0, 1)))


def prove(
    *what: Path,
    proto: Optional[Paths] = None,
    params: Optional[Params] = None,
    instances: Optional[int] = None,
    seed: Optional[int] = None,
    tolerance: Optional[float] = None,
    together: bool = False,
    cwd: Optional[Path] = None,
    progress: Optional[Callable[[Progress], None]] = None,
) -> ProveResult:
    """Compares random nets before and after each rule of the files; `good` of the result is the verdict.

    With `together` the nets of each rule are rewritten by all the rules.
    """
    command = ["rules", "prove", *arguments.paths(what), "--no-config"]
    command += arguments.flags(
        proto=proto,
        param=params,
        instances=instances,
        seed=seed,
        tolerance=tolerance,
        together=together,
        format="json",
    )
    from caffold.results import ProveResult

    return ProveResult.from_json(call(command, cwd=cwd, accepted=(0, 1), progress=progress))
