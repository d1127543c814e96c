"""Writes python/caffold/results.py: one dataclass per object of the JSON schemas in Documentation/schemas.

python3 python/generate_results.py          # write the file
python3 python/generate_results.py --check  # exit 1 if the file differs from the schemas
"""

import importlib.util
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "python" / "caffold" / "results.py"
SCHEMAS = ["fold", "verify", "prove"]

HEAD = '''"""What the commands of caffold return. Made by python/generate_results.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Union

from caffold._decoding import Result
'''


def load_decoding():
    """The package's own module, without the package, which needs the file that is made here."""
    spec = importlib.util.spec_from_file_location("decoding", TARGET.parent / "_decoding.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


attribute = load_decoding().attribute


def annotation(schema):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "anyOf" in schema:
        parts = [annotation(part) for part in schema["anyOf"] if part != {"type": "null"}]
        joined = parts[0] if len(parts) == 1 else f"Union[{', '.join(parts)}]"
        return f"Optional[{joined}]" if len(parts) < len(schema["anyOf"]) else joined
    if "const" in schema or "enum" in schema:
        return "str"
    kind = schema["type"]
    if kind == "array":
        return f"List[{annotation(schema['items'])}]"
    if kind == "object":
        return f"Dict[str, {annotation(schema['additionalProperties'])}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[kind]


def dataclass(name, schema):
    lines = ["", "", "@dataclass(frozen=True)", f"class {name}(Result):"]
    lines += [f"    {attribute(key)}: {annotation(value)}" for key, value in schema["properties"].items()]
    return lines


def text():
    classes = {}
    for schema in SCHEMAS:
        document = json.loads((ROOT / "Documentation" / "schemas" / f"{schema}.schema.json").read_text())
        for name, part in [*document["$defs"].items(), (document["title"], document)]:
            made = dataclass(name, part)
            if classes.setdefault(name, made) != made:
                sys.exit(f"{schema}.schema.json: '{name}' differs from another schema's object")
    return HEAD + "\n".join(line for made in classes.values() for line in made) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if TARGET.read_text() != text():
            sys.exit("python/caffold/results.py is out of date; run python3 python/generate_results.py")
    else:
        TARGET.write_text(text())
