import Diagnostics
import Tensors
import Testing

@testable import RuleModel

/// A net of two layers, for checking and evaluating.
///
/// `conv` has blobs `[2, 3, 1, 2]` (1…12) and `[2]` (10, 20); `gain` has `[2]` (2, 4) and `[1]` (3).
struct SmallNet: ExpressionEnvironment, ExpressionScope {
  static let blobs: [[Tensor]] = [
    [Tensor(shape: [2, 3, 1, 2], values: (1...12).map(Double.init)), Tensor([10, 20])],
    [Tensor([2, 4]), Tensor([3])],
  ]
  static let lets: [String: ExpressionValue] = [
    "s": .tensor(Tensor([2, 3])), "m": .tensor(Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])),
    "n": .number(4),
    "word": .string("MAX"), "yes": .boolean(true), "sizes": .sizes([2, 3]),
    "layers": .list([.layer(LayerReference(id: 0, capture: "conv"))]),
    "scalar": .tensor(Tensor(shape: [], values: [7])),
  ]
  static let captures = ["conv", "gain"]
  /// Without shapes, as when a rule is loaded.
  var knowsShapes = true

  func value(of name: String) throws(ExpressionFault) -> ExpressionValue? {
    if let id = Self.captures.firstIndex(of: name) { return .layer(LayerReference(id: id, capture: name)) }
    return Self.lets[name]
  }
  func name(of layer: LayerReference) -> Name { layer.id == 0 ? "conv1" : "gain1" }
  func type(of layer: LayerReference) -> String { layer.id == 0 ? "Convolution" : "VendorGain" }
  func phase(of layer: LayerReference) -> String { "TEST" }
  func blobCount(of layer: LayerReference) throws(ExpressionFault) -> Int { Self.blobs[layer.id].count }
  func blobShape(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> [Int] {
    Self.blobs[layer.id][index].shape
  }
  func blob(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> LazyTensor {
    // Numbers that are in memory already could be lent; those of a source are read.
    let tensor = Self.blobs[layer.id][index]
    return LazyTensor(shape: tensor.shape, Numbers(tensor.values))
  }
  func fault(reading error: any Error) -> ExpressionFault { ExpressionFault("\(error)") }
  func values(of layer: LayerReference, side: ValueSide) -> [Name] {
    side == .bottoms ? ["data", "other"] : ["out"]
  }
  func valueShape(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> [Int]?
  {
    index == 0 ? [1, 3, 8, 8] : nil
  }
  func attribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> ExpressionValue? {
    switch path.joined(separator: ".") {
    case "convolution_param.group": .number(1)
    case "convolution_param.pad": .list([.number(0), .number(0)])
    case "pooling_param.pool": .string("MAX")
    case "param": .list([.record(["lr_mult": .number(2)])])
    case "broken": throw ExpressionFault("the definition cannot be read")
    default: nil
    }
  }
  func hasAttribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> Bool {
    path == ["convolution_param", "pad"]
  }
  func isPresent(_ capture: String) throws(ExpressionFault) -> Bool { false }
  func place(of layer: LayerReference) throws(ExpressionFault) -> ElementPlace {
    ElementPlace(index: 1, offset: 2, count: 3, total: 6)
  }
  func channels(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> Int {
    if index == 0 { return 3 }
    throw ExpressionFault("the channels are not known")
  }
  func isOutput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool { false }
  func isInput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool { index == 0 }
  var inputCount: Int { 2 }
  func affine(of layer: LayerReference) throws(ExpressionFault) -> (scale: Tensor, shift: Tensor) {
    if layer.id == 0 { throw ExpressionFault("layer 'conv1' is not affine per channel") }
    return (Tensor([2, 4]), Tensor([0.5, 0.25]))
  }
  func statistics(of layer: LayerReference) throws(ExpressionFault) -> StoredStatistics {
    if layer.id == 0 { throw ExpressionFault("layer 'conv1' has no statistics") }
    return StoredStatistics(mean: [1, 2], variance: [3, 4], gamma: [5, 6], beta: [7, 8], epsilon: 0.5)
  }
  func foreignFieldCount(of layer: LayerReference) throws(ExpressionFault) -> Int { layer.id + 2 }
  func window(of layer: LayerReference) throws(ExpressionFault) -> WindowSizes {
    if layer.id == 1 { throw ExpressionFault("layer 'gain1' moves no window") }
    return WindowSizes(kernel: [1, 2], stride: [2], pad: [0, 1], dilation: [1])
  }

  var names: [String] { Self.captures + Self.lets.keys.sorted() }
  /// `spare` may be absent, and is; `either` is one of `first` and `second`, which is read by `third`.
  var presence: CapturePresence {
    var presence = CapturePresence()
    presence.uncertain = ["spare", "first", "second", "third"]
    presence.implied = ["third": ["third", "second"]]
    presence.choices = [("either", ["first", "third"])]
    return presence
  }
  func hasPlace(_ capture: String) -> Bool { capture == "gain" }
  func type(of name: String) -> ExpressionType? {
    if Self.captures.contains(name) || presence.uncertain.contains(name) { return .layer(capture: name) }
    if name == "several" { return .list(.layer(capture: name)) }
    switch Self.lets[name]?.type {
    case .tensor(let shape): return .tensor(knowsShapes ? shape : .unknown)
    case let type: return type
    }
  }
  func blobShape(of capture: String, at index: Int) -> SymbolicShape {
    guard knowsShapes, let id = Self.captures.firstIndex(of: capture), index < 2 else { return .unknown }
    return SymbolicShape(Self.blobs[id][index].shape)
  }
  func attribute(_ path: [String], of capture: String) -> AttributeLookup {
    switch path.joined(separator: ".") {
    case "convolution_param.group": .type(.number())
    case "convolution_param.kernal_size": .missing(candidates: ["kernel_size", "stride"])
    default: .dynamic
    }
  }
}

/// Numbers that are read as those of a file are.
struct Numbers: NumberSource {
  private let values: [Double]
  let block = 1
  let cost = 1
  init(_ values: [Double]) { self.values = values }

  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) {
    _ = output.update(fromContentsOf: values[elements])
  }
}

/// The value of `text` in the small net, checked first. Whether tensors are held or computed when they are needed makes
/// no difference.
func evaluate(_ text: String, limits: ExpressionLimits = ExpressionLimits()) throws(ExpressionError)
  -> ExpressionValue
{
  let expression = try Expression(parsing: text, limits: limits)
  try ExpressionChecker(SmallNet(knowsShapes: false)).check(expression)
  try ExpressionChecker(SmallNet()).check(expression)
  let value = try ExpressionEvaluator(SmallNet(), limits: limits).value(of: expression)
  var lazily = limits
  lazily.heldElements = 0
  // What is computed anew for every use is not counted against what may be held.
  let computed = try ExpressionEvaluator(SmallNet(), limits: lazily).value(of: expression)
  if !value.isIdentical(to: computed) { Issue.record("'\(text)' is \(value), computed lazily \(computed)") }
  return value
}

extension ExpressionValue {
  /// Whether both are the same, NaNs included.
  func isIdentical(to other: ExpressionValue) -> Bool {
    switch (self, other) {
    case (.number(let a), .number(let b)): a == b || a.isNaN && b.isNaN
    case (.tensor(let a), .tensor(let b)):
      a.shape == b.shape && zip(a.values, b.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    case (.list(let a), .list(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.isIdentical(to: $1) }
    default: self == other
    }
  }
}

/// A tensor of rank 2.
func matrix(_ rows: [[Double]]) -> ExpressionValue {
  .tensor(Tensor(shape: [rows.count, rows[0].count], values: rows.flatMap { $0 }))
}
/// A tensor of rank 1.
func vector(_ values: Double...) -> ExpressionValue { .tensor(Tensor(values)) }
