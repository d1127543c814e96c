import CaffeIO

/// Reads ONNX models. Nodes and attributes come into memory, the elements of initializers stay in the file until they
/// are asked for.
///
/// Fields that are not known are skipped. Any bytes give a model or an error, in memory that the size of the file
/// bounds.
package struct OnnxReader: Sendable {
  private let file: InputFile
  private let external: OnnxExternalFiles
  private let limits: OnnxLimits

  /// A reader of the file at `path`; initializers outside of it are looked for in its folder.
  package init(path: String, limits: OnnxLimits = OnnxLimits()) throws(FileError) {
    self.init(try InputFile(path: path), external: .folder(of: path), limits: limits)
  }

  /// A reader of bytes in memory; `path` is only what messages say.
  package init(bytes: [UInt8], path: String, limits: OnnxLimits = OnnxLimits()) {
    self.init(InputFile(bytes: bytes, path: path), limits: limits)
  }

  /// A reader of an open file.
  package init(
    _ file: InputFile, external: OnnxExternalFiles = .given([:]), limits: OnnxLimits = OnnxLimits()
  ) {
    self.file = file
    self.external = external
    self.limits = limits
  }

  /// Reads the model.
  ///
  /// - Throws: `OnnxError` for what ONNX does not allow, `WireFormatError` for what protobuf does not, `FileError` for what
  ///   cannot be read.
  package func read() throws -> OnnxModel {
    let head = try [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      count = try file.readUpTo(256, at: 0, into: UnsafeMutableRawBufferPointer(buffer))
    }
    if let foreign = ForeignFile.recognize(head) {
      throw OnnxError(path: file.path, .model, .foreign(foreign))
    }
    var parser = ModelParser(file, external: external, limits: limits)
    return try parser.read()
  }
}
