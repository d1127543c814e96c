"""Runs `caffold inspect`, and holds its JSON report against the schema."""

import json

import caffold
import json_schema

SCHEMA = caffold.ROOT / "Documentation" / "schemas" / "inspect.schema.json"


def inspect(command, *arguments):
    done = command.run("inspect", *arguments, "--format", "json")
    assert done.code == 0, done.stderr
    return done.document


def validate(document, folder):
    path = folder / "report.json"
    path.write_text(json.dumps(document))
    code, said = json_schema.validate("--schemafile", SCHEMA, path)
    assert code == 0, said
