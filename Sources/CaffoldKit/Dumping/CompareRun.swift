import CaffeIO
import Diagnostics
import Layers
import Verification

/// One comparison of a dump with what the executor computes.
struct CompareRun {
  let files: ModelFiles
  /// The dump: a `.npz` file or a folder of `.npy` files.
  let path: String
  let options: RunOptions
  let inputs: InputOptions
  let comparing: CompareOptions
  let observer: RunObserver

  func run() throws -> CompareResult {
    let dump = try DumpFile(path)
    // An input that the dump holds need not be given once more.
    let net = try NetToRun(files, options, inputs, observer) { name in
      try dump.name(of: name).map { try dump.values($0) }
    }
    if let name = net.unfilledInputs.first {
      // The dump may have an array of that name: what a layer has written over the input.
      let cause =
        dump.name(of: name) != nil
        ? net.overwriter(of: name).map {
          "and \($0.type) '\($0.name)' writes over it, so the dump does not hold the input itself"
        } : nil
      throw InputValuesError(
        path: files.model,
        problem:
          "has the input '\(name)', \(cause ?? "which the dump does not hold"); give its values with --input \(name)=FILE"
      )
    }
    let map = try comparing.map.map { try DumpMap(path: $0, blobs: net.blobs) } ?? DumpMap()
    if let path = comparing.map,
      let array = map.names.values.sorted().first(where: { !dump.names.contains($0) })
    {
      throw DumpError.mappedArray(path: path, array: array, candidates: dump.names)
    }
    return inputs.isDouble
      ? try compare(net, dump, map, in: Double.self) : try compare(net, dump, map, in: Float.self)
  }

  private func compare<S: NetScalar>(
    _ net: NetToRun, _ dump: DumpFile, _ map: DumpMap, in scalar: S.Type
  ) throws -> CompareResult {
    var result = CompareResult(model: files.model, dump: path)
    result.judgesEachLayer = comparing.judgesEachLayer
    var used: Set<String> = []
    func array(of name: Name) -> String? { map.names[name] ?? dump.name(of: name) }
    let missing = try net.run(in: scalar, observer) { name, step, value in
      var blob = CompareResult.Blob(name: name, status: .absent)
      (blob.layer, blob.type) = (step?.subject.name, step?.subject.type)
      blob.bottoms = step?.bottoms ?? []
      blob.shape = value.shape
      defer { result.blobs.append(blob) }
      guard let array = array(of: name) else { return nil }
      used.insert(array)
      blob.array = array
      // What the dump gave would be compared with itself.
      if net.lastingInputs.contains(name), step.map({ $0.bottoms.isEmpty || $0.isCut }) ?? true {
        blob.status = .given
        return nil
      }
      let values = try dump.values(array)
      blob.judge(value, values, tolerances: comparing.tolerances)
      guard comparing.judgesEachLayer, blob.status == .differs else { return nil }
      return NetValue(shape: value.shape, values: S.rounded(values.values))
    }
    for name in missing {
      var blob = CompareResult.Blob(name: name, status: .notComputed)
      blob.array = array(of: name)
      if let array = blob.array { used.insert(array) }
      result.blobs.append(blob)
    }
    let order = Dictionary(net.blobs.enumerated().map { ($1, $0) }) { first, _ in first }
    result.blobs.sort { order[$0.name, default: 0] < order[$1.name, default: 0] }
    result.unusedArrays = dump.names.filter { !used.contains($0) }
    return result
  }
}

extension CompareResult.Blob {
  private static let piece = 1 << 12

  /// Compares a value with an array of the dump.
  mutating func judge<S: NetScalar>(
    _ value: NetValue<S>, _ other: InputValues, tolerances: [CompareOptions.Precision: Double]
  ) {
    (dumpedShape, dumpedType) = (other.shape, other.type)
    tolerance = tolerances[.init(type: other.type)] ?? 0
    // A dump may lack the batch or have sizes of 1 elsewhere: the order of the numbers is the same.
    func plain(_ shape: [Int]) -> [Int] { shape.filter { $0 != 1 } }
    guard plain(value.shape) == plain(other.shape) else {
      status = .shape
      return
    }
    let inner = value.shape.count > 1 ? value.shape[2...].product : 1
    let channelCount = value.shape.count > 1 ? value.shape[1] : 0
    var compared = 0
    var distances = [Double](repeating: 0, count: channelCount)
    // In pieces and in Double, as blobs of two nets are compared.
    for start in stride(from: 0, to: value.values.count, by: Self.piece) {
      let part = S.widened(Array(value.values[start..<min(start + Self.piece, value.values.count)]))
      for (place, a) in part.enumerated() {
        let b = other.values[start + place]
        var distance = 0.0
        if a.isFinite, b.isFinite {
          distance = (a - b).magnitude
          absolute = max(absolute, distance)
          largest = max(largest, a.magnitude)
          compared += 1
        } else if !(a == b || a.isNaN && b.isNaN) {
          notFinite += 1
          distance = .infinity
        }
        guard channelCount > 0 else { continue }
        let channel = (start + place) / inner % channelCount
        distances[channel] = max(distances[channel], distance)
      }
    }
    guard compared + notFinite > 0 else {
      status = .withoutNumbers
      return
    }
    status = relative <= tolerance ? .agrees : .differs
    guard channelCount > 1, inner * channelCount > 0 else { return }
    let allowed = tolerance * largest
    if status == .differs, channelCount == 3, notFinite == 0 {
      let own = S.widened(value.values)
      isReversed = own.indices.allSatisfy { place in
        let (outer, channel) = (place / (3 * inner), place / inner % 3)
        let mirrored = (outer * 3 + 2 - channel) * inner + place % inner
        return (own[place] - other.values[mirrored]).magnitude <= allowed
      }
    }
    channels = (distances.count { $0 > allowed }, channelCount)
    worstChannel = distances.indices.max { distances[$0] < distances[$1] }.flatMap {
      distances[$0] > 0 ? $0 : nil
    }
  }
}

extension CompareOptions.Precision {
  /// How exact numbers of a type are, as NumPy writes it: `<f4`.
  init(type: String) {
    switch type {
    case "<f2": self = .half
    case "|i1", "|u1": self = .int8
    default: self = .float
    }
  }
}

extension CompareResult.Blob {
  /// Whether the dump seems to hold the blob with the channels last.
  package var looksChannelsLast: Bool {
    guard let other = dumpedShape, shape.count == 4, other.count == 4 else { return false }
    return other == [shape[0], shape[2], shape[3], shape[1]]
  }
}
