/// Where boxes and arrows of a picture lie, in pixels from the upper left corner.
package struct PictureLayout {
  /// How large a box is.
  package struct Size: Equatable {
    /// Pixels from left to right.
    package var width: Double
    /// Pixels from top to bottom.
    package var height: Double
  }

  /// An arrow: the points of a cubic Bézier spline, x and y in turn.
  package struct Arrow {
    /// The number of the box at its begin.
    package var from: Int
    /// The number of the box at its end.
    package var to: Int
    /// The points.
    package var points: [Double]
  }

  /// The size of the whole.
  package let size: Size
  /// The middle of each box.
  package let places: [(x: Double, y: Double)]
  /// The size of each box.
  package let sizes: [Size]
  /// The arrows.
  package let arrows: [Arrow]

  /// Pixels to an inch, in which Graphviz counts.
  static let scale = 72.0
  /// A larger number is none of Graphviz's: its tenths of pixels would not fit an Int.
  private static let largestInches = 1e9

  /// Reads what `dot -Tplain` prints; nil for anything else.
  ///
  /// - Parameter sizes: the size of each box, as Graphviz was told.
  init?(plain: String, sizes: [Size]) {
    var whole: Size?
    var places = [(x: Double, y: Double)?](repeating: nil, count: sizes.count)
    var arrows: [Arrow] = []
    func number(_ word: Substring) -> Int? {
      guard word.first == "n", let number = Int(word.dropFirst()), sizes.indices.contains(number) else {
        return nil
      }
      return number
    }
    for line in plain.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      func inches(_ place: Int) -> Double? {
        guard words.indices.contains(place), let value = Double(words[place]),
          value.magnitude <= Self.largestInches
        else { return nil }
        return value * Self.scale
      }
      switch words.first {
      case "graph":
        guard let width = inches(2), let height = inches(3) else { return nil }
        whole = Size(width: width, height: height)
      case "node":
        guard words.count > 3, let box = number(words[1]), let x = inches(2), let y = inches(3),
          let height = whole?.height
        else { return nil }
        places[box] = (x, height - y)
      case "edge":
        guard words.count > 3, let from = number(words[1]), let to = number(words[2]),
          let count = Int(words[3]), count > 3, count < words.count, let height = whole?.height
        else { return nil }
        var points: [Double] = []
        for point in 0..<count {
          guard let x = inches(4 + 2 * point), let y = inches(5 + 2 * point) else { return nil }
          points += [x, height - y]
        }
        arrows.append(Arrow(from: from, to: to, points: points))
      default: continue
      }
    }
    guard let whole, !places.contains(where: { $0 == nil }) else { return nil }
    size = whole
    self.places = places.map { $0! }
    self.sizes = sizes
    self.arrows = arrows
  }

  /// The sizes of the boxes of a net, by the lines that they hold.
  static func sizes(of picture: NetPicture) -> [Size] {
    picture.boxes.map { box in
      let lines = PictureText.lines(box, of: picture)
      // The page writes names in letters of 12 pixels and what is below in letters of 10.5.
      let widths = zip(lines, [7.3, 6.5]).map { Double(TextWidth.of($0)) * $1 }
      return Size(
        width: min(240, max(88, (widths.max()! + 24).rounded())), height: lines.count > 1 ? 40 : 24)
    }
  }
}
