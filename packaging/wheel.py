"""Builds the wheel: the stripped static binary as a script, and the Python package beside it.

    python3 packaging/wheel.py BINARY FOLDER

The wheel suits every Python from 3.9 on and every Linux of the binary's architecture. The same input gives
the same bytes.
"""

import base64
import hashlib
import platform
import sys
from pathlib import Path

from archive import archive
from version import version

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ["LICENSE", "THIRD-PARTY-NOTICES"]

METADATA = """Metadata-Version: 2.4
Name: caffold
Version: {version}
Summary: Makes trained Caffe networks ready for inference, with rules; proves that they compute the same
License-Expression: Apache-2.0
License-File: LICENSE
License-File: THIRD-PARTY-NOTICES
Requires-Python: >=3.9
Keywords: caffe,batchnorm,fold,inference,deep learning
Description-Content-Type: text/markdown

{readme}"""

WHEEL = """Wheel-Version: 1.0
Generator: caffold
Root-Is-Purelib: false
Tag: {tag}
"""


def build(binary, folder):
    number = version(binary)
    tag = f"py3-none-manylinux2014_{platform.machine()}"
    info = f"caffold-{number}.dist-info"
    files = {f"caffold-{number}.data/scripts/caffold": (Path(binary).read_bytes(), 0o755)}
    for path in sorted((ROOT / "python" / "caffold").glob("*")):
        if path.suffix == ".py" or path.name == "py.typed":
            files[f"caffold/{path.name}"] = (path.read_bytes(), 0o644)
    readme = (ROOT / "python" / "README.md").read_text()
    files[f"{info}/METADATA"] = (METADATA.format(version=number, readme=readme).encode(), 0o644)
    files[f"{info}/WHEEL"] = (WHEEL.format(tag=tag).encode(), 0o644)
    for name in NOTICES:
        files[f"{info}/licenses/{name}"] = ((ROOT / name).read_bytes(), 0o644)
    record = []
    for name, (content, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(content)}")
    record.append(f"{info}/RECORD,,")
    files[f"{info}/RECORD"] = ("\n".join(record).encode() + b"\n", 0o644)

    target = Path(folder) / f"caffold-{number}-{tag}.whl"
    target.write_bytes(archive(files))
    return target


if __name__ == "__main__":
    print(build(*sys.argv[1:]))
