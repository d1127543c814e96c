"""Turns keyword arguments into the flags of the command."""

from __future__ import annotations

import os
from typing import Iterable, List, Mapping, Optional, Union

Path = Union[str, "os.PathLike[str]"]
Paths = Union[Path, Iterable[Path]]
Words = Union[str, Iterable[str]]
Params = Mapping[str, object]
# Values for the inputs of a net: a file, or one for each input by its name.
Inputs = Union[Path, Mapping[str, Path]]
# `(1, 3, 224, 224)`, or `{"data": (1, 3, 224, 224)}` where there are several inputs.
Shapes = Union[Iterable[int], Mapping[str, Iterable[int]]]


def paths(value: Optional[Paths]) -> List[str]:
    if value is None:
        return []
    return [os.fspath(item) for item in ([value] if isinstance(value, (str, os.PathLike)) else value)]


def shapes(value: Optional[Shapes]) -> object:
    """Shapes as `flags` takes them: the sizes of one are one value."""
    if value is None or isinstance(value, (str, Mapping)):
        return value
    return [tuple(value)]


def flags(**given: object) -> List[str]:
    """`rules=["a", "b"]` as `--rules a --rules b`, `param={"mean": (104, 117)}` as `--param mean=104,117`.

    True becomes a bare flag, None and False nothing.
    """
    arguments = []
    for name, value in given.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            arguments.append(flag)
        elif value is not None and value is not False:
            for item in _values(value):
                arguments += [flag, item]
    return arguments


def _values(value):
    if isinstance(value, Mapping):
        return [f"{name}={_text(item)}" for name, item in value.items()]
    if isinstance(value, (str, os.PathLike)) or not isinstance(value, Iterable):
        return [_text(value)]
    return [_text(item) for item in value]


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return ",".join(f"{name}:{_text(item)}" for name, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(_text(item) for item in value)
    return str(value)
