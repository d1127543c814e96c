"""Turns a JSON document into the dataclasses of `caffold.results`."""

from __future__ import annotations

import dataclasses
import functools
import html
import keyword
import re
import typing


def attribute(key):
    """`lostInEightBits` as Python spells it; a trailing underscore keeps clear of keywords."""
    word = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m[1].lower(), key)
    return word + "_" if keyword.iskeyword(word) else word


@functools.cache
def _fields(cls):
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _convert(value, hint):
    origin = typing.get_origin(hint)
    if origin is typing.Union:
        choices = [choice for choice in typing.get_args(hint) if choice is not type(None)]
        if value is None or len(choices) > 1:
            return value
        return _convert(value, choices[0])
    if origin is list:
        return [_convert(item, typing.get_args(hint)[0]) for item in value]
    if origin is dict:
        return {key: _convert(item, typing.get_args(hint)[1]) for key, item in value.items()}
    if dataclasses.is_dataclass(hint):
        return hint.from_json(value)
    return value


class Result:
    """A part of a report; attributes are the keys of the JSON document, spelt with underscores."""

    @classmethod
    def from_json(cls, document):
        """Makes an instance from the parsed JSON; keys that this version does not know are left out."""
        spelt = {attribute(key): value for key, value in document.items()}
        return cls(**{name: _convert(spelt.get(name), hint) for name, hint in _fields(cls).items()})

    def _repr_html_(self):
        """A table for notebooks: one row per attribute; a list of results is a table of its own."""
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{_cell(getattr(self, name))}</td></tr>"
            for name in _fields(type(self))
        )
        return f"<table><tbody>{rows}</tbody></table>"


# A notebook that shows a net of a thousand layers shall stay quick.
_MOST_ROWS = 100


def _cell(value):
    if isinstance(value, Result):
        return value._repr_html_()
    if isinstance(value, dict):
        return ", ".join(f"{html.escape(str(key))}: {_cell(item)}" for key, item in value.items())
    if not isinstance(value, list):
        return html.escape("" if value is None else str(value))
    if not value or not all(isinstance(item, Result) for item in value):
        return ", ".join(_cell(item) for item in value)
    names = list(_fields(type(value[0])))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    rows = [
        "<tr>" + "".join(f"<td>{_cell(getattr(item, name))}</td>" for name in names) + "</tr>"
        for item in value[:_MOST_ROWS]
    ]
    if len(value) > _MOST_ROWS:
        rows.append(f"<tr><td colspan={len(names)}>{len(value) - _MOST_ROWS} more</td></tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
