import CaffeIO
import Diagnostics
import Engine
import Layers

/// The blobs of a weights file beside the layers that take them.
struct WeightsMatch {
  private let file: WeightsFile
  /// The net with the file's blobs.
  private let net: NetRunner
  /// What the parameters say of the same steps.
  private let costs: NetCosts

  init(_ file: WeightsFile, _ net: NetRunner, _ costs: NetCosts) {
    self.file = file
    self.net = net
    self.costs = costs
  }

  /// Gives the layers of a result the blobs that the file has for them, and notes what does not fit.
  func add(to result: inout InspectResult) throws {
    let stored = storedLayers
    for (place, step) in net.steps.enumerated() {
      let blobs = stored[step.subject.name]?.blobs ?? []
      result.layers[place].blobs = blobs.map(InspectResult.Blob.init)
      result.layers[place].parameters = blobs.reduce(0) { InspectResult.sum($0, $1.count) }
      result.layers[place].obstacle = nil
      if let obstacle = step.obstacle, !obstacle.isBlobCount, step.isCut {
        result.layers[place].obstacle = obstacle.diagnostic.sentence
      }
    }
    result.findings += try findings()
  }

  /// What does not fit, layer by layer, and then what is the matter with the numbers.
  func findings() throws -> [Finding] {
    let stored = storedLayers
    let unfilled = net.steps.filter { step in
      guard case .blobCount(let expected, 0)? = step.obstacle?.reason else { return false }
      return expected.lowerBound > 0 && stored[step.subject.name] == nil
    }
    // Of a file with nothing for the net it is said once.
    let isForeign =
      unfilled.count > 1 && !net.steps.contains { stored[$0.subject.name] != nil }
    var findings: [Finding] = []
    if isForeign {
      let names = file.layers.filter { !$0.blobs.isEmpty }.map(\.name)
      let warning = Warning.otherNet(layerCount: unfilled.count, stored: names)
      findings.append(Finding(.otherNet, at: .file(file.path), warning.sentence))
    } else {
      for (step, cost) in zip(net.steps, costs.steps) {
        if let found = mismatch(step, cost, isStored: stored[step.subject.name] != nil) {
          findings.append(found)
        }
      }
    }
    let names = Set(net.steps.map(\.subject.name))
    for layer in file.layers where !isForeign && !layer.blobs.isEmpty && !names.contains(layer.name) {
      findings.append(
        Finding(
          .superfluousBlobs, at: .file(file.path), layer: layer.name,
          "the weights file has \(Wording.counted(layer.blobs.count, "blob")) for \(layer.type) '\(layer.name)', a layer that the net does not have"
        ))
    }
    for layer in file.layers { findings += try Self.findings(of: layer, file) }
    return findings
  }

  /// The layers of the file that have blobs, by name.
  private var storedLayers: [Name: WeightLayer] {
    Dictionary(file.layers.filter { !$0.blobs.isEmpty }.map { ($0.name, $0) }) { _, last in last }
  }

  /// Why a layer cannot be run with the blobs that the file has.
  private func mismatch(_ step: NetRunner.Step, _ cost: NetCosts.Step, isStored: Bool) -> Finding? {
    let name = step.subject.name
    func finding(_ check: StandingCheck, _ reason: String, _ severity: Finding.Severity? = nil) -> Finding {
      let place = step.definition.field.source.place(at: step.definition.offset(ofField: []))
      return Finding(check, severity, at: .text(place), layer: name, reason)
    }
    if let obstacle = step.obstacle {
      guard case .blobCount(let expected, let found) = obstacle.reason else { return nil }
      guard found < expected.lowerBound else {
        return finding(.superfluousBlobs, obstacle.diagnostic.sentence, .error)
      }
      // Caffe fills what the file does not name.
      return finding(.missingBlobs, obstacle.diagnostic.sentence, isStored ? .error : .warning)
    }
    // What the layer says of its blobs beyond their number, for the bottoms that it has here.
    guard let layer = step.layer, cost.failure == nil, let shapes = cost.bottoms else { return nil }
    do throws(LayerError) {
      _ = try layer.outputShapes(shapes)
    } catch {
      return finding(.blobSize, error.diagnostic.sentence)
    }
    guard isStored, !layer.isTrained, cost.blobs?.isEmpty ?? false else { return nil }
    return finding(
      .superfluousBlobs, "\(step.subject.type) '\(name)' has blobs in the weights file and takes none")
  }

  /// What is the matter with the numbers of a layer.
  static func findings(of layer: WeightLayer, _ file: WeightsFile) throws -> [Finding] {
    var findings: [Finding] = []
    func note(_ check: StandingCheck, _ reason: String) {
      findings.append(Finding(check, at: .file(file.path), layer: layer.name, reason))
    }
    for (index, blob) in layer.blobs.enumerated() {
      let subject = "blob \(index) of '\(layer.name)'"
      if case .other(let type) = blob.storage {
        note(.unreadableBlob, "the numbers of \(subject) have the type \(type), which cannot be read")
        continue
      }
      let statistics = try file.statistics(of: blob)
      let parts = [(statistics.nans, "NaN"), (statistics.infinities, "infinite")].filter { $0.0 > 0 }
      guard !parts.isEmpty else { continue }
      let counts = parts.map { "\($0) \($1)" }
      note(
        .notFinite, "\(counts.joined(separator: " and ")) of the \(blob.count) numbers of \(subject)")
    }
    return findings
  }
}

extension WeightsFile {
  /// What the numbers of a blob are like; the file is read once, in chunks.
  func statistics(of blob: StoredBlob) throws -> BlobStatistics {
    var statistics = BlobStatistics()
    try forEachChunk(of: blob) { statistics.add($1) }
    return statistics
  }
}

extension InspectResult.Blob {
  init(_ blob: StoredBlob) {
    self.init(shape: blob.shape, count: blob.count, storage: blob.storage.name)
  }
}

extension BlobStorage {
  /// The number type as NumPy calls it.
  package var name: String {
    switch self {
    case .float: "float32"
    case .double: "float64"
    case .half: "float16"
    case .other(let type): "type \(type)"
    }
  }
}
