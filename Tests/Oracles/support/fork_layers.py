"""Layers of forks in NumPy, by the formulas and loops of their sources: random cases of each type."""

import fork_layers_axes  # noqa: F401
import fork_layers_elementwise  # noqa: F401
import fork_layers_flow  # noqa: F401
import fork_layers_recurrent  # noqa: F401
import fork_layers_regions  # noqa: F401
import fork_layers_windows  # noqa: F401
from fork_draw import MAKERS

__all__ = ["MAKERS"]
