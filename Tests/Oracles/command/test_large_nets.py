"""Nets with tens of thousands of layers, blobs and slips: time grows with their size, not with its square."""

import resource

import pytest
from small_nets import layer

COUNT = 40_000
#: Seconds of the processor, of which anything quadratic takes a minute and more, and bytes.
LIMITS = [(resource.RLIMIT_CPU, 20), (resource.RLIMIT_DATA, 2 << 30)]
INPUT = 'input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n'


def repeated(text, count=COUNT):
    return "".join(text(number) for number in range(count))


NETS = {
    "bottoms that nothing makes": lambda: (
        INPUT + 'layer { name: "c" type: "Concat" ' + repeated(lambda i: f'bottom: "u{i}" ') + 'top: "c" }\n'
    ),
    "layers whose bottom nothing makes": lambda: INPUT + repeated(lambda i: layer("ReLU", f"r{i}", f"u{i}")),
    "bottoms that are nearly right": lambda: INPUT + repeated(lambda i: layer("ReLU", f"r{i}", f"dat{i}x")),
    "one top many times": lambda: (
        INPUT + 'layer { name: "c" type: "Vendor" bottom: "data" ' + 'top: "t" ' * COUNT + "}\n"
    ),
    "one top of many layers": lambda: INPUT + repeated(lambda i: layer("ReLU", f"r{i}", "data", "t")),
    "types that nobody knows": lambda: INPUT + repeated(lambda i: layer(f"Vendor{i}", f"r{i}", "data")),
    "slips in one line": lambda: (
        INPUT.replace("\n", " ")
        + repeated(lambda i: layer("ReLu", f"r{i}", "data", None, "botom: 1").replace("\n", " "), COUNT // 4)
    ),
    "comments that suppress": lambda: (
        INPUT
        + repeated(
            lambda i: "# caffold: ignore misspelt-type because of it\n" + layer(f"ReLUu{i}", f"r{i}", "data"),
            COUNT // 4,
        )
    ),
    "inputs that nobody reads": lambda: (
        repeated(lambda i: f'input: "d{i}" input_shape {{ dim: 1 }}\n') + layer("ReLU", "r", "d0")
    ),
    "long names that nothing makes": lambda: (
        INPUT + repeated(lambda i: layer("ReLU", f"r{i}", "q" * 65_536 + str(i), "q" * 65_536 + f"x{i}"), 30)
    ),
    "long types": lambda: INPUT + repeated(lambda i: layer("ReLU" * 16_000 + str(i), f"r{i}", "data"), 10),
}
COMMANDS = {
    "check": lambda model, out: ["check", model],
    "target": lambda model, out: ["check", model, "--target", "mnn"],
    "fold": lambda model, out: ["fold", model, "--definition-only", "-o", out, "--no-config"],
    "inspect": lambda model, out: ["inspect", model],
    "reshape": lambda model, out: ["reshape", model, "--batch", "2", "-o", out],
    "diff": lambda model, out: ["diff", model, model],
    "run": lambda model, out: ["run", model, model.with_suffix(".caffemodel"), "--outputs", out / "x.npz"],
    "verify": lambda model, out: [
        "verify",
        model,
        model.with_suffix(".caffemodel"),
        model,
        model.with_suffix(".caffemodel"),
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nets")


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("name", NETS)
def test_time_grows_with_the_size(command, name, verb, folder, tmp_path):
    model = folder / (name.replace(" ", "-") + ".prototxt")
    if not model.exists():
        model.write_text(NETS[name]())
        model.with_suffix(".caffemodel").write_bytes(b"\n\x01n")
    done = command.run(*COMMANDS[verb](model, tmp_path), timeout=600, limits=LIMITS)
    assert done.code in (0, 1, 2), (done.code, done.stderr[-300:])
