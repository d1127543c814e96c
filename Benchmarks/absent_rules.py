"""Generated rules that cannot match, for measuring what rules cost that a net has no use for."""

import argparse
from pathlib import Path


def write(path: Path, count: int) -> None:
    """Writes rules for layers of types that no net has."""
    lines = ["schema: 1", "rules:"]
    for index in range(count):
        lines += [
            f"  - id: absent-{index}",
            f"    summary: Drop a layer of a type that no net has, number {index}.",
            f"    match: {{it: {{type: Absent{index}}}}}",
            "    rewrite: {remove: it}",
        ]
    path.write_text("\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    write(arguments.path, arguments.count)


if __name__ == "__main__":
    main()
