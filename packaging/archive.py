"""A ZIP archive whose entries are deflated as well as can be, the same bytes for the same input.

The package `deflate` makes a wheel a tenth smaller than zlib's best level does; without it zlib is used.
"""

import struct
import sys
import zlib

# 2020-01-01 00:00:00, as MS-DOS writes it.
DATE, TIME = (2020 - 1980) << 9 | 1 << 5 | 1, 0
VERSION, DEFLATED, UTF8 = 20, 8, 1 << 11


def deflated(content):
    try:
        from deflate import deflate_compress
    except ImportError:
        print("going on without the package deflate: the archive becomes larger", file=sys.stderr)
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        return compressor.compress(content) + compressor.flush()
    return bytes(deflate_compress(content, 12))


def archive(files):
    """The archive of `files`: name -> (content, mode). Below 4 GiB, as wheels are."""
    body, directory = b"", b""
    for name, (content, mode) in files.items():
        packed, path = deflated(content), name.encode()
        common = struct.pack(
            "<HHHHHIIIHH", VERSION, UTF8, DEFLATED, TIME, DATE, zlib.crc32(content), len(packed),
            len(content), len(path), 0,
        )  # fmt: skip
        made_on_unix = 3 << 8 | VERSION
        attributes = (0o100000 | mode) << 16
        directory += b"PK\1\2" + struct.pack("<H", made_on_unix) + common
        directory += struct.pack("<HHHII", 0, 0, 0, attributes, len(body)) + path
        body += b"PK\3\4" + common + path + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end
