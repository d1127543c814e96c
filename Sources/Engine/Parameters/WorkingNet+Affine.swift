import CaffeIO
import RuleModel
import Tensors

extension WorkingNet {
  /// The affine function that a layer computes at TEST, by the layout that fits its type and blobs.
  ///
  /// - Throws: a refusal where no layout fits or several do, where the layer wants the statistics of the
  ///   batch, and where its numbers are unusable.
  package func affine(of layer: LayerID) throws(Refusal.Reason) -> Affine {
    if let relu = described(layer).layer?.fusedReLU {
      throw Refusal.Reason(EndsInReLU(layer: graph.named(layer), path: relu.path))
    }
    return try affineBeforeReLU(of: layer)
  }

  /// The affine function of a layer that may end in a ReLU, which is left out.
  func affineBeforeReLU(of layer: LayerID) throws(Refusal.Reason) -> Affine {
    _ = try usable(layer)
    guard graph.layers[layer.index].bottoms.count == 1 else {
      throw Refusal.Reason(TwoBottoms(layer: graph.named(layer)))
    }
    // Some layers give the statistics of the batch as further tops.
    let tops = graph.layers[layer.index].tops.count
    guard tops <= 1 else {
      throw Refusal.Reason(TopCount(layer: graph.named(layer), found: tops, expected: 1))
    }
    return try affineByLayout(of: layer)
  }

  /// Whether a normalisation is to train in a net that does not: Net::Init gives layers the net's phase, but leaves one that a
  /// layer has, which `use_global_stats` goes by where it is not written.
  private func trains(_ layer: LayerID) -> Bool {
    writtenAttribute(["phase"], of: layer) == .string("TRAIN")
      && writtenAttribute(["batch_norm_param", "use_global_stats"], of: layer) != .boolean(true)
  }

  private func affineByLayout(of layer: LayerID) throws(Refusal.Reason) -> Affine {
    if isAbsorbed(layer) { return Affine(scale: [1], shift: nil, hasShift: false, axisCount: 0) }
    let environment = MatchEnvironment(self, layer: layer)
    if let parameters = try affineOfParameters(layer, environment) { return parameters }
    if let defined = try affineByMeaning(layer) { return defined }
    let blobs = try self.blobs(of: layer)
    let layout = try layout(of: layer, blobs: blobs)
    let usesBatch =
      if let condition = layout.usesStoredStatistics { try environment.truth(of: condition) != true } else {
        false
      }
    if usesBatch || layout.roles.contains(.variance) && trains(layer) {
      guard assumesStoredStatistics else {
        let cause: BatchStatistics.Cause =
          trains(layer) ? .ownPhase : graph[layer].type == "BatchNorm" ? .field : .mode
        throw Refusal.Reason(BatchStatistics(layer: graph.named(layer), cause: cause))
      }
      warn(layer, .assumedStatistics)
    }
    func number(_ expression: CheckedExpression?, or fallback: Double) throws(Refusal.Reason) -> Double {
      guard let expression else { return fallback }
      return try environment.number(expression)
    }
    let axis = Int(exactly: try number(layout.axis, or: 1)) ?? 1
    let axisCount = Int(exactly: try number(layout.axisCount, or: 1)) ?? 1
    guard let blobs else {
      let hasShift = layout.roles.contains(.mean) || layout.roles.contains(.beta)
      return Affine(scale: nil, shift: nil, hasShift: hasShift, axis: axis, axisCount: axisCount)
    }
    var numbers: [BlobLayout.Role: [Double]] = [:]
    for (role, blob) in zip(layout.roles, blobs) where role != .ignored {
      numbers[role] = try values(of: blob, layer: layer)
    }
    if let factor = numbers[.factor], factor.count != 1 {
      let index = layout.roles.firstIndex(of: .factor) ?? 0
      throw Refusal.Reason(
        BlobShape(
          layer: graph.named(layer), blob: index, shape: blobs[index].shape, expected: .factor))
    }
    // Caffe keeps eps in single precision, whoever gave it.
    let epsilon = try number(layout.epsilon, or: 0).inSinglePrecision
    var affine = try Affine(numbers: numbers, epsilon: epsilon, layer: graph.named(layer))
    affine.axis = axis
    affine.axisCount = axisCount
    if axis == 1, let count = affine.channelCount, let bottom = graph[layer].bottoms.first,
      let expected = channels.count(of: bottom), count != expected
    {
      throw Refusal.Reason(
        InputChannels(layer: graph.named(layer), found: count, expected: expected))
    }
    noteOddities(of: layer, numbers)
    if let sentence = layout.warning,
      try layout.warningCondition.map({ (e) throws(Refusal.Reason) in try environment.truth(of: e) == true })
        ?? true
    {
      warn(layer, .layout(sentence))
    }
    return affine
  }

  /// The function of a layer whose factor and summand are expressions: single numbers, as a Power's are, or one for each
  /// channel.
  private func affineOfParameters(
    _ layer: LayerID, _ environment: MatchEnvironment
  ) throws(Refusal.Reason) -> Affine? {
    let type = graph[layer].type
    for layout in layoutIndices(for: type).lazy.map({ self.layouts[$0] })
    where layout.scale != nil || layout.shift != nil {
      if !layout.roles.isEmpty, let blobs = try blobs(of: layer), blobs.count != layout.roles.count {
        continue
      }
      if let condition = layout.condition, try environment.truth(of: condition) == false { continue }
      func vector(_ expression: CheckedExpression?) throws(Refusal.Reason) -> Tensor? {
        try expression.map { (e) throws(Refusal.Reason) in try environment.tensor(of: e) } ?? nil
      }
      let (scale, shift) = (try vector(layout.scale), try vector(layout.shift))
      for (what, numbers) in [("scale", scale), ("shift", shift)] {
        if let channel = numbers?.values.firstIndex(where: { !$0.isFinite }) {
          throw Refusal.Reason(NotFinite(layer: graph.named(layer), numbers: what, channel: channel))
        }
      }
      let count = max(scale?.values.count ?? 1, shift?.values.count ?? 1)
      // One number serves all channels, beside a vector too.
      func spread(_ numbers: [Double]) throws(Refusal.Reason) -> [Double] {
        guard numbers.count != count else { return numbers }
        guard numbers.count == 1 else {
          throw Refusal.Reason(
            ChannelCount(
              layer: graph.named(layer), numbers: "scale or shift", found: numbers.count,
              into: graph.named(layer), expected: count))
        }
        return Array(repeating: numbers[0], count: count)
      }
      let isShifted = layout.shift != nil && shift?.values.allSatisfy { $0 == 0 } != true
      guard weights != nil else {
        return Affine(scale: nil, shift: nil, hasShift: isShifted, axisCount: count == 1 ? 0 : 1)
      }
      return Affine(
        scale: try spread(scale?.values ?? [1]), shift: isShifted ? try spread(shift?.values ?? [0]) : nil,
        hasShift: isShifted, axisCount: count == 1 ? 0 : 1)
    }
    return nil
  }

  /// The one layout that fits.
  func layout(of layer: LayerID, blobs: [BlobContent]?) throws(Refusal.Reason) -> BlobLayout {
    var fitting: [Int] = []
    let environment = MatchEnvironment(self, layer: layer)
    for index in layoutIndices(for: graph[layer].type)
    where layouts[index].scale == nil && layouts[index].shift == nil && layouts[index].meaning == nil {
      if let blobs, blobs.count != layouts[index].roles.count { continue }
      // Without weights a condition on blobs counts as met: the run says that it assumed so.
      if let condition = layouts[index].condition, try environment.truth(of: condition) == false { continue }
      if blobs == nil, let assumption = layouts[index].assumption,
        try environment.truth(of: assumption) == false
      {
        continue
      }
      if blobs == nil, layouts[index].refusal == nil {
        // The blobs would tell the layouts apart; without them the first one that can be folded is assumed.
        guard let statistics = layouts[index].usesStoredStatistics,
          try environment.truth(of: statistics) == false
        else { return layouts[index] }
      }
      fitting.append(index)
    }
    guard let index = fitting.first else {
      throw Refusal.Reason(NoLayout(layer: graph.named(layer), blobCount: blobs?.count ?? 0))
    }
    if blobs != nil, fitting.count > 1 {
      throw Refusal.Reason(
        AmbiguousLayout(layer: graph.named(layer), layouts: fitting.map { layouts[$0].id }))
    }
    if let sentence = layouts[index].refusal {
      let isStored = try layouts[index].usesStoredStatistics.map { (e) throws(Refusal.Reason) in
        try environment.truth(of: e) != false
      }
      let named = graph.named(layer)
      throw isStored == false
        ? Refusal.Reason(BatchLayout(layer: named, explanation: sentence))
        : Refusal.Reason(RefusedLayout(layer: named, explanation: sentence))
    }
    return layouts[index]
  }

  private func noteOddities(of layer: LayerID, _ numbers: [BlobLayout.Role: [Double]]) {
    if numbers[.factor]?.first == 0 { warn(layer, .untrained) }
    if let gamma = numbers[.gamma] {
      let dead = gamma.count { $0 == 0 }
      if dead > 0 { warn(layer, .deadChannels(count: dead, of: gamma.count)) }
    }
    if let variance = numbers[.variance] {
      let f = Affine.multiplier(of: numbers)
      let negative = variance.count { f * $0 < 0 }
      if negative > 0 {
        let smallest = variance.reduce(0) { min($0, f * $1) }
        warn(layer, .negativeVariance(count: negative, smallest: smallest))
      }
    }
  }

  func warn(_ layer: LayerID, _ reason: Warning.Reason) {
    let warning = Warning(layer: graph[layer].name, reason: reason)
    if !warnings.contains(warning) { warnings.append(warning) }
  }
}
