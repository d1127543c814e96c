import Diagnostics

/// A net in DOT, the language of Graphviz. Boxes are called `n0`, `n1`, …; names of layers and blobs stand in labels alone.
struct DotText {
  let picture: NetPicture

  /// The text that people draw pictures from: with names, types, shapes and a colour for each of the most frequent types.
  func labelled(title: String) -> String {
    let colours = TypeColours(picture.layers.map(\.type))
    var text = """
      digraph \(Self.quoted(title)) {
        graph [rankdir=TB, nodesep=0.3, ranksep=0.35, bgcolor="transparent", fontname="Helvetica,Arial,sans-serif"]
        node [shape=box, style="rounded,filled", color="#5b6470", fillcolor="#ffffff", fontname="Helvetica,Arial,sans-serif", \
      fontsize=10, margin="0.14,0.06"]
        edge [color="#5b6470", arrowsize=0.6, fontname="Helvetica,Arial,sans-serif", fontsize=8]

      """
    for (number, box) in picture.boxes.enumerated() {
      let label = PictureText.lines(box, of: picture).map(Self.escaped).joined(separator: "\\n")
      let name: String
      let style: String
      switch box {
      case .layer(let place):
        name = PictureText.shown(picture.layers[place].name)
        style = "fillcolor=\"\(colours.fill(picture.layers[place].type))\""
      case .input(let value), .output(let value):
        name = PictureText.shown(value.name)
        style = "shape=ellipse, style=\"filled\", fillcolor=\"#eceff3\""
      }
      text += "  n\(number) [label=\"\(label)\", tooltip=\(Self.quoted(name)), \(style)]\n"
    }
    return text + arrows + "}\n"
  }

  /// Boxes of the sizes that the page draws, without a word: what a layout needs.
  func boxes(_ sizes: [PictureLayout.Size]) -> String {
    var text =
      "digraph net { graph [rankdir=TB, nodesep=0.28, ranksep=0.36]\n node [shape=box, fixedsize=true, label=\"\"]\n"
    for (number, size) in sizes.enumerated() {
      let (width, height) = (size.width / PictureLayout.scale, size.height / PictureLayout.scale)
      text += "  n\(number) [width=\(width), height=\(height)]\n"
    }
    return text + arrows + "}\n"
  }

  private var arrows: String {
    picture.arrows.map { "  n\($0.from) -> n\($0.to)\n" }.joined()
  }

  /// A string of DOT.
  private static func quoted(_ text: String) -> String { "\"\(escaped(text.visible()))\"" }

  /// Graphviz reads escapes and the entities of HTML in labels.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

/// A colour for each of the most frequent types of a net; the others share one.
struct TypeColours {
  private let places: [String: Int]

  /// Pale, so that black letters can be read on them.
  private static let fills = [
    "#cfe3f7", "#e3d7f5", "#d3efdc", "#fde3c8", "#fbd5d8", "#d2eef0", "#f4ecc4", "#e2e6c9", "#f3d6ea",
    "#d9dff7",
  ]

  /// - Parameter types: the type of each layer.
  init(_ types: [String]) {
    let counts = Dictionary(types.map { ($0, 1) }, uniquingKeysWith: +)
    let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    places = Dictionary(uniqueKeysWithValues: zip(ordered.map(\.key), 0...))
  }

  /// The colour of a box.
  func fill(_ type: String) -> String {
    guard let place = places[type], place < Self.fills.count else { return "#eceff3" }
    return Self.fills[place]
  }
}
