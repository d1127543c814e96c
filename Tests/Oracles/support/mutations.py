"""What slips of the keyboard and damaged disks make of texts and weights."""

import re

TOKEN = re.compile(rb'"[^"\n]*"|[A-Za-z_]\w*|[-+.\d]\w*|[{}:<>;,\[\]]|\s+|.', re.DOTALL)
WORDS = [
    b'{', b'}', b':', b'"', b"'", b'-1', b'1e3', b'0x1F', b'017', b'true', b't', b'layer', b'#',
    b'<', b'>', b';', b',', b'[1, 2]', b'[]', b'inf', b'nan', b'1.5f', b'"a" "b"',
    b'"\\x41\\102\\n"', b'\xff', b'99999999999999999999',
]  # fmt: skip
NUMBERS = [
    b'0x1F', b'017', b'08', b'-1', b'1e3', b'1.', b'.5', b'1.5f', b'1f', b'4294967295',
    b'4294967296', b'2147483648', b'-2147483649', b'true', b'inf', b'-nan', b'1e999', b'- 1',
    b'0x', b'1e', b'00', b'-0',
]  # fmt: skip
# Not `+1`, `1_0` and `\q`, which Python alone takes.
STRINGS = [
    b"'a'", b'"a" \'b\'', b'"a"\n"b"', b'"\\x41"', b'"\\101"', b'"\\u00e9"',
    b'"\\"', b'"a', b'a', b'"\xc3\xa9"', b'"\\xff"', b'"\t"', b'"a\nb"', b'""',
]  # fmt: skip
#: Numbers that a net can have and that ask much of a reader: empty, huge, one too few.
SIZES = [
    b'0', b'1', b'2', b'3', b'7', b'1000', b'65536', b'16777217', b'2147483647', b'4294967295',
    b'-1', b'1e-30',
]  # fmt: skip


def mutated_text(source, draw, sizes=False):
    """The text with one token gone, repeated or another; with `sizes`, often a number of `SIZES`."""
    tokens = TOKEN.findall(source)
    places = [place for place, token in enumerate(tokens) if not token.isspace()]
    place, other = draw.choice(places), draw.choice(places)
    change = draw.randrange(6)
    if sizes and draw.randrange(2):
        found = [place for place in places if tokens[place][0] in b"0123456789"]
        if found:
            tokens[draw.choice(found)] = draw.choice(SIZES)
    elif change == 0:
        del tokens[place]
    elif change == 1:
        tokens.insert(place, tokens[other])
    elif change == 2:
        tokens[place] = draw.choice(WORDS)
    elif change == 3:
        tokens.insert(place, draw.choice([b" ", b"\n", b"# x\n", b"\t", b"\r", b"\x0c"]))
    else:
        # A number or a string written otherwise.
        wanted, others = (b"0123456789", NUMBERS) if change == 4 else (b'"', STRINGS)
        found = [place for place in places if tokens[place][0] in wanted]
        if found:
            tokens[draw.choice(found)] = draw.choice(others)
    return b"".join(tokens)


def mutated_bytes(source, draw):
    """The bytes with one to three of them changed, gone or new, or cut off somewhere."""
    data = bytearray(source)
    for _ in range(draw.choice([1, 1, 2, 3])):
        if not data:
            break
        place = draw.randrange(len(data))
        change = draw.randrange(4)
        if change == 0:
            data[place] = draw.randrange(256)
        elif change == 1:
            del data[place]
        elif change == 2:
            data.insert(place, draw.randrange(256))
        else:
            del data[place:]
    return bytes(data)
