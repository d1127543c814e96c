import Diagnostics

/// A fork's own `caffe.proto`, or the part of it that the fork adds, with the places of what it declares.
///
///     message LayerParameter { optional GainParameter gain_param = 1000; }
///     message GainParameter { optional float alpha = 1 [default = 1]; }
package struct ForkSchema: Sendable {
  /// What the file declares.
  package let schema: Schema
  private let source: SourceText
  /// The offsets of declarations, by `Message.field` and `Message`.
  private let offsets: [String: Int]

  /// Reads a `.proto` file of proto2.
  ///
  /// - Throws: `SchemaError` with the place of what is wrong, and for a file that says nothing about layers.
  package init(parsing source: SourceText) throws(SchemaError) {
    let (schema, declarations) = try Schema.read(source)
    self.schema = schema
    self.source = source
    var offsets: [String: Int] = [:]
    for message in declarations.messages {
      for field in message.fields { offsets["\(message.name).\(field.field.name)"] = field.offset }
    }
    self.offsets = offsets
    guard schema.message(schema.layerMessage) != nil else {
      let message = schema.layerMessage
      throw SchemaError(reason: .noLayerMessage(message), place: source.place(at: 0))
    }
  }

  /// `base` with what this file declares; where they disagree the file is right, and each disagreement is reported.
  ///
  /// - Throws: `SchemaError` for a field that this program finds by its number, and that the file gives another one.
  package func merged(
    onto base: Schema
  ) throws(SchemaError) -> (schema: Schema, conflicts: [SchemaConflict]) {
    var conflicts: [SchemaConflict] = []
    for name in schema.messages.keys.sorted() {
      // A layer's message is the same one under whatever name.
      let theirs = name == schema.layerMessage ? base.layerMessage : name
      guard let ours = base.message(theirs), let message = schema.message(name) else { continue }
      for field in message.fields {
        conflicts += try self.conflicts(of: field, in: message, with: ours)
      }
    }
    return (
      base.merging(schema),
      conflicts.sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
    )
  }

  private func conflicts(
    of field: SchemaField, in message: SchemaMessage, with ours: SchemaMessage
  ) throws(SchemaError) -> [SchemaConflict] {
    var found: [SchemaConflict] = []
    let place = source.place(at: offsets["\(message.name).\(field.name)"] ?? 0)
    func note(_ kind: SchemaConflict.Kind) {
      found.append(SchemaConflict(kind: kind, field: field.name, message: message.name, place: place))
    }
    if let same = ours.field(named: field.name) {
      if let number = field.number, let expected = same.number, number != expected {
        if let fixed = Self.fixedNumbers[ours.name]?[field.name] {
          throw SchemaError(
            reason: .movedField(field.name, message: message.name, found: number, expected: fixed),
            place: place)
        }
        note(.number(found: number, caffe: expected))
      }
      if !Self.isAlike(field, same) { note(.type(found: field.typePhrase, caffe: same.typePhrase)) }
    }
    if let number = field.number, let other = ours.field(number: number), other.name != field.name {
      if Self.fixedNumbers[ours.name]?[other.name] == number {
        throw SchemaError(
          reason: .takenField(field.name, message: message.name, number: number, by: other.name), place: place
        )
      }
      note(.taken(number: number, by: other.name))
    }
    return found
  }

  /// Whether both are read and written alike; two names of a message may well be one message.
  private static func isAlike(_ a: SchemaField, _ b: SchemaField) -> Bool {
    guard a.isRepeated == b.isRepeated else { return false }
    switch (a.type, b.type) {
    case (.message, .message), (.enum, .enum): return true
    default: return a.type == b.type
    }
  }

  /// What the reader of weights and definitions finds by number, whatever a schema says.
  private static let fixedNumbers: [String: [String: Int]] = [
    "NetParameter": [
      "name": CaffeField.Net.name, "layers": CaffeField.Net.v1Layers, "layer": CaffeField.Net.layer,
    ],
    "LayerParameter": [
      "name": CaffeField.Layer.name, "type": CaffeField.Layer.type, "bottom": CaffeField.Layer.bottom,
      "top": CaffeField.Layer.top, "param": CaffeField.Layer.param, "blobs": CaffeField.Layer.blobs,
    ],
    "BlobProto": [
      "num": CaffeField.Blob.num, "channels": CaffeField.Blob.channels, "height": CaffeField.Blob.height,
      "width": CaffeField.Blob.width, "data": CaffeField.Blob.data, "diff": CaffeField.Blob.diff,
      "shape": CaffeField.Blob.shape, "double_data": CaffeField.Blob.doubleData,
    ],
    "BlobShape": ["dim": CaffeField.Shape.dim],
  ]
}

/// A field that a fork's file declares otherwise than Caffe does; the file is right, the user should know.
package struct SchemaConflict: Sendable, Equatable {
  /// How they disagree.
  package enum Kind: Sendable, Equatable {
    /// The same name under another number.
    case number(found: Int, caffe: Int)
    /// The same name, of another type.
    case type(found: String, caffe: String)
    /// The number of another field of Caffe's.
    case taken(number: Int, by: String)
  }

  /// How they disagree.
  package let kind: Kind
  /// The field, as the file calls it.
  package let field: String
  /// The message it belongs to, as the file calls it.
  package let message: String
  /// Where the file declares it.
  package let place: SourcePlace
}

extension SchemaField {
  /// The type as a `.proto` file writes it: `repeated uint32`.
  fileprivate var typePhrase: String {
    let name =
      switch type {
      case .message(let name), .enum(let name): name
      default: "\(type)"
      }
    return isRepeated ? "repeated \(name)" : name
  }
}
