"""Products of sizes and traps in the sources: a list says of each file or folder why no input can reach them.

Sizes from a file pass `Shape` or `LayerLimits.check` first. A product or a trap in a file outside the lists
fails, and so does an entry of the lists that nothing needs any more.
"""

import re

from caffold import ROOT

SOURCES = ROOT / "Sources"
PRODUCT = re.compile(r"reduce\(1, (\*|&\*)\)|reduce\(1\) \{ \$0 \*")
TRAP = re.compile(r"\b(precondition|preconditionFailure|fatalError)\(|\btry!|\bas! ")

#: Folder or file -> why the products there are within 64 bits.
PRODUCTS = {
    "Tensors/Shape.swift": "the shape was checked when it was made, and so was each part of it",
    "Tensors/LazyTensor+Product.swift": "part of a `Shape`",
    "Tensors/TensorView.swift": "axes of a `Shape`",
    "Tensors/Tensor+Selection.swift": "part of the shape of a tensor in memory",
    "Tensors/Tensor+Kernels.swift": "the evaluator has held the shape against its limit",
    "RuleModel/Expressions/Comprehension.swift": "part of the shape of a tensor in memory",
    "Operators": "tensors in memory, and outputs that passed `OperatorLimits.check`",
    "Layers/Arithmetic/NetValue.swift": "shapes that passed `LayerLimits.check`, or a product that saturates",
    "CaffeIO/Wire/ScaleStack.swift": "factors, not sizes",
    "CaffeIO/Wire/BlobWriter.swift": "held against the numbers that are there",
    "CaffeIO/Wire/BlobContent.swift": "held against the numbers that are there",
    "Engine/Parameters/MatchEnvironment+Scaling.swift": "part of a `Shape`",
}
#: Folder or file -> why no input reaches the traps there.
TRAPS = {
    "Tensors": "the caller has checked the shape",
    "Operators/Describing": "the call was checked against the operator's signature",
    "Rules/Definitions/BuiltinDefinitions.swift": "the built-in definitions are read by a test",
    "Verification/Proving/RuleProver.swift": "the same draws make the same net",
    "OnnxIO/Writing": "what is written was made here",
    "OnnxIO/Model/OnnxTensorSource.swift": "offsets were checked when the file was read",
    "OnnxIO/Reading": "the parser has just made the place",
    "Layers/Describing/FusedReLU.swift": "runs of one layer are of one kind",
    "Layers/Arithmetic": "shapes come from the layer's own inference, which was checked",
    "Definitions/Lowering/LoweredLayer.swift": "there are no blobs without weights",
    "CaffeIO/Schema/Schema.swift": "the built-in schema is read by a test",
    "CaffeIO/Wire": "ranges were held against the file when it was read",
    "Engine/Graph/NetGraph+Rewriting.swift": "transactions do not nest",
    "Engine/Parameters/BlobSource.swift": "there are no blobs without weights",
    "Engine/Planning": "rules are checked against the registry before",
    "Engine/Kernels/Kernel.swift": "the kernel's signature has the layer",
}


def files(pattern):
    """The sources that have a line which matches, comments apart."""
    return [
        path.relative_to(SOURCES).as_posix()
        for path in sorted(SOURCES.rglob("*.swift"))
        if any(pattern.search(line.split("//")[0]) for line in path.read_text().splitlines())
    ]


def hold(pattern, reasons):
    """Each file that matches has a reason, and each reason has a file."""

    def is_below(name, key):
        return name == key or name.startswith(key + "/")

    found = files(pattern)
    assert [name for name in found if not any(is_below(name, key) for key in reasons)] == []
    assert [key for key in reasons if not any(is_below(name, key) for name in found)] == []


def test_products_of_sizes_are_checked():
    hold(PRODUCT, PRODUCTS)


def test_traps_are_out_of_reach():
    hold(TRAP, TRAPS)
