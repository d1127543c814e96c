import CaffeIO

/// Writes a model: lays it out from the byte counts of its initializers first, then streams those into the files.
///
///     let writer = try OnnxWriter(model, path: "net.onnx")
///     let output = try OnnxOutput(for: writer, inputs: [])
///     try writer.write(to: output)
///     // Read it back, prove it, then:
///     try output.publish()
package struct OnnxWriter: Sendable {
  /// Where large initializers lie.
  package enum ExternalData: Sendable {
    /// In the model as long as protobuf can read it, else in a file beside it.
    case automatic
    /// In the model; one that is too large is refused.
    case never
    /// In a file beside it.
    case always
  }

  /// How a model is written.
  package struct Options: Sendable {
    /// Where large initializers lie.
    package var externalData = ExternalData.automatic
    /// Initializers with fewer bytes stay in the model.
    package var smallestExternal = 1024
    /// The most bytes of the model; those of one message that protobuf reads.
    package var mostBytes = Int(Int32.max)

    /// The defaults.
    package init() {}
  }

  /// Where the model goes, as the user wrote it.
  package let path: String
  private let model: OutputPieces
  private let data: OutputPieces?

  /// How many bytes the model has.
  package var byteCount: Int { model.byteCount }
  /// How many bytes the file beside it has; nil where there is none.
  package var dataByteCount: Int? { data?.byteCount }
  /// The path of the file beside the model.
  package var dataPath: String { path + ".data" }

  /// Lays a model out for a path; nothing is read or written yet.
  ///
  /// - Throws: `OnnxError` for parts that are not written, tensors whose bytes do not fit their shapes, and a model that is too
  ///   large without its initializers.
  package init(_ model: OnnxModel, path: String, options: Options = Options()) throws(OnnxError) {
    self.path = path
    do throws(OnnxError) {
      if options.externalData != .always {
        var encoder = ModelEncoder()
        let message = try encoder.encode(model)
        if message.byteCount <= options.mostBytes {
          self.model = message.pieces
          data = nil
          return
        }
        guard options.externalData == .automatic else {
          throw OnnxError(.model, .tooLarge(byteCount: message.byteCount, limit: options.mostBytes))
        }
      }
      var encoder = ModelEncoder(
        external: ExternalLayout(name: Paths.name(of: path + ".data"), smallest: options.smallestExternal))
      let message = try encoder.encode(model)
      guard message.byteCount <= options.mostBytes else {
        throw OnnxError(.model, .tooLarge(byteCount: message.byteCount, limit: options.mostBytes))
      }
      self.model = message.pieces
      data = encoder.external.flatMap { $0.pieces.byteCount > 0 ? $0.pieces : nil }
    } catch {
      var error = error
      error.path = path
      throw error
    }
  }

  /// Writes everything; `output` is not put in place here. `progress` gets the bytes done and all bytes.
  ///
  /// - Throws: `FileError`, and what reading or computing the initializers throws.
  package func write(
    to output: OnnxOutput, options: PieceWriter.Options = PieceWriter.Options(),
    progress: ((Int, Int) -> Void)? = nil
  ) throws {
    let total = byteCount + (dataByteCount ?? 0)
    if let data, let file = output.data {
      try PieceWriter(data, to: file, options: options).run { done, _ in progress?(done, total) }
    }
    let before = dataByteCount ?? 0
    try PieceWriter(model, to: output.model, options: options).run { done, _ in
      progress?(before + done, total)
    }
  }

  /// The bytes of the model file, in memory: for small models.
  ///
  /// - Throws: what reading or computing the initializers throws.
  package func modelBytes() throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    for piece in model.pieces {
      switch piece {
      case .bytes(let part): bytes += part
      case .source(let source): try OnnxTensorSource(source).write { bytes += $0 }
      case .kept, .scaled, .computed: preconditionFailure("a model has no parts of an input")
      }
    }
    return bytes
  }
}
