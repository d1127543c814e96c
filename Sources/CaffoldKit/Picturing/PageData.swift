import Diagnostics
import Engine
import JSON

/// What the page is made of, as JSON. The page's script words it; `page/` and this file know the same keys.
enum PageData {
  /// A net: its files, its layers, and where they lie in the picture.
  ///
  /// - Parameters:
  ///   - fates: by layer, what became of it.
  ///   - layout: nil for a page without a picture.
  static func net(
    _ picture: NetPicture, label: String, fates: [FoldPicture.Fate]? = nil, layout: PictureLayout?
  ) -> JSONValue {
    let facts = picture.facts
    return .object([
      ("label", .string(label)),
      ("model", facts.model.map(JSONValue.string) ?? .null),
      ("weights", facts.weights.map(JSONValue.string) ?? .null),
      (
        "layers",
        .array(picture.layers.indices.map { layer($0, of: picture, fate: fates?[$0] ?? .kept) })
      ),
      ("arrows", .array(picture.arrows.map { .array([.integer($0.from), .integer($0.to)]) })),
      ("ends", .array(picture.boxes.dropFirst(picture.layers.count).map(end))),
      ("peak", facts.peakBytes.map(JSONValue.integer) ?? .null),
      ("peakLayer", facts.peakLayer.map(JSONValue.name) ?? .null),
      ("complete", .boolean(facts.isComplete)),
      (
        "lines",
        .array(picture.boxes.map { .array(PictureText.lines($0, of: picture).map(JSONValue.string)) })
      ),
      ("layout", layout.map(self.layout) ?? .null),
    ])
  }

  private static func layer(_ place: Int, of picture: NetPicture, fate: FoldPicture.Fate) -> JSONValue {
    let layer = picture.layers[place]
    func number(_ number: Int?) -> JSONValue { number.map(JSONValue.integer) ?? .null }
    return .object([
      ("name", .name(layer.name)), ("type", .string(layer.type)), ("fate", .string(fate.rawValue)),
      ("bottoms", .array(layer.bottoms.map(JSONValue.name))), ("tops", .array(layer.tops.map(value))),
      ("parameters", number(layer.parameters)), ("multiplyAdds", number(layer.multiplyAdds)),
      ("activationBytes", number(layer.activationBytes)),
      ("fork", .boolean(layer.isForkType || !layer.forkFields.isEmpty)),
      ("obstacle", layer.obstacle.map(JSONValue.string) ?? .null),
      ("text", .string(picture.texts[place])),
      ("blobs", .array(picture.blobs[place].map(blob))),
    ])
  }

  private static func value(_ value: InspectResult.Value) -> JSONValue {
    .object([("name", .name(value.name)), ("shape", shape(value.shape))])
  }

  private static func end(_ box: NetPicture.Box) -> JSONValue {
    switch box {
    case .input(let input): .object([("kind", .string("input")), ("value", value(input))])
    case .output(let output): .object([("kind", .string("output")), ("value", value(output))])
    case .layer: .null
    }
  }

  private static func shape(_ shape: [Int]?) -> JSONValue {
    shape.map { .array($0.map(JSONValue.integer)) } ?? .null
  }

  private static func blob(_ blob: NetPicture.Blob) -> JSONValue {
    let statistics = blob.statistics
    func number(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
    return .object([
      ("shape", shape(blob.shape)), ("type", blob.storage.map(JSONValue.string) ?? .null),
      ("min", number(statistics?.smallest)), ("max", number(statistics?.largest)),
      ("mean", number(statistics?.mean)), ("deviation", number(statistics?.deviation)),
      ("zeros", statistics.map { .integer($0.zeros) } ?? .null),
      ("nans", statistics.map { .integer($0.nans) } ?? .null),
      ("infinities", statistics.map { .integer($0.infinities) } ?? .null),
      ("histogram", .array(blob.histogram.map(JSONValue.integer))),
    ])
  }

  /// Numbers of a tenth of a pixel.
  private static func layout(_ layout: PictureLayout) -> JSONValue {
    func pixels(_ value: Double) -> JSONValue {
      let tenths = Int((value * 10).rounded())
      return tenths % 10 == 0 ? .integer(tenths / 10) : .number(Double(tenths) / 10)
    }
    return .object([
      ("width", pixels(layout.size.width)), ("height", pixels(layout.size.height)),
      (
        "boxes",
        .array(
          zip(layout.places, layout.sizes).map { place, size in
            .array([place.x, place.y, size.width, size.height].map(pixels))
          })
      ),
      (
        "arrows",
        .array(
          layout.arrows.map {
            .array([.integer($0.from), .integer($0.to)] + $0.points.map(pixels))
          })
      ),
    ])
  }
}
