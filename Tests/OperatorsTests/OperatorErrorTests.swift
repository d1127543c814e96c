import Testing

@testable import Operators

struct OperatorErrorTests {
  private static func floats(_ shape: Int...) -> OperatorTensor<Float> {
    OperatorTensor(shape: shape, values: .float(Array(repeating: 1, count: shape.reduce(1, *))))
  }

  private static func whole(_ values: Int64...) -> OperatorTensor<Float> {
    OperatorTensor(shape: [values.count], values: .int64(values))
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let call: OperatorCall
    let inputs: [OperatorTensor<Float>?]
    let sentence: String
    var testDescription: String { sentence }

    init(_ call: OperatorCall, _ inputs: [OperatorTensor<Float>?], _ sentence: String) {
      self.call = call
      self.inputs = inputs
      self.sentence = sentence
    }
  }

  static let mistakes = [
    Mistake(OperatorCall(name: "Convv"), [], "this operator is not known; did you mean 'Conv'?"),
    Mistake(
      OperatorCall(name: "Relu", opset: 9), [floats(2)],
      "expected a version of the operator set from 11 to 28, found 9"),
    Mistake(
      OperatorCall(name: "HardSwish", opset: 13), [floats(2)],
      "expected a version of the operator set from 14 to 28, found 13"),
    Mistake(
      OperatorCall(name: "Relu", attributes: ["alpha": .float(1)]), [floats(2)],
      "expected no attributes, found 'alpha'"),
    Mistake(
      OperatorCall(name: "Softmax", attributes: ["axes": .int(1)]), [floats(2)],
      "the attribute 'axes' is not known; did you mean 'axis'?"),
    Mistake(
      OperatorCall(name: "Gemm", attributes: ["bias": .int(1)]), [floats(2, 2), floats(2, 2)],
      "the attribute 'bias' is not known; there are 'alpha', 'beta', 'transA' and 'transB'"),
    Mistake(
      OperatorCall(name: "ReduceMean", attributes: ["axes": .ints([0])], opset: 18), [floats(2)],
      "the attribute 'axes' exists in the versions 11 to 17 of the operator set, not in 18"),
    Mistake(OperatorCall(name: "Concat"), [floats(2)], "the attribute 'axis' is missing"),
    Mistake(
      OperatorCall(name: "Concat", attributes: ["axis": .float(1)]), [floats(2)],
      "expected a whole number for 'axis', found a number"),
    Mistake(
      OperatorCall(name: "Pad", attributes: ["mode": .string("mirror")]), [floats(2), whole(0, 0)],
      "expected 'constant', 'reflect', 'edge' or 'wrap' for 'mode', found 'mirror'"),
    Mistake(
      OperatorCall(name: "Pad", attributes: ["mode": .string("wrap")]), [floats(2), whole(0, 0)],
      "expected 'constant', 'reflect' or 'edge' for 'mode', found 'wrap'"),
    Mistake(
      OperatorCall(name: "Cast", attributes: ["to": .int(11)]), [floats(2)],
      "expected 1 (float), 7 (int64), 9 (bool) or 10 (float16) for 'to', found 11"),
    Mistake(OperatorCall(name: "Add"), [floats(2)], "expected 2 inputs, found 1"),
    Mistake(OperatorCall(name: "Relu"), [floats(2), floats(2)], "expected 1 input, found 2"),
    Mistake(OperatorCall(name: "Sum"), [], "expected at least 1 input, found 0"),
    Mistake(
      OperatorCall(name: "ReduceMean", opset: 13), [floats(2), whole(0)], "expected 1 input, found 2"),
    Mistake(OperatorCall(name: "Add"), [nil, floats(2)], "the input 'A' is missing"),
    Mistake(OperatorCall(name: "Sum"), [floats(2), nil, floats(2)], "the input 'data_0' is missing"),
    Mistake(OperatorCall(name: "Relu", outputCount: 2), [floats(2)], "expected 1 output, found 2"),
    Mistake(OperatorCall(name: "Relu"), [whole(1)], "expected float for the input 'X', found int64"),
    Mistake(
      OperatorCall(name: "Add"), [floats(1), whole(1)],
      "expected one element type for the inputs 'A' and 'B', found float and int64"),
    Mistake(
      OperatorCall(name: "Add"), [floats(2), floats(3)], "the shapes 2 and 3 cannot be broadcast to one"),
    Mistake(
      OperatorCall(name: "Softmax", attributes: ["axis": .int(2)]), [floats(2, 2)],
      "expected an axis from -2 to 1, found 2"),
    Mistake(
      OperatorCall(name: "Gather"), [floats(2), whole(-3)], "expected an index from -2 to 1, found -3"),
    Mistake(OperatorCall(name: "Div"), [whole(1), whole(0)], "a whole number is divided by zero"),
    Mistake(
      OperatorCall(name: "ConstantOfShape"), [whole(1 << 20, 1 << 20)],
      "the shape 1048576x1048576 has more than 134217728 numbers"),
    Mistake(
      OperatorCall(name: "Expand"), [floats(1), whole(.max, .max)],
      "the shape 9223372036854775807x9223372036854775807 has more than 134217728 numbers"),
    Mistake(
      OperatorCall(name: "Conv"), [floats(1, 3, 4, 4), floats(2, 2, 3, 3)],
      "expected weights for 3 channels in 1 groups for the input 'W', found 2×2×3×3"),
    Mistake(
      OperatorCall(
        name: "MaxPool", attributes: ["kernel_shape": .ints([3, 3]), "pads": .ints([0, 0, 0, .max])]),
      [floats(1, 1, 2, 2)],
      "expected 4 whole numbers from 0 to 16777216 for 'pads', found [0, 0, 0, 9223372036854775807]"),
    Mistake(
      OperatorCall(name: "MaxPool", attributes: ["kernel_shape": .ints([3, 3])]), [floats(1, 1, 2, 2)],
      "expected room for a window of 3 along the spatial axis 0 for the input 'X', found 2 with its pads"),
    Mistake(
      OperatorCall(
        name: "MaxPool", attributes: ["kernel_shape": .ints([1, 1]), "pads": .ints([1, 1, 1, 1])]),
      [floats(1, 1, 2, 2)],
      "expected pads that leave each window a part of the input for 'pads', found [1, 1]"),
    Mistake(
      OperatorCall(name: "Reshape"), [floats(2, 3), whole(4, -1)],
      "expected sizes that divide the 6 elements for the input 'shape', found [4, -1]"),
  ]

  @Test(arguments: mistakes)
  func eachMistakeHasItsSentence(_ mistake: Mistake) {
    let error = #expect(throws: OperatorError.self) {
      try OperatorRegistry.run(mistake.call, mistake.inputs)
    }
    #expect(error?.diagnostic.sentence == "operator '\(mistake.call.name)': \(mistake.sentence)")
  }

  @Test func theRegistryIsSorted() {
    #expect(OperatorRegistry.names == OperatorRegistry.names.sorted())
    #expect(OperatorRegistry.names.count == OperatorRegistry.descriptions.count)
  }

  @Test(arguments: OperatorRegistry.names)
  func signaturesAreWhole(name: String) throws {
    let signature = try #require(OperatorRegistry.signature(of: name))
    #expect(signature.name == name)
    #expect(!signature.summary.isEmpty && !signature.outputs.isEmpty)
    let fields = signature.attributes.map(\.name)
    #expect(Set(fields).count == fields.count)
    for field in signature.attributes {
      if case .value(let value) = field.absence { #expect(value.kind == field.kind) }
    }
    // An input that must be given does not stand behind one that may be left out.
    let optional = signature.inputs.firstIndex { !$0.isRequired } ?? signature.inputs.count
    #expect(signature.inputs[optional...].allSatisfy { !$0.isRequired })
  }
}
