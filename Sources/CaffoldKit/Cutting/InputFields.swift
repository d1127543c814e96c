import CaffeIO
import Diagnostics

/// The fields at the top of a definition that declare inputs in the old form: `input`, and for each an `input_shape` or four `input_dim`.
struct InputFields {
  private let document: TextDocument
  private let names: [TextField]
  private let shapes: [TextField]
  private let sizes: [TextField]

  init(_ document: TextDocument) {
    self.document = document
    names = document.root.all("input")
    shapes = document.root.all("input_shape")
    sizes = document.root.all("input_dim")
  }

  /// The text with some of the inputs only, and with these shapes; what need not change stays as it is.
  ///
  /// A definition has shapes or sizes and not both: Caffe would read the shapes alone. Where both would be needed, all inputs get shapes.
  /// - Parameter wanted: by input, its shape; nil for one whose shape nobody gives.
  func text(keeping wanted: [Name: [Int]?]) -> [UInt8] {
    var editor = TextEditor(document)
    let kept = names.indices.filter { names[$0].nameValue.map { wanted[$0] != nil } ?? false }
    let fitsSizes = kept.allSatisfy { place in
      let shape = names[place].nameValue.flatMap { wanted[$0] } ?? nil
      return sizes.count >= 4 * (place + 1) && shape?.count == 4
    }
    if !sizes.isEmpty, !shapes.isEmpty || !fitsSizes {
      for field in shapes + sizes { editor.remove(field) }
      for place in names.indices {
        guard kept.contains(place) else {
          editor.remove(names[place])
          continue
        }
        let shape = names[place].nameValue.flatMap { wanted[$0] } ?? nil
        if let shape { editor.insert([Self.field(shape)], after: names[place]) }
      }
      return editor.edited()
    }
    for place in names.indices {
      let own = sizes.isEmpty ? shapes.dropFirst(place).prefix(1) : sizes.dropFirst(4 * place).prefix(4)
      guard kept.contains(place), let name = names[place].nameValue, let shape = wanted[name] else {
        editor.remove(names[place])
        for field in own { editor.remove(field) }
        continue
      }
      guard let shape else { continue }
      if !sizes.isEmpty {
        for (field, size) in zip(own, shape) { editor.setNumber(field, to: size) }
      } else if let message = own.first?.message {
        editor.setNumbers("dim", in: message, to: shape)
      } else {
        // Shapes belong to inputs by their order; this is the first input without one.
        let behind = place == 0 ? names[place] : shapes.last ?? names[place]
        editor.insert([Self.field(shape)], after: behind)
      }
    }
    return editor.edited()
  }

  private static func field(_ shape: [Int]) -> NewTextField {
    NewTextField(
      name: "input_shape",
      value: .message(shape.map { NewTextField(name: "dim", value: .literal(String($0))) }))
  }
}

extension TextEditor {
  /// Gives a field a whole number; one that has it stays as it is written.
  mutating func setNumber(_ field: TextField, to number: Int) {
    if field.integer != number { set(field, toLiteral: String(number)) }
  }

  /// Gives a repeated field of a message these whole numbers.
  mutating func setNumbers(_ name: String, in message: TextMessage, to numbers: [Int]) {
    let fields = message.all(name)
    for (field, number) in zip(fields, numbers) { setNumber(field, to: number) }
    for field in fields.dropFirst(numbers.count) { remove(field) }
    let more = numbers.dropFirst(fields.count).map {
      NewTextField(name: name, value: .literal(String($0)))
    }
    if let last = fields.last { insert(more, after: last) } else { append(more, to: message) }
  }
}
