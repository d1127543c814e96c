import CaffeIO
import Engine
import Layers
import Threads

/// Runs the sides of a site in step, so that weights that several of them use are read once.
///
/// A side goes ahead to its next linear layer with weights in the file. When all that will use these weights have
/// arrived, they are read, and each side multiplies them as it sees them: as they are stored, or as they will be.
struct SitePass {
  /// One side and how far it has come.
  private struct Progress {
    let side: SiteSide
    let precision: BlobEvaluator.Precision
    var values: [ValueID: NetValue<Double>]
    var next = 0

    var step: SiteSide.Step? { next < side.steps.count ? side.steps[next] : nil }
  }

  private let file: WeightsFile
  private let threads: Int
  private var sides: [Progress] = []
  /// Looks at the weights of a layer of some side; nil to let them pass.
  private let collector: (Int, SiteSide.Step) -> WeightRangeCollector?
  /// What was collected of a layer's weights, and its bias if it has one.
  struct Collected {
    var step: SiteSide.Step
    var collector: WeightRangeCollector
    var bias: [Double]?
  }

  /// What was collected, by side, in order.
  private(set) var collected: [[Collected]] = []
  /// The normalisations of the first side.
  private(set) var conditions: [NormalisationCondition] = []

  /// A blob with fewer weights is left to one thread.
  private static let manyWeights = 1 << 20

  /// - Parameters:
  ///   - file: where the blobs' bytes are.
  ///   - threads: how many may work on one blob.
  ///   - collector: asked for each layer with weights, by the number of the side.
  init(_ file: WeightsFile, threads: Int, collector: @escaping (Int, SiteSide.Step) -> WeightRangeCollector?)
  {
    self.file = file
    self.threads = threads
    self.collector = collector
  }

  /// Adds a side with the values of its inputs.
  mutating func add(
    _ side: SiteSide, _ inputs: [ValueID: NetValue<Double>], _ precision: BlobEvaluator.Precision = .asWritten
  ) {
    sides.append(Progress(side: side, precision: precision, values: inputs))
    collected.append([])
  }

  /// Runs all sides. Returns the values of each.
  mutating func run() throws -> [[ValueID: NetValue<Double>]] {
    while true {
      for index in sides.indices { try advance(index) }
      let group = nextGroup()
      guard !group.isEmpty else { return sides.map(\.values) }
      try stream(group)
    }
  }

  /// Runs layers of a side up to one whose weights come in pieces.
  private mutating func advance(_ index: Int) throws {
    while let step = sides[index].step, !(step.layer is any WeightStreaming) {
      let evaluator = BlobEvaluator(file, sides[index].precision)
      var blobs: [NetValue<Double>] = []
      for (place, blob) in step.blobs.enumerated() {
        try SiteSide.limits.check(blob.shape, of: step.subject)
        let values = try evaluator.values(of: blob, subject: step.subject(ofBlob: place))
        blobs.append(NetValue(shape: blob.shape, values: values))
      }
      if let first = blobs.first, var collector = collector(index, step) {
        first.values.withUnsafeBufferPointer { collector.add(.doubles($0), from: 0) }
        let bias = blobs.count > 1 ? blobs[1].values : nil
        collected[index].append(Collected(step: step, collector: collector, bias: bias))
      }
      if index == 0, let layer = step.layer as? any VarianceStoring,
        let stored = layer.storedVariances(blobs)
      {
        conditions.append(
          NormalisationCondition(
            layer: step.subject.name, variances: stored.variances, epsilon: stored.epsilon))
      }
      let bottoms = step.bottoms.map { sides[index].values[$0]! }
      finish(index, try Double.run(step.layer, bottoms, blobs: blobs))
    }
  }

  private mutating func finish(_ index: Int, _ tops: [NetValue<Double>]) {
    for (top, value) in zip(sides[index].side.steps[sides[index].next].tops, tops) {
      sides[index].values[top] = value
    }
    sides[index].next += 1
  }

  /// The sides that wait for the same weights, none of which another one will need later.
  private func nextGroup() -> [Int] {
    let waiting = sides.indices.filter { sides[$0].step != nil }
    guard let first = waiting.first else { return [] }
    for index in waiting {
      guard let place = sides[index].step?.weightPlace else { return [index] }
      let isNeededLater = waiting.contains { other in
        sides[other].step?.weightPlace != place
          && sides[other].side.steps[sides[other].next...].contains { $0.weightPlace == place }
      }
      if !isNeededLater { return waiting.filter { sides[$0].step?.weightPlace == place } }
    }
    // Two layers that changed places: the weights are read for each side.
    return [first]
  }

  /// What one thread makes of a part of the weights: products by side and bottom, and ranges by side.
  private struct Share {
    var products: [[any WeightProduct]]
    var collectors: [WeightRangeCollector?]

    mutating func add(_ forms: [WeightValues], from first: Int) {
      for (index, form) in forms.enumerated() {
        for product in products[index] { product.add(form, from: first) }
        collectors[index]?.add(form, from: first)
      }
    }

    mutating func merge(_ other: Share) {
      for index in products.indices {
        for (product, part) in zip(products[index], other.products[index]) { product.merge(part) }
        if let part = other.collectors[index] { collectors[index]?.merge(part) }
      }
    }
  }

  /// Reads the weights that a group of sides waits for, and finishes their layers.
  private mutating func stream(_ group: [Int]) throws {
    let steps = group.map { sides[$0].step! }
    let count = steps[0].blobs[0].count
    let pass = try BlobPass(
      file, zip(group, steps).map { BlobPass.Form($1.blobs[0], sides[$0].precision) },
      subject: steps[0].subject(ofBlob: 0))
    let shareCount = count < Self.manyWeights ? 1 : threads
    var shares = try (0..<shareCount).map { _ in try share(group, steps) }
    if shareCount == 1 {
      try pass.run(0..<count) { shares[0].add($1, from: $0) }
    } else {
      try shares.withUnsafeMutableBufferPointer { shares in
        try Parallel.tryForEach(shareCount, work: count) { index in
          let part = index * count / shareCount..<(index + 1) * count / shareCount
          try pass.run(part) { shares[index].add($1, from: $0) }
        }
      }
      for part in shares.dropFirst() { shares[0].merge(part) }
    }
    for (place, index) in group.enumerated() {
      let step = steps[place]
      let bias =
        step.blobs.count > 1
        ? try BlobEvaluator(file, sides[index].precision)
          .values(of: step.blobs[1], subject: step.subject(ofBlob: 1)) : nil
      if let collector = shares[0].collectors[place] {
        collected[index].append(Collected(step: step, collector: collector, bias: bias))
      }
      finish(index, shares[0].products[place].map { $0.top(bias: bias) })
    }
  }

  private func share(_ group: [Int], _ steps: [SiteSide.Step]) throws -> Share {
    var share = Share(products: [], collectors: [])
    for (index, step) in zip(group, steps) {
      var products: [any WeightProduct] = []
      if let layer = step.layer as? any WeightStreaming {
        for bottom in step.bottoms { products.append(try layer.product(with: sides[index].values[bottom]!)) }
      }
      share.products.append(products)
      share.collectors.append(collector(index, step))
    }
    return share
  }
}

extension SiteSide.Step {
  /// Where the weights that come in pieces lie in the file; nil where they are in memory, or the layer has none.
  fileprivate var weightPlace: Int? {
    guard layer is any WeightStreaming, let blob = blobs.first else { return nil }
    switch blob {
    case .stored(let stored), .scaled(let stored, _): return stored.fieldRange.lowerBound
    case .values, .computed: return nil
    }
  }

  fileprivate func subject(ofBlob index: Int) -> WireSubject {
    .blob(index: index, layerIndex: 0, layerName: subject.name)
  }
}
