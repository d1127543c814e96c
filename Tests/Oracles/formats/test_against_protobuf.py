"""Mutated texts and weights: what Python's protobuf makes of them is what caffold makes of them."""

import itertools
import random
import re

import caffold
import conftest
import mutations
import nets
import numpy as np
import pytest
from bvlc_schema import NetParameter
from google.protobuf import text_format
from google.protobuf.message import DecodeError

COUNT = 900
EXAMPLES = sorted((caffold.ROOT / "examples").rglob("*.prototxt"))
#: Errors of `check` that are about what is written, as a parser sees it.
OF_THE_TEXT = {
    "syntax", "misspelt-field", "misspelt-word", "other-syntax-field", "repeated-field", "wrong-value",
    "quoted-type", "bare-type", "malformed-net",
}  # fmt: skip
#: Errors about a number that no blob of a layer can have.
OF_A_SIZE = re.compile(r"Value out of range")
#: What protobuf says of a field or word that only a fork has.
OF_A_FORK = re.compile(r'has no (field named "|value named )')
#: What the parser of Caffe, written in C++, takes: bytes that are no UTF-8, and numbers as C writes them.
OF_PYTHON = re.compile(r"codec can't|Invalid octal float|Couldn't parse float")


def texts():
    """Files small enough to be mutated often, and what a slip of the keyboard makes of them."""
    files = [path for path in EXAMPLES if path.stat().st_size < 3000]
    if conftest.shared_names("corpus", "prototxt", pattern="*.prototxt") != ["(shared)"]:
        corpus = conftest.shared("corpus", "prototxt")
        files += [path for path in sorted(corpus.glob("*.prototxt")) if path.stat().st_size < 3000]
    draw = random.Random(7)
    sources = [text for text in (path.read_bytes() for path in files) if parsed(text) is None]
    for _ in range(COUNT):
        yield mutations.mutated_text(draw.choice(sources), draw)


def parsed(text):
    """The error of Python's protobuf; None where there is none."""
    try:
        text_format.Parse(text.decode(), NetParameter())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        return str(error) or "error"
    return None


def test_texts_that_protobuf_refuses_are_refused(command, tmp_path):
    """What one refuses and the other takes are the words of forks."""
    paths = []
    for number, text in enumerate(texts()):
        path = tmp_path / f"{number}.prototxt"
        path.write_bytes(text)
        paths.append(path)
    result = command.run("check", *paths, "--format", "json", timeout=600)
    wrong, counts = [], {True: 0, False: 0}
    for path, net in zip(paths, result.document["nets"], strict=True):
        error = parsed(path.read_bytes())
        errors = [
            finding for finding in net["findings"]
            if finding["severity"] == "error" and finding["rule"] in OF_THE_TEXT
        ]  # fmt: skip
        if error and OF_A_SIZE.search(error):
            errors += [finding for finding in net["findings"] if finding["rule"] == "fault"]
        counts[error is None] += 1
        refused = [finding for finding in errors if finding["rule"] != "malformed-net"]
        if error is None and refused:
            wrong.append(f"{path.name}: refused: {refused[0]['reason']}")
        if error and not errors and not OF_A_FORK.search(error) and not OF_PYTHON.search(error):
            wrong.append(f"{path.name}: taken: {error}")
    assert min(counts.values()) > COUNT // 10, counts
    assert not wrong, "\n".join(wrong)


def weights():
    """Bytes of small weights files, changed here and there."""
    draw = random.Random(11)
    numbers = np.random.default_rng(3)
    net = nets.schema.NetParameter(name="net")
    for index, shape in enumerate([(4, 3, 3, 3), (4,), (2, 8)]):
        nets.fill(
            net.layer.add(name=f"l{index}", type="Convolution"),
            [numbers.normal(size=shape), numbers.normal(size=2)],
        )
    old = net.layers.add(name="old", type=4)
    blob = old.blobs.add(num=1, channels=2, height=1, width=3)
    blob.data.extend(range(6))
    whole = net.SerializeToString()
    for _ in range(COUNT):
        yield mutations.mutated_bytes(whole, draw)


def figures(blob):
    """How many numbers a blob has, and the least and the largest that are finite."""
    values = np.array(blob.data or blob.double_data)
    finite = values[np.isfinite(values)]
    return (len(values), finite.min(), finite.max()) if finite.size else (len(values), None, None)


def layers(data):
    """Names of layers and figures of their blobs as protobuf decodes them; None where it does not."""
    try:
        net = NetParameter.FromString(data)
    except DecodeError:
        return None
    return [(layer.name, [figures(blob) for blob in layer.blobs]) for layer in [*net.layers, *net.layer]]


@pytest.mark.parametrize("part", range(4))
def test_weights_that_protobuf_reads_are_read(command, tmp_path, part):
    """As many numbers from the same least to the same largest, or refused: the file contradicts itself."""
    path = tmp_path / "net.caffemodel"
    wrong, same = [], 0
    for number, data in enumerate(weights()):
        if number % 4 != part:
            continue
        path.write_bytes(data)
        result = command.run("weights", path, "--format", "json")
        expected = layers(data)
        if result.code == 2 and re.search(r"byte \d|is empty|holds no layers", result.stderr):
            if expected and not CONTRADICTIONS.search(result.stderr):
                wrong.append(f"{number}: refused: {result.stderr}")
        elif result.code != 0:
            wrong.append(f"{number}: exit {result.code}: {result.stderr[-200:]}")
        elif expected is not None:
            made = [
                (layer["name"], [(blob["count"], blob["min"], blob["max"]) for blob in layer["blobs"]])
                for layer in result.document["layers"]
            ]
            expected = [(name, blobs) for name, blobs in expected if blobs]
            same += 1
            # A name that is no UTF-8 is shown as its bytes.
            made = [
                (name if isinstance(own, str) else own, blobs)
                for (name, blobs), (own, _) in itertools.zip_longest(made, expected, fillvalue=("", None))
            ]
            if made != expected:
                wrong.append(f"{number}: {made}, expected {expected}")
    assert not wrong, "\n".join(wrong)
    assert same > COUNT // 40


#: Why weights are refused that protobuf reads.
CONTRADICTIONS = re.compile(r"declares|has no|but holds")
