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
SCHEMAS = ROOT / "Documentation" / "schemas"

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


class Classes:
    """The dataclasses of all schemas by name. Two objects of one name must be alike."""

    def __init__(self):
        self.lines = {}

    def add_file(self, path):
        document = json.loads(path.read_text())
        if not document["title"].endswith("Result"):
            return  # a file that caffold reads
        for name, part in document["$defs"].items() if "$defs" in document else ():
            self.add(name, part)
        self.add(document["title"], document)

    def add(self, name, schema):
        lines = ["", "", "@dataclass(frozen=True)", f"class {name}(Result):"]
        for key, value in schema["properties"].items():
            lines.append(f"    {attribute(key)}: {self.annotation(value)}")
        if self.lines.setdefault(name, lines) != lines:
            sys.exit(f"two schemas have different objects '{name}'")

    def annotation(self, schema):
        if "$ref" in schema:
            file, _, place = schema["$ref"].partition("#")
            return place.rsplit("/", 1)[1] if place else json.loads((SCHEMAS / file).read_text())["title"]
        if "anyOf" in schema:
            parts = [self.annotation(part) for part in schema["anyOf"] if part != {"type": "null"}]
            joined = parts[0] if len(parts) == 1 else f"Union[{', '.join(parts)}]"
            return f"Optional[{joined}]" if len(parts) < len(schema["anyOf"]) else joined
        if "const" in schema or "enum" in schema:
            first = schema.get("const", schema.get("enum", [""])[0])
            return type(first).__name__
        kind = schema["type"]
        if kind == "array":
            return f"List[{self.annotation(schema['items'])}]"
        if kind == "object" and "properties" not in schema:
            return f"Dict[str, {self.annotation(schema['additionalProperties'])}]"
        if kind == "object":
            self.add(schema["title"], schema)
            return schema["title"]
        return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[kind]


def text():
    classes = Classes()
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        classes.add_file(path)
    return HEAD + "\n".join(line for made in classes.lines.values() for line in made) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if TARGET.read_text() != text():
            sys.exit("python/caffold/results.py is out of date; run python3 python/generate_results.py")
    else:
        TARGET.write_text(text())
