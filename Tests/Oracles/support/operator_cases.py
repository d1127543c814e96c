"""Random calls of all operators: `cases(operator)` makes them, `OPERATORS` says which there are."""

import operator_cases_elementwise  # noqa: F401
import operator_cases_indexing  # noqa: F401
import operator_cases_reducing  # noqa: F401
import operator_cases_shape  # noqa: F401
import operator_cases_windows  # noqa: F401
from operator_draw import COUNT, GENERATORS, NEWEST, Case, Draw

__all__ = ["COUNT", "NEWEST", "OPERATORS", "cases"]

OPERATORS = sorted(GENERATORS)


def cases(name, count=COUNT):
    generator, tolerance = GENERATORS[name]
    found = []
    for seed in range(count):
        made = generator(Draw(*name.encode(), seed), name)
        case = made if isinstance(made, Case) else Case(made)
        case.tolerance = case.tolerance or tolerance
        found.append(case)
    return found
