import CaffeIO
import Diagnostics
import Layers

/// The output in the current syntax: `layer` fields instead of `layers`, and the axes that blobs have now.
extension WeightsEmitter {
  /// The output as a list of parts. Inputs that the file declares beside its layers go: the definition has them.
  func upgraded(_ plan: WeightsPlan, _ upgrade: WeightsUpgrade) throws -> OutputPieces {
    var output = OutputPieces()
    var rewriter = MessageRewriter(file.file)
    var reader = LegacyLayerReader(file.file, schema: upgrade.schema)
    var cursor = WireCursor(file.file, limits: WireLimits())
    var index = 0
    // By blob, the padding layer that made it last.
    var paddings: [Name: LegacyPadding] = [:]
    while let field = try cursor.nextField(before: file.byteCount) {
      switch field.number {
      case CaffeField.Net.input, CaffeField.Net.inputDim, CaffeField.Net.inputShape: continue
      case CaffeField.Net.layer, CaffeField.Net.v1Layers:
        let layer = file.layers[index]
        index += 1
        let padding = layer.bottoms.count == 1 ? paddings[layer.bottoms[0].name] : nil
        for top in layer.tops { paddings[top.name] = try reader.padding(of: layer) }
        let edit = edit(of: layer, plan) ?? WeightLayerEdit()
        if edit.removed { continue }
        if layer.generation == .v2 {
          output.add(try rewritten(layer, edit, presentShapes: true, with: &rewriter))
        } else if layer.generation == .v1 || layer.type != V0Fields.padding {
          let header = try reader.header(of: layer, type: upgrade.types[layer.name], padding: padding)
          output.add(try upgraded(layer, edit, header))
        }
      default: output.keep(field.range)
      }
    }
    for (place, layer) in plan.appended.enumerated() {
      let index = file.layers.count + place
      output.add(try appended(converted(layer, plan), index: index, .v2, legacyShape: false))
    }
    return output
  }

  private func upgraded(
    _ layer: WeightLayer, _ edit: WeightLayerEdit, _ header: UpgradedLayerHeader
  ) throws -> OutputPieces {
    let message = try fieldsEdit(layer, edit, .v2)
    var body = OutputPieces()
    if message.isEmpty {
      body.add(header.fields)
    } else {
      // Edited where it lies: the bytes in memory stand for a file.
      var rewriter = MessageRewriter(InputFile(bytes: header.fields, path: file.path))
      rewriter.setSubject(.layer(index: layer.index, name: layer.name))
      for piece in try rewriter.rewrite(0..<header.fields.count, message).pieces {
        switch piece {
        case .kept(let range): body.add(Array(header.fields[range]))
        case .bytes(let bytes): body.add(bytes)
        // Fields apart from blobs are plain bytes.
        case .scaled, .computed, .source: break
        }
      }
    }
    body.add(header.longFields)
    for (index, content) in (edit.blobs ?? layer.blobs.map(BlobContent.stored)).enumerated() {
      let writer = BlobWriter(
        file, subject: .blob(index: index, layerIndex: layer.index, layerName: layer.name))
      body.add(
        try writer.pieces(
          content, field: LayerGeneration.v2.blobsField,
          replacing: index < layer.blobs.count ? layer.blobs[index] : nil, legacyShape: false,
          storedField: layer.generation.blobsField, shape: presentShape(of: content, layer, blob: index)))
    }
    var output = OutputPieces()
    output.add(body, asField: CaffeField.Net.layer)
    return output
  }

  /// The blobs of a layer where one of them has other axes now; nil where none has.
  func storedBlobs(ifReshaped layer: WeightLayer) -> [BlobContent]? {
    let contents = layer.blobs.map(BlobContent.stored)
    let areReshaped = contents.indices.contains { presentShape(of: contents[$0], layer, blob: $0) != nil }
    return areReshaped ? contents : nil
  }

  /// The axes that a blob with four has now; nil where it keeps what it has.
  func presentShape(of content: BlobContent, _ layer: WeightLayer, blob index: Int) -> [Int]? {
    guard index < layer.blobs.count, layer.blobs[index].isLegacyShape else { return nil }
    return PresentShape.shape(of: content.shape, blob: index, inLayerOf: layer.type)
  }
}
