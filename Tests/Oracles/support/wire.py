"""Protobuf's wire format: enough to cut messages apart and to write what a library would not."""

import struct

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, payload):
    """A length-delimited field."""
    return varint(number << 3 | BYTES) + varint(len(payload)) + payload


def unpacked_floats(number, values):
    tag = varint(number << 3 | FIXED32)
    return b"".join(tag + struct.pack("<f", value) for value in values)


def _read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def split(data):
    """The fields of a message in order: (number, wire type, payload or value, whole field's bytes)."""
    at = 0
    while at < len(data):
        began = at
        tag, at = _read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = _read_varint(data, at)
        else:
            length = {FIXED64: 8, FIXED32: 4}.get(kind)
            if length is None:
                assert kind == BYTES, f"wire type {kind} at byte {began}"
                length, at = _read_varint(data, at)
            assert at + length <= len(data), f"field {number} at byte {began} ends behind its message"
            value, at = data[at : at + length], at + length
        yield number, kind, value, data[began:at]
