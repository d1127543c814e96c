"""Empties the tables by which a stack is unwound, a tenth of the binary.

    python3 packaging/slim.py BINARY

Nothing unwinds caffold's stack: its errors are values, a trap ends the process, and no C++ exception leaves
the runtime. The sections stay where they are, filled with zeros, which their readers take for empty tables.
"""

import struct
import sys
from pathlib import Path

TABLES = {b".eh_frame", b".eh_frame_hdr"}


def sections(elf):
    """The sections of a 64-bit little-endian ELF file: name, offset, size."""
    assert elf[:6] == b"\x7fELF\2\1", "not a 64-bit little-endian ELF file"
    (start,) = struct.unpack_from("<Q", elf, 40)
    entry, count, names = struct.unpack_from("<HHH", elf, 58)
    headers = [struct.unpack_from("<IIQQQQ", elf, start + entry * index) for index in range(count)]
    texts = headers[names][4]
    for name, _, _, _, offset, size in headers:
        yield bytes(elf[texts + name : elf.index(b"\0", texts + name)]), offset, size


def slim(path):
    elf = bytearray(path.read_bytes())
    found = [(offset, size) for name, offset, size in sections(elf) if name in TABLES]
    for offset, size in found:
        elf[offset : offset + size] = bytes(size)
    path.write_bytes(elf)


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
