// operator-probe --signatures
// operator-probe [--double] CASES DATA RESULTS
//
// Prints the signatures of all operators, or
// runs the calls of CASES, a text, one after the other. Numbers of tensors stand in DATA, and those of the results are
// written to RESULTS, in the byte order of the machine. A tensor is written TYPE SHAPE OFFSET: the type by ONNX's word, the
// sizes with commas between, `-` for none, and where in the file its bytes begin. A call is
//
//   call NAME OPSET OUTPUTS
//   int|float|string|ints|floats NAME VALUES…      an attribute
//   tensor NAME TENSOR                             an attribute
//   input TENSOR                                   an input
//   absent                                         an input that is left out
//   end
//
// With --double the operators run in double precision: numbers of ONNX's type float are doubles, in DATA and in RESULTS, and are called so.
//
// For each call it prints `ok COUNT SECONDS` and the tensors of the outputs, a line each, or `error SENTENCE`.

import Diagnostics
import Glibc
import Operators

@main
enum Probe {
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.dropFirst() == ["--signatures"] { return Signatures.write() }
    if arguments.dropFirst().first == "--double" {
      run(Array(arguments.dropFirst(2)), in: Double.self)
    } else {
      run(Array(arguments.dropFirst()), in: Float.self)
    }
  }

  static func run<S: OperatorScalar>(_ paths: [String], in scalar: S.Type) {
    guard paths.count == 3 else { fail("expected CASES DATA RESULTS") }
    let text = String(decoding: read(paths[0]), as: UTF8.self)
    var runner = Runner<S>(data: read(paths[1]))
    for line in text.split(separator: "\n") { runner.take(line.split(separator: " ").map(String.init)) }
    write(runner.results, to: paths[2])
  }

  static func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail("cannot read \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    guard fread(&bytes, 1, bytes.count, file) == bytes.count else { fail("cannot read \(path)") }
    return bytes
  }

  static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "wb") else { fail("cannot write \(path)") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}

func fail(_ message: String) -> Never {
  let line = "error: \(message)\n"
  _ = line.withCString { Glibc.write(2, $0, line.utf8.count) }
  exit(2)
}
