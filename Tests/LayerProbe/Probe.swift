// layer-probe MODEL WEIGHTS FOLDER [--double] [--all] [--cut] [--repeat N] [BLOB=FILE.npy ...]
//
// Runs the net of MODEL with the parameters of WEIGHTS (`-` for none) and writes its outputs, with --all every
// top of every layer, to FOLDER/0.npy, 1.npy, …; prints for each file its number, layer and blob, tabs between.
// With --cut, layers of unknown types are left out with everything that depends on them. With --repeat the
// time of the fastest run is printed as `seconds`.

import CaffeIO
import Diagnostics
import Layers
import Glibc

func fail(_ message: String) -> Never {
  complain("error: \(message)")
  exit(1)
}

func complain(_ message: String) {
  let line = message + "\n"
  _ = line.withCString { Glibc.write(2, $0, line.utf8.count) }
}

@main
enum Probe {
  static func main() {
    var flags: Set<String> = []
    var inputs: [String: String] = [:]
    var files: [String] = []
    var repeats = 1
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      if argument == "--repeat" {
        repeats = arguments.popFirst().flatMap { Int($0) } ?? 1
        flags.insert(argument)
      } else if argument.hasPrefix("--") {
        flags.insert(argument)
      } else if let sign = argument.lastIndex(of: "=") {
        inputs[String(argument[..<sign])] = String(argument[argument.index(after: sign)...])
      } else {
        files.append(argument)
      }
    }
    guard files.count == 3 else { fail("expected MODEL WEIGHTS FOLDER") }
    do {
      let definition = try NetDefinition(TextDocument(SourceText(path: files[0], bytes: read(files[0]))))
      let parameters: any ParameterSource =
        files[1] == "-" ? GivenParameters() : WeightsFileParameters(try WeightsFile(path: files[1]))
      let net = try NetRunner(definition, parameters: parameters)
      if flags.contains("--double") {
        try run(net, Double.self, inputs, flags, repeats, files[2])
      } else {
        try run(net, Float.self, inputs, flags, repeats, files[2])
      }
    } catch let error as any DiagnosticError {
      complain(error.diagnostic.text)
      exit(1)
    } catch {
      fail("\(error)")
    }
  }

  static func read(_ path: String) throws -> [UInt8] {
    let file = try InputFile(path: path)
    var bytes = [UInt8](repeating: 0, count: file.byteCount)
    try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    return bytes
  }

  static func run<S: NetScalar>(
    _ net: NetRunner, _ scalar: S.Type, _ inputs: [String: String], _ flags: Set<String>, _ repeats: Int,
    _ folder: String
  ) throws {
    let given = Dictionary(uniqueKeysWithValues: inputs.map { (Name($0), $1) }).mapValues { path in
      let value = Npy.read(path)
      return NetValue(shape: value.shape, values: S.rounded(value.values))
    }
    var count = 0
    func write(_ value: NetValue<S>, _ layer: Name, _ blob: Name) {
      Npy.write(value, to: "\(folder)/\(count).npy")
      print("\(count)\t\(layer)\t\(blob)")
      count += 1
    }
    let shapes = try net.shapes(given.mapValues(\.shape))
    var place = 0
    func run(_ observing: (NetRunner.Step, Int, NetValue<S>) throws -> Void) throws -> [Name: NetValue<S>] {
      try net.run(given, cut: flags.contains("--cut") ? { _, _ in nil } : nil, observing: observing)
    }
    var best = Double.infinity
    if flags.contains("--repeat") {
      for _ in 0..<repeats {
        let began = now()
        _ = try run { _, _, _ in }
        best = min(best, now() - began)
      }
      print("seconds\t\(best)")
      if flags.contains("--profile") { try profile(net, run) }
    }
    let outputs = try run { step, top, value in
      while net.steps[place].index != step.index { place += 1 }
      if step.subject.type != "DetectionOutput", let shape = shapes[place]?[top], shape != value.shape {
        fail("layer '\(step.subject.name)' made \(value.shape) and had said \(shape)")
      }
      if flags.contains("--all") { write(value, step.subject.name, step.tops[top]) }
    }
    if !flags.contains("--all") {
      for name in net.outputs { if let value = outputs[name] { write(value, "", name) } }
    }
  }

  /// Prints the time of each layer type.
  static func profile<S>(
    _ net: NetRunner,
    _ run: ((NetRunner.Step, Int, NetValue<S>) throws -> Void) throws -> [Name: NetValue<S>]
  ) throws {
    var times: [String: Double] = [:]
    var last = now()
    _ = try run { step, _, _ in
      let time = now()
      times[step.subject.type, default: 0] += time - last
      last = time
    }
    for (type, time) in times.sorted(by: { $0.value > $1.value }) { print("time\t\(type)\t\(time)") }
  }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
