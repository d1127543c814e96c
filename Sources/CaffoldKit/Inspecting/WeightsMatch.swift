import CaffeIO
import Diagnostics
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
    var stored: [Name: WeightLayer] = [:]
    for layer in file.layers where !layer.blobs.isEmpty { stored[layer.name] = layer }
    for (place, step) in net.steps.enumerated() {
      let own = stored[step.subject.name]
      let blobs = own?.blobs ?? []
      result.layers[place].blobs = blobs.map(InspectResult.Blob.init)
      result.layers[place].parameters = blobs.reduce(0) { InspectResult.sum($0, $1.count) }
      result.layers[place].obstacle = nil
      check(step, costs.steps[place], isStored: own != nil, in: &result, at: place)
    }
    let names = Set(net.steps.map(\.subject.name))
    for layer in file.layers where !layer.blobs.isEmpty && !names.contains(layer.name) {
      result.findings.append(
        .init(
          kind: .superfluousBlobs, layer: layer.name,
          message:
            "the weights file has \(Wording.counted(layer.blobs.count, "blob")) for \(layer.type) '\(layer.name)', a layer that the net does not have"
        ))
    }
    for layer in file.layers {
      result.findings += try Self.findings(of: layer, file)
    }
  }

  /// Notes why a layer cannot be run with the blobs that the file has.
  private func check(
    _ step: NetRunner.Step, _ cost: NetCosts.Step, isStored: Bool, in result: inout InspectResult,
    at place: Int
  ) {
    let name = step.subject.name
    if let obstacle = step.obstacle {
      guard case .blobCount(let expected, let found) = obstacle.reason else {
        if step.isCut { result.layers[place].obstacle = obstacle.diagnostic.sentence }
        return
      }
      let kind: InspectResult.Finding.Kind =
        found < expected.lowerBound ? .missingBlobs : .superfluousBlobs
      result.findings.append(.init(kind: kind, layer: name, message: obstacle.diagnostic.sentence))
      return
    }
    // What the layer says of its blobs beyond their number, for the bottoms that it has here.
    guard let layer = step.layer, cost.failure == nil, let shapes = cost.bottoms else { return }
    do throws(LayerError) {
      _ = try layer.outputShapes(shapes)
    } catch {
      result.findings.append(.init(kind: .blobSize, layer: name, message: error.diagnostic.sentence))
      return
    }
    if isStored, !layer.isTrained, cost.blobs?.isEmpty ?? false {
      result.findings.append(
        .init(
          kind: .superfluousBlobs, layer: name,
          message: "\(step.subject.type) '\(name)' has blobs in the weights file and takes none"))
    }
  }

  /// What is the matter with the numbers of a layer.
  static func findings(of layer: WeightLayer, _ file: WeightsFile) throws -> [InspectResult.Finding] {
    var findings: [InspectResult.Finding] = []
    for (index, blob) in layer.blobs.enumerated() {
      let subject = "blob \(index) of '\(layer.name)'"
      if case .other(let type) = blob.storage {
        findings.append(
          .init(
            kind: .unreadableBlob, layer: layer.name,
            message: "the numbers of \(subject) have the type \(type), which cannot be read"))
        continue
      }
      let statistics = try file.statistics(of: blob)
      let parts = [(statistics.nans, "NaN"), (statistics.infinities, "infinite")].filter { $0.0 > 0 }
      guard !parts.isEmpty else { continue }
      let counts = parts.map { "\($0) \($1)" }
      findings.append(
        .init(
          kind: .notFinite, layer: layer.name,
          message: "\(counts.joined(separator: " and ")) of the \(blob.count) numbers of \(subject)"))
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
