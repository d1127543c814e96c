import CaffeIO
import Diagnostics

/// Writes a weights file after a plan: what the plan does not name goes byte for byte, scaled blobs are
/// evaluated in chunks on their way.
package struct WeightsEmitter: Sendable {
  let file: WeightsFile
  private let usesLegacyShapes: Bool

  /// Makes an emitter for an open file.
  package init(_ file: WeightsFile) {
    self.file = file
    // A file of old holds legacy shapes in all blobs; the first one tells.
    usesLegacyShapes = file.layers.lazy.compactMap(\.blobs.first).first?.isLegacyShape ?? false
  }

  /// Writes the output of a plan; `progress` gets the bytes done and all bytes.
  ///
  /// Throws `EmissionError` when the plan does not fit the file or a value overflows, `FileError` when
  /// reading or writing fails. `output` is not put in place here.
  package func emit(
    _ plan: WeightsPlan, to output: AtomicFile, options: PieceWriter.Options = PieceWriter.Options(),
    progress: ((Int, Int) -> Void)? = nil
  ) throws {
    let writer = PieceWriter(try pieces(plan), from: file.file, to: output, options: options)
    try writer.run(progress: progress)
  }

  /// The output of a plan as a list of parts; nothing is computed yet.
  package func pieces(_ plan: WeightsPlan) throws -> OutputPieces {
    let output = try plan.upgrade.map { try upgraded(plan, $0) } ?? kept(plan)
    // One that was too large before may stay so.
    guard output.byteCount <= max(Self.mostBytes, file.byteCount) else {
      throw EmissionError(
        path: file.path, subject: .net, .fileSize(bytes: output.byteCount, limit: Self.mostBytes))
    }
    return output
  }

  /// The output where every layer keeps its syntax.
  private func kept(_ plan: WeightsPlan) throws -> OutputPieces {
    var output = OutputPieces()
    var keptUpTo = 0
    var rewriter = MessageRewriter(file.file)
    for layer in file.layers {
      guard let edit = edit(of: layer, plan) else { continue }
      output.keep(keptUpTo..<layer.fieldRange.lowerBound)
      keptUpTo = layer.fieldRange.upperBound
      if !edit.removed { output.add(try rewritten(layer, edit, with: &rewriter)) }
    }
    output.keep(keptUpTo..<file.byteCount)
    for (index, layer) in plan.appended.enumerated() {
      output.add(
        try appended(
          converted(layer, plan), index: file.layers.count + index, file.layers.last?.generation ?? .v2,
          legacyShape: usesLegacyShapes))
    }
    return output
  }

  /// What protobuf reads of one message.
  static let mostBytes = Int(Int32.max)

  /// What a plan does to a layer, its number type included; nil where the layer stays byte for byte.
  func edit(of layer: WeightLayer, _ plan: WeightsPlan) -> WeightLayerEdit? {
    guard let storage = plan.storage else { return plan.edits[layer.index] }
    var edit = plan.edits[layer.index] ?? WeightLayerEdit()
    let contents = edit.blobs ?? layer.blobs.map(BlobContent.stored)
    guard !contents.allSatisfy({ $0.storage == storage }) else { return plan.edits[layer.index] }
    edit.blobs = contents.map { $0.converted(to: storage, from: file) }
    return edit
  }

  /// A layer after an edit, in its own syntax.
  ///
  /// - Parameter presentShapes: whether blobs with four axes get those that Caffe gives them now.
  func rewritten(
    _ layer: WeightLayer, _ edit: WeightLayerEdit, presentShapes: Bool = false,
    with rewriter: inout MessageRewriter
  ) throws -> OutputPieces {
    rewriter.setSubject(.layer(index: layer.index, name: layer.name))
    var message = try fieldsEdit(layer, edit, layer.generation)
    if presentShapes {
      if let blobs = edit.blobs ?? storedBlobs(ifReshaped: layer) {
        message.merge(try blobsEdit(layer, blobs, presentShapes: true))
      }
    } else if let blobs = edit.blobs {
      let blobsEdit = try self.blobsEdit(layer, blobs)
      if layer.generation == .v0 {
        message.children[CaffeField.V1Layer.v0Layer, default: MessageEdit()].merge(blobsEdit)
      } else {
        message.merge(blobsEdit)
      }
    }
    var output = OutputPieces()
    if message.isEmpty {
      output.keep(layer.fieldRange)
      return output
    }
    let field = WireField(
      number: layer.generation == .v2 ? CaffeField.Net.layer : CaffeField.Net.v1Layers, type: .bytes,
      range: layer.fieldRange, body: layer.bodyRange)
    output.add(
      try rewriter.rewrite(layer.bodyRange, message), asField: field.number, replacing: field)
    return output
  }

  /// What an edit changes in a layer's fields, blobs apart.
  func fieldsEdit(
    _ layer: WeightLayer, _ edit: WeightLayerEdit, _ generation: LayerGeneration
  ) throws -> MessageEdit {
    var message = MessageEdit()
    for field in edit.setFields { message.set(field.path, field.values) }
    let names = NameFields(generation)
    if let name = edit.name { message.set(names.name, [.string(name)]) }
    if let type = edit.type {
      let subject = WireSubject.layer(index: layer.index, name: layer.name)
      message.set(names.type, [try typeValue(type, generation, subject: subject)])
    }
    if let bottoms = edit.bottoms { message.set(names.bottom, bottoms.map(WireValue.string)) }
    if let tops = edit.tops { message.set(names.top, tops.map(WireValue.string)) }
    return message
  }

  /// The edit of the message that holds the blobs: the i-th new blob takes the place of the i-th old one,
  /// further ones follow the last, old ones without a counterpart go.
  private func blobsEdit(
    _ layer: WeightLayer, _ contents: [BlobContent], presentShapes: Bool = false
  ) throws -> MessageEdit {
    var edit = MessageEdit()
    let isLegacy = !presentShapes && (layer.blobs.first?.isLegacyShape ?? usesLegacyShapes)
    for (index, content) in contents.enumerated() {
      let writer = BlobWriter(
        file, subject: .blob(index: index, layerIndex: layer.index, layerName: layer.name))
      let original = index < layer.blobs.count ? layer.blobs[index] : nil
      let pieces = try writer.pieces(
        content, field: layer.generation.blobsField, replacing: original, legacyShape: isLegacy,
        shape: presentShapes ? presentShape(of: content, layer, blob: index) : nil)
      if let place = original ?? layer.blobs.last {
        edit.replacements[place.fieldRange.lowerBound, default: OutputPieces()].add(pieces)
      } else {
        edit.tail.add(pieces)
      }
    }
    for blob in layer.blobs.dropFirst(contents.count) {
      edit.replacements[blob.fieldRange.lowerBound] = OutputPieces()
    }
    return edit
  }

  /// A new layer with its blobs in the number type that all get.
  func converted(_ layer: NewWeightLayer, _ plan: WeightsPlan) -> NewWeightLayer {
    guard let storage = plan.storage else { return layer }
    var layer = layer
    layer.blobs = layer.blobs.map { $0.converted(to: storage, from: file) }
    return layer
  }

  /// A layer that the file does not have.
  func appended(
    _ layer: NewWeightLayer, index: Int, _ generation: LayerGeneration, legacyShape: Bool
  ) throws -> OutputPieces {
    let subject = WireSubject.layer(index: index, name: layer.name)
    let names = NameFields(generation)
    var message = MessageEdit()
    for field in layer.setFields { message.set(field.path, field.values) }
    message.set(names.name, [.string(layer.name)])
    message.set(names.type, [try typeValue(layer.type, generation, subject: subject)])
    message.set(names.bottom, layer.bottoms.map(WireValue.string))
    message.set(names.top, layer.tops.map(WireValue.string))
    var blobs = OutputPieces()
    for (blobIndex, content) in layer.blobs.enumerated() {
      let writer = BlobWriter(
        file, subject: .blob(index: blobIndex, layerIndex: index, layerName: layer.name))
      blobs.add(
        try writer.pieces(
          content, field: generation.blobsField, replacing: nil, legacyShape: legacyShape))
    }
    if generation == .v0 {
      message.children[CaffeField.V1Layer.v0Layer, default: MessageEdit()].tail = blobs
    } else {
      message.tail = blobs
    }
    var output = OutputPieces()
    output.add(
      message.newBody(), asField: generation == .v2 ? CaffeField.Net.layer : CaffeField.Net.v1Layers)
    return output
  }

  private func typeValue(_ type: String, _ generation: LayerGeneration, subject: WireSubject) throws
    -> WireValue
  {
    switch generation {
    case .v2: return .string(Name(type))
    case .v1: if let number = LegacyLayerTypes.v1Number(name: type) { return .int(number) }
    case .v0: if let name = LegacyLayerTypes.v0Name(name: type) { return .string(Name(name)) }
    }
    throw EmissionError(
      path: file.path, subject: subject, .noLegacyType(type: type, generation: generation))
  }
}

/// Where a generation of layers has its names, as paths of field numbers.
private struct NameFields {
  var name: [Int]
  var type: [Int]
  var bottom: [Int]
  var top: [Int]

  init(_ generation: LayerGeneration) {
    switch generation {
    case .v2:
      name = [CaffeField.Layer.name]
      type = [CaffeField.Layer.type]
      bottom = [CaffeField.Layer.bottom]
      top = [CaffeField.Layer.top]
    case .v1:
      name = [CaffeField.V1Layer.name]
      type = [CaffeField.V1Layer.type]
      bottom = [CaffeField.V1Layer.bottom]
      top = [CaffeField.V1Layer.top]
    case .v0:
      name = [CaffeField.V1Layer.v0Layer, CaffeField.V0Layer.name]
      type = [CaffeField.V1Layer.v0Layer, CaffeField.V0Layer.type]
      bottom = [CaffeField.V1Layer.bottom]
      top = [CaffeField.V1Layer.top]
    }
  }
}
