import Diagnostics

/// The words in the boxes of a picture.
enum PictureText {
  /// A name that breaks no format that it is put into: `fc6`, `a\x{202E}b`.
  static func shown(_ name: Name) -> String { name.description.visible() }

  /// `1×64×56×56`; empty where it is not known.
  static func shape(_ shape: [Int]?) -> String {
    guard let shape else { return "" }
    return shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
  }

  /// The longest line of a box, in columns; longer names lose their middle.
  private static let width = 30

  /// The lines of a box: the name, and what it is.
  static func lines(_ box: NetPicture.Box, of picture: NetPicture) -> [String] {
    func short(_ text: String) -> String { TextWidth.shortened(text, to: width) }
    switch box {
    case .layer(let place):
      let layer = picture.layers[place]
      let shape = shape(layer.tops.first?.shape)
      let type = TextWidth.shortened(layer.type.visible(), to: max(8, width - shape.count))
      return [short(shown(layer.name)), shape.isEmpty ? type : "\(type)  \(shape)"]
    case .input(let value), .output(let value):
      let shape = shape(value.shape)
      return [short(shown(value.name)) + (shape.isEmpty ? "" : "  \(shape)")]
    }
  }
}
