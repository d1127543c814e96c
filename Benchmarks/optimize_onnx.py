"""onnxoptimizer on a file, with the pass that folds BatchNormalization into convolutions."""

import sys

import onnx
import onnxoptimizer


def main() -> None:
    source, destination = sys.argv[1:]
    model = onnxoptimizer.optimize(onnx.load(source), ["fuse_bn_into_conv"])
    if any(node.op_type == "BatchNormalization" for node in model.graph.node):
        sys.exit("error: some of the normalisations were not folded")
    onnx.save(model, destination)


if __name__ == "__main__":
    main()
