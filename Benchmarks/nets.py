"""Generated net definitions of any size, for measuring how planning grows with the number of layers."""

import argparse
from collections.abc import Iterator
from pathlib import Path

CONVOLUTION = "convolution_param { num_output: 8 kernel_size: 1 bias_term: false }"


def layer(name: str, kind: str, bottoms: list[str], tops: list[str], parameters: str = "") -> str:
    lines = [f'  name: "{name}"', f'  type: "{kind}"']
    lines += [f'  bottom: "{bottom}"' for bottom in bottoms]
    lines += [f'  top: "{top}"' for top in tops]
    if parameters:
        lines.append(f"  {parameters}")
    return "layer {\n" + "\n".join(lines) + "\n}\n"


def header() -> str:
    return 'name: "generated"\ninput: "data"\ninput_shape { dim: 1 dim: 8 dim: 4 dim: 4 }\n'


def block(index: int, bottom: str) -> tuple[list[str], str]:
    """Convolution, BatchNorm, Scale and ReLU, each on a blob of its own."""
    conv, bn, scale, relu = (f"{kind}{index}" for kind in ("conv", "bn", "scale", "relu"))
    layers = [
        layer(conv, "Convolution", [bottom], [conv], CONVOLUTION),
        layer(bn, "BatchNorm", [conv], [bn]),
        layer(scale, "Scale", [bn], [scale], "scale_param { bias_term: true }"),
        layer(relu, "ReLU", [scale], [relu]),
    ]
    return layers, relu


def chain(count: int) -> Iterator[str]:
    """One block behind the other."""
    bottom = "data"
    for index in range(count // 4):
        layers, bottom = block(index, bottom)
        yield from layers


def branches(count: int) -> Iterator[str]:
    """Every block reads the same blob: one value with a quarter of the layers as readers."""
    yield layer("stem", "Convolution", ["data"], ["stem"], CONVOLUTION)
    yield layer("stem_bn", "BatchNorm", ["stem"], ["stem_bn"])
    yield layer("stem_drop", "Dropout", ["stem_bn"], ["stem_drop"])
    for index in range((count - 3) // 4):
        layers, _ = block(index, "stem_drop")
        yield from layers


def inplace(count: int) -> Iterator[str]:
    """All layers on one blob, in place: as many versions of one name as there are layers."""
    yield layer("stem", "Convolution", ["data"], ["x"], CONVOLUTION)
    kinds = ["BatchNorm", "Scale", "ReLU", "Dropout"]
    for index in range(count - 1):
        kind = kinds[index % 4]
        yield layer(f"{kind.lower()}{index}", kind, ["x"], ["x"])


def dropouts(count: int) -> Iterator[str]:
    """A convolution behind nothing but Dropout layers: every layer goes, one bypass after the other."""
    yield layer("stem", "Convolution", ["data"], ["drop-1"], CONVOLUTION)
    for index in range(count - 1):
        yield layer(f"dropout{index}", "Dropout", [f"drop{index - 1}"], [f"drop{index}"])


def fan(count: int) -> Iterator[str]:
    """Every branch begins with a Dropout on one blob: each bypass changes a value with very many readers."""
    yield layer("stem", "Convolution", ["data"], ["stem"], CONVOLUTION)
    for index in range((count - 1) // 2):
        yield layer(f"dropout{index}", "Dropout", ["stem"], [f"dropout{index}"])
        conv = f"conv{index}"
        yield layer(conv, "Convolution", [f"dropout{index}"], [conv], CONVOLUTION)


def varied(count: int) -> Iterator[str]:
    """A chain of which no two layers are written alike."""
    bottom, channels = "data", 8
    for index in range(count // 4):
        layers, top = block(index, bottom)
        number = (index * 7919) % 1_000_003
        channels = 8 + number % 1000
        layers[0] = layers[0].replace("num_output: 8", f"num_output: {channels} stride: {1 + number // 1000}")
        layers[1] = layers[1].replace("\n}", f"\n  batch_norm_param {{ eps: {number + 1}e-9 }}\n}}")
        layers[2] = layers[2].replace("bias_term: true", f"bias_term: true filler {{ value: {number} }}")
        layers[3] = layers[3].replace("\n}", f"\n  relu_param {{ negative_slope: {number}e-9 }}\n}}")
        yield from layers
        bottom = top


SHAPES = {
    "chain": chain,
    "branches": branches,
    "fan": fan,
    "inplace": inplace,
    "dropouts": dropouts,
    "varied": varied,
}


def write(path: Path, shape: str, count: int) -> None:
    """Writes a net of about `count` layers, a few at a time."""
    with path.open("w") as file:
        file.write(header())
        file.writelines(SHAPES[shape](count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=sorted(SHAPES))
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    write(arguments.path, arguments.shape, arguments.count)


if __name__ == "__main__":
    main()
