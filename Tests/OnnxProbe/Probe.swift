// onnx-probe MODEL.onnx [OUT.onnx] [--quiet] [--always-external] [--numbers]
//
// Reads a model and prints what it holds as JSON, with the SHA-256 of the elements of each tensor; --quiet prints nothing.
// With OUT.onnx writes the model again; --always-external puts its initializers into OUT.onnx.data, and --numbers has
// those that are floats, doubles or halves computed as doubles on their way.

import CaffeIO
import Diagnostics
import Glibc
import JSON
import OnnxIO

@main
enum Probe {
  static func main() {
    var files: [String] = []
    var flags: Set<String> = []
    for argument in CommandLine.arguments.dropFirst() {
      if argument.hasPrefix("--") { flags.insert(argument) } else { files.append(argument) }
    }
    guard (1...2).contains(files.count),
      flags.isSubset(of: ["--quiet", "--always-external", "--numbers"])
    else {
      fail("error: expected MODEL.onnx [OUT.onnx] [--quiet] [--always-external] [--numbers]")
    }
    do {
      var model = try OnnxReader(path: files[0]).read()
      if !flags.contains("--quiet") { print(try ModelDocument.document(model).text, terminator: "") }
      guard files.count == 2 else { return }
      if flags.contains("--numbers") {
        model.graph.initializers = model.graph.initializers.map(computed)
      }
      var options = OnnxWriter.Options()
      if flags.contains("--always-external") { options.externalData = .always }
      let writer = try OnnxWriter(model, path: files[1], options: options)
      let output = try OnnxOutput(for: writer, inputs: [files[0]])
      try writer.write(to: output)
      try output.publish()
    } catch let error as any DiagnosticError {
      fail(error.diagnostic.text)
    } catch {
      fail("error: \(error)")
    }
  }

  /// An initializer whose numbers are computed when they are written; itself where it is not of floats.
  private static func computed(_ initializer: OnnxInitializer) -> OnnxInitializer {
    let source = initializer.source
    func computed(
      _ storage: BlobStorage, _ size: Int, _ number: @escaping @Sendable (UnsafeRawPointer, Int) -> Double
    ) -> OnnxInitializer {
      var initializer = initializer
      initializer.source = .numbers(source.byteCount / size, as: storage, of: initializer.name) {
        range, output in
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count * size, alignment: 16)
        defer { bytes.deallocate() }
        try source.read(at: range.lowerBound * size, into: bytes)
        for index in 0..<range.count { output[index] = number(bytes.baseAddress!, index) }
      }
      return initializer
    }
    return switch initializer.elementType {
    case OnnxElementType.float:
      computed(.float, 4) { Double($0.load(fromByteOffset: $1 * 4, as: Float.self)) }
    case OnnxElementType.double: computed(.double, 8) { $0.load(fromByteOffset: $1 * 8, as: Double.self) }
    case OnnxElementType.float16:
      computed(.half, 2) { Double($0.load(fromByteOffset: $1 * 2, as: Float16.self)) }
    default: initializer
    }
  }

  private static func fail(_ message: String) -> Never {
    let line = message + "\n"
    _ = line.withCString { Glibc.write(2, $0, line.utf8.count) }
    exit(1)
  }
}
