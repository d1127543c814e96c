import Diagnostics
import Glibc
import Operators

/// Collects a call line by line and runs it.
struct Runner<S: OperatorScalar> {
  private let data: [UInt8]
  /// The bytes of all outputs so far.
  private(set) var results: [UInt8] = []
  private var call = OperatorCall(name: "")
  private var inputs: [OperatorTensor<S>?] = []

  init(data: [UInt8]) { self.data = data }

  mutating func take(_ words: [String]) {
    let values = words.dropFirst(2)
    switch words[0] {
    case "call":
      call = OperatorCall(name: words[1], outputCount: whole(words[3]), opset: whole(words[2]))
      inputs = []
    case "int": call.attributes[words[1]] = .int(Int64(whole(words[2])))
    case "float": call.attributes[words[1]] = .float(number(words[2]))
    case "string": call.attributes[words[1]] = .string(words[2])
    case "ints": call.attributes[words[1]] = .ints(values.map { Int64(whole($0)) })
    case "floats": call.attributes[words[1]] = .floats(values.map(number))
    case "tensor": call.attributes[words[1]] = .tensor(tensor(Array(values), Float.self))
    case "input": inputs.append(tensor(Array(words.dropFirst()), S.self))
    case "absent": inputs.append(nil)
    case "end": run()
    default: fail("what is '\(words[0])'?")
    }
  }

  private mutating func run() {
    let began = now()
    do throws(OperatorError) {
      let outputs = try OperatorRegistry.run(call, inputs)
      print("ok \(outputs.count) \(now() - began)")
      for output in outputs { write(output) }
    } catch {
      print("error \(error.diagnostic.sentence)")
    }
  }

  private func whole(_ text: String) -> Int {
    guard let value = Int(text) else { fail("'\(text)' is no whole number") }
    return value
  }

  private func number(_ text: String) -> Float {
    guard let value = Float(text) else { fail("'\(text)' is no number") }
    return value
  }

  private func tensor<T: OperatorScalar>(_ words: [String], _ scalar: T.Type) -> OperatorTensor<T> {
    let shape = words[1] == "-" ? [] : words[1].split(separator: ",").map { whole(String($0)) }
    let (start, count) = (whole(words[2]), shape.reduce(1, *))
    func values<E: BitwiseCopyable>(_ type: E.Type) -> [E] {
      data.withUnsafeBytes { bytes in
        (0..<count).map {
          bytes.loadUnaligned(fromByteOffset: start + $0 * MemoryLayout<E>.stride, as: E.self)
        }
      }
    }
    switch words[0] {
    case "float": return OperatorTensor(shape: shape, values: .float(T.numbers(values(Float.self))))
    case "double": return OperatorTensor(shape: shape, values: .float(T.rounded(values(Double.self))))
    case "float16": return OperatorTensor(shape: shape, values: .float16(values(UInt16.self)))
    case "int64": return OperatorTensor(shape: shape, values: .int64(values(Int64.self)))
    case "bool": return OperatorTensor(shape: shape, values: .bool(values(UInt8.self).map { $0 != 0 }))
    default: fail("'\(words[0])' is no element type")
    }
  }

  private mutating func write(_ tensor: OperatorTensor<S>) {
    let sizes = tensor.shape.isEmpty ? "-" : tensor.shape.map(String.init).joined(separator: ",")
    let word = tensor.type == .float && S.self == Double.self ? "double" : tensor.type.word
    print("\(word) \(sizes) \(results.count)")
    switch tensor.values {
    case .float(let values): values.withUnsafeBytes { results += $0 }
    case .float16(let values): values.withUnsafeBytes { results += $0 }
    case .int64(let values): values.withUnsafeBytes { results += $0 }
    case .bool(let values): results += values.map { $0 ? 1 : 0 }
    }
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
