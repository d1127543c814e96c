import CaffeIO
import Diagnostics

/// Shapes written into layers that make inputs.
extension TextEditor {
  /// Gives the tops of a layer these shapes; those that are as they were stay as they are written.
  ///
  /// - Returns: false for a type whose shapes are not among its fields, or whose fields cannot hold the shapes.
  mutating func setShapes(_ shapes: [[Int]], of layer: LayerDefinition) -> Bool {
    let own = layer.parameters
    switch layer.type {
    case "Input": return setShapes(shapes, in: own, "input_param")
    case "DummyData":
      guard let message = own.last("dummy_data_param")?.message, !message.contains("shape") else {
        return setShapes(shapes, in: own, "dummy_data_param")
      }
      return setSizes(shapes, in: message)
    case "MemoryData":
      // The data and a label for each.
      guard let data = shapes.first, data.count == 4, shapes.dropFirst().allSatisfy({ $0 == [data[0]] })
      else {
        return false
      }
      guard let message = own.last("memory_data_param")?.message else { return false }
      for (name, size) in zip(["batch_size", "channels", "height", "width"], data) {
        setNumbers(name, in: message, to: [size])
      }
      return true
    default: return false
    }
  }

  /// One `shape` for each top; one for all stays one where that is enough.
  private mutating func setShapes(_ shapes: [[Int]], in layer: TextMessage, _ name: String) -> Bool {
    let isOne = Set(shapes).count == 1
    let fields = layer.last(name)?.message?.all("shape") ?? []
    guard fields.count == shapes.count || fields.count == 1 && isOne else {
      let new = (isOne ? [shapes[0]] : shapes).map(Self.shape)
      guard let message = layer.last(name)?.message else {
        append([NewTextField(name: name, value: .message(new))], to: layer)
        return true
      }
      if let first = fields.first { replace(first, with: new) } else { append(new, to: message) }
      for field in fields.dropFirst() { remove(field) }
      return true
    }
    for (field, shape) in zip(fields, shapes) {
      if let message = field.message { setNumbers("dim", in: message, to: shape) }
    }
    return true
  }

  private static func shape(_ shape: [Int]) -> NewTextField {
    NewTextField(
      name: "shape", value: .message(shape.map { NewTextField(name: "dim", value: .literal(String($0))) }))
  }

  /// The old form: `num`, `channels`, `height` and `width`, one of each for all tops, or one for each top.
  private mutating func setSizes(_ shapes: [[Int]], in message: TextMessage) -> Bool {
    guard shapes.allSatisfy({ $0.count == 4 }) else { return false }
    let isOne = message.all("num").count == 1 && Set(shapes).count == 1
    for (axis, name) in ["num", "channels", "height", "width"].enumerated() {
      setNumbers(name, in: message, to: (isOne ? [shapes[0]] : shapes).map { $0[axis] })
    }
    return true
  }
}
