/// What small blobs of the output will hold, such as biases and statistics, before they are written.
package struct BlobEvaluator: Sendable {
  /// How far values are rounded.
  package enum Precision: Sendable {
    /// In their stored type, by the arithmetic that writes them.
    case asWritten
    /// Not at all: products of stored values and factors in Double.
    case unrounded
  }

  private let file: WeightsFile
  private let precision: Precision

  /// Makes an evaluator for contents that refer to `file`.
  package init(_ file: WeightsFile, _ precision: Precision = .asWritten) {
    self.file = file
    self.precision = precision
  }

  /// All values of a blob; `subject` is what messages name.
  ///
  /// - Throws: what ``BlobPass`` throws.
  package func values(of content: BlobContent, subject: WireSubject = .net) throws -> [Double] {
    let pass = try BlobPass(file, [BlobPass.Form(content, precision)], subject: subject)
    var values: [Double] = []
    values.reserveCapacity(content.count)
    try pass.run(0..<content.count) { _, forms in
      switch forms[0] {
      case .floats(let floats): for value in floats { values.append(Double(value)) }
      case .doubles(let doubles): values.append(contentsOf: doubles)
      }
    }
    return values
  }
}
