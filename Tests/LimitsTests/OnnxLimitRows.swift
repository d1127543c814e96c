import CaffeIO
import RuleModel
import WireTestSupport

@testable import Definitions
@testable import Export
@testable import OnnxIO
@testable import Operators
@testable import Rules

let onnxLimits = [
  Limit(
    "nodes, values, attributes, names and runs of elements of a model together", OnnxLimits().parts,
    "OnnxLimits.parts", in: "OnnxIO/Reading/OnnxLimits.swift", tried: 7, isExact: false
  ) { size, limit in
    var limits = OnnxLimits()
    limits.parts = limit
    let nodes = (0..<size).flatMap { _ in Wire.message(1, Wire.string(4, "Relu")) }
    _ = try OnnxReader(bytes: Wire.bytes(7, nodes), path: "net.onnx", limits: limits).read()
  },
  Limit(
    "bytes of tensors and lists in attributes", OnnxLimits().attributeBytes, "OnnxLimits.attributeBytes",
    in: "OnnxIO/Reading/OnnxLimits.swift", unit: .bytes, tried: 7, isExact: false
  ) { size, limit in
    var limits = OnnxLimits()
    limits.attributeBytes = limit
    let list = Wire.string(1, "a") + Wire.bytes(7, Wire.floats(Array(repeating: 1, count: size)))
    let node = Wire.message(1, Wire.string(4, "Relu"), Wire.bytes(5, list))
    _ = try OnnxReader(bytes: Wire.bytes(7, node), path: "net.onnx", limits: limits).read()
  },
  Limit(
    "numbers of a tensor", OperatorLimits.count, "OperatorLimits.count",
    in: "Operators/Describing/OperatorLimits.swift"
  ) { size, _ in
    try OperatorLimits.check([size])
  },
  Limit(
    "axes of a tensor", OperatorLimits.rank, "OperatorLimits.rank",
    in: "Operators/Describing/OperatorLimits.swift"
  ) { size, _ in
    try OperatorLimits.check(Array(repeating: 1, count: size))
  },
  Limit(
    "numbers of the values that are held at a time while a graph is run", GraphLimits.heldNumbers,
    "GraphLimits.heldNumbers", in: "Definitions/Running/OnnxExecution.swift",
    then: "an error that names the node", test: "GraphLimitTests.valuesAreHeldWithinALimit"),
  Limit(
    "numbers of the net's blobs that are kept to compare a graph with", OnnxProof().mostKept,
    "OnnxProof.mostKept", in: "Export/Proof/OnnxProof.swift",
    then: "blobs that are no outputs are not compared; where outputs have more, an error",
    test: "GraphLimitTests.whatThereIsNoRoomForIsNotCompared"),
  Limit(
    "multiplications of an operator, some ten seconds", OperatorLimits.multiplications,
    "OperatorLimits.multiplications", in: "Operators/Describing/OperatorLimits.swift"
  ) { size, _ in
    try OperatorLimits.check(multiplications: [size])
  },
  Limit(
    "pairs of boxes that a NonMaxSuppression compares, some ten seconds", OperatorLimits.pairs,
    "OperatorLimits.pairs", in: "Operators/Describing/OperatorLimits.swift",
    then: "an error that names the node", test: "test_hostile_onnx.test_each_is_answered"),
  Limit(
    "a size, stride or pad of an operator", OperatorLimits.size, "OperatorLimits.size",
    in: "Operators/Describing/OperatorLimits.swift",
    then: "an error that names the operator", test: "OperatorErrorTests.eachMistakeHasItsSentence"),
  Limit(
    "operators of a definition in a rule file", DefinitionChecker.stepLimit, "DefinitionChecker.stepLimit",
    in: "Rules/Definitions/DefinitionChecker.swift"
  ) { size, _ in
    let steps = String(repeating: "      - {op: Sigmoid}\n", count: size)
    let text = "schema: 1\nlayers:\n  - type: VendorGate\n    summary: S.\n    means:\n" + steps
    let (_, errors) = RuleFile.check(
      source(text), kernels: [], reasons: [], operators: OperatorForm.all)
    if let error = errors.first { throw error }
  },
  Limit(
    "tests of a definition in a rule file", DefinitionTestChecker.limit, "DefinitionTestChecker.limit",
    in: "Rules/Definitions/DefinitionTestChecker.swift"
  ) { size, _ in
    let tests = String(repeating: "      - {name: n, bottoms: [1], tops: [1]}\n", count: size)
    let text =
      "schema: 1\nlayers:\n  - type: VendorGate\n    summary: S.\n    means: [{op: Relu}]\n    tests:\n"
      + tests
    let (_, errors) = RuleFile.check(
      source(text), kernels: [], reasons: [], operators: OperatorForm.all)
    if let error = errors.first { throw error }
  },
  Limit(
    "operators that the definition of one layer makes", LayerLowering.limit, "LayerLowering.limit",
    in: "Definitions/Lowering/LayerLowering.swift", then: "an error that names the layer",
    test: "LoweringTests.aDefinitionThatFailsIsSaid"),
  Limit(
    "bytes of a model that is written, the weights beside it not counted", OnnxWriter.Options().mostBytes,
    "OnnxWriter.Options.mostBytes", in: "OnnxIO/Writing/OnnxWriter.swift", unit: .bytes,
    then: "weights go into a file beside the model; without them, an error",
    test: "OutputTests.dataGoesBesideTheModelWhenItMust"),
]
