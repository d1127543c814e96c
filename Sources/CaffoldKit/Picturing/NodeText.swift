import OnnxIO

/// A node of an ONNX file as a page shows it: the operator, what it reads and makes, and its attributes, one on a line.
enum NodeText {
  static func text(_ node: OnnxNode) -> String {
    var lines = [node.domain.isEmpty ? node.type : "\(node.domain).\(node.type)"]
    lines += node.inputs.isEmpty ? [] : ["inputs: \(list(node.inputs))"]
    lines += ["outputs: \(list(node.outputs))"]
    lines += node.attributes.map { "\($0.name): \(text($0.value))" }
    return lines.joined(separator: "\n")
  }

  private static func text(_ value: OnnxAttribute) -> String {
    switch value {
    case .int(let number): "\(number)"
    case .float(let number): "\(number)"
    case .string(let bytes): quoted(bytes)
    case .ints(let numbers): list(numbers.prefix(memberLimit).map { "\($0)" }, of: numbers.count)
    case .floats(let numbers): list(numbers.prefix(memberLimit).map { "\($0)" }, of: numbers.count)
    case .strings(let texts): list(texts.prefix(memberLimit).map(quoted), of: texts.count)
    case .tensor(let tensor):
      "\(OnnxElementType.name(tensor.elementType)) of shape \(PictureText.shape(tensor.shape))"
    case .unread(let type): "of \(OnnxAttributeType.name(type)), which is not read"
    }
  }

  /// The most members of a list that are shown.
  private static let memberLimit = 32
  /// The most bytes of a text that are shown.
  private static let byteLimit = 3200

  private static func list(_ members: [String]) -> String {
    list(Array(members.prefix(memberLimit)), of: members.count)
  }

  /// The first members of a list that has so many.
  private static func list(_ members: [String], of count: Int) -> String {
    let shown = members.map { $0.isEmpty ? "none" : $0 }.joined(separator: ", ")
    return count > members.count ? "\(shown), … (\(count))" : shown
  }

  private static func quoted(_ bytes: [UInt8]) -> String {
    let shown = String(decoding: bytes.prefix(byteLimit), as: UTF8.self)
    return "\"\(shown)\"" + (bytes.count > byteLimit ? "…" : "")
  }
}
