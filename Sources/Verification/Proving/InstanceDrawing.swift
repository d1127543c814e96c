import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// One net while it is drawn from the pattern of a rule.
struct InstanceDrawing {
  let generator: InstanceGenerator
  var builder: InstanceBuilder
  private let rootShape: [Int]
  /// The tops of the captures that are there.
  private var tops: [Int: [Name]] = [:]
  /// The blobs that `$x` and its like stand for.
  private var values: [String: Name] = [:]
  /// What the next repetition of a chain reads: what the one before made.
  private var chainInput: Name?
  /// How many elements of lists have been begun.
  private var elementCount = 0
  private var inputCount = 0
  /// The shape of the next source, where its reader asks for one.
  private var sourceShape: [Int]?
  /// By capture, the axis that its second bottom begins at.
  private var operandAxes: [String: Int] = [:]
  private var names: Set<Name> = []
  /// By blob, how many layers read it.
  private var readCounts: [Name: Int] = [:]
  /// The blobs that sources and captures made, in order.
  private var made: [Name] = []

  private var pattern: Pattern { generator.rule.pattern }

  init(_ generator: InstanceGenerator, _ choices: Choices) {
    self.generator = generator
    builder = InstanceBuilder(
      choices, shapes: BlobShapes(layouts: generator.layouts, defined: generator.defined))
    let rank = builder.choices.pick("rank", [4, 4, 4, 4, 4, 2, 3, 5])
    var shape = [1 + builder.choices.choose("images", below: 2)]
    shape.append(builder.choices.pick("channels", [1, 2, 3, 4, 6, 8]))
    let sizes = rank == 5 ? 4 : 7
    while shape.count < rank { shape.append(1 + builder.choices.choose("size \(shape.count)", below: sizes)) }
    rootShape = shape
  }

  /// Makes the layer of a capture, and first those that it reads.
  mutating func build(_ index: Int) throws {
    guard tops[index] == nil else { return }
    let capture = pattern.captures[index]
    if !capture.alternatives.isEmpty {
      let chosen = builder.choices.pick("\(capture.name).either \(elementCount)", capture.alternatives)
      try build(chosen)
      tops[index] = tops[chosen]
      return
    }
    let types = generator.types(of: capture)
    guard !types.isEmpty else { throw InvalidInstance.connections }
    let type = builder.choices.pick("\(capture.name).type", types)
    // A layer that a layout describes has one bottom, one top and no parameters.
    let sample =
      LayerRegistry.facts(ofType: type)?.sample ?? generator.defined.sample(ofType: type) ?? LayerSample()
    let bottoms = try self.bottoms(of: capture, type, sample)
    guard sample.bottoms.contains(bottoms.count) else { throw InvalidInstance.connections }
    let name = uniqueName(capture.nameGlob.map { Self.filled($0, capture.name) } ?? capture.name)
    let needed =
      1 + (pattern.captures.flatMap(\.bottoms.references).compactMap { $0.index(of: index) }.max() ?? -1)
    let least = max(needed, sample.tops.lowerBound)
    guard least <= sample.tops.upperBound else { throw InvalidInstance.connections }
    let count =
      least + builder.choices.choose("\(capture.name).tops", below: sample.tops.upperBound - least + 1)
    var blobs = (0..<count).map { $0 == 0 ? name : name + Name("_\($0)") }
    if count == 1, canWriteInPlace(capture, type, bottoms),
      builder.choices.happens("\(capture.name).in place", oneIn: 3)
    {
      blobs = bottoms
    } else if !generator.rule.rewrite.renames.isEmpty, !blobs.isEmpty,
      builder.choices.happens("\(capture.name).own name", oneIn: 2)
    {
      // Else a layer is called like its top, which leaves a rule about names nothing to do.
      blobs[0] = uniqueName("\(capture.name)_top")
    }
    let parameters = parameters(of: capture, type, sample, bottoms, topCount: count)
    var fields = parameters.fields
    if !capture.isIncluded {
      fields.append(
        NewTextField(
          name: "include", value: .message([NewTextField(name: "phase", value: .literal("TRAIN"))])))
    }
    try builder.addLayer(
      name, type: type, bottoms: bottoms, tops: blobs, parameters: fields, isIncluded: capture.isIncluded)
    for bottom in bottoms { readCounts[bottom, default: 0] += 1 }
    tops[index] = blobs
    if capture.isIncluded { made += blobs }
  }

  private mutating func bottoms(
    of capture: Capture, _ type: String, _ sample: LayerSample
  ) throws -> [Name] {
    func count(_ builder: inout InstanceBuilder) -> Int {
      sample.bottoms.lowerBound
        + builder.choices.choose("\(capture.name).bottoms", below: sample.bottoms.count)
    }
    if let input = chainInput, isStartOfChain(capture) {
      chainInput = nil
      return [input]
    }
    switch capture.bottoms {
    case .unspecified:
      var blobs: [Name] = []
      for _ in 0..<count(&builder) {
        sourceShape = operandShape(of: capture, type, blobs)
        blobs.append(try source(isBehindLayer: !capture.isIncluded))
      }
      sourceShape = nil
      return blobs
    case .ordered(let references):
      var blobs: [Name] = []
      for reference in references {
        sourceShape = operandShape(of: capture, type, blobs)
        blobs.append(try value(of: reference))
        sourceShape = nil
      }
      return blobs
    case .anyOrder(let references):
      return ordered(try references.map { try value(of: $0) }, capture)
    case .oneOf(let reference):
      var blobs = try (1..<max(count(&builder), 1)).map { _ in try source() }
      let place = builder.choices.choose("\(capture.name).place", below: blobs.count + 1)
      blobs.insert(try value(of: reference), at: place)
      return blobs
    case .among(let references), .adjacent(let references):
      let read = try references.map { try value(of: $0) }
      let most = max(0, sample.bottoms.upperBound - read.count)
      let others = try (0..<builder.choices.choose("\(capture.name).others", below: most + 1)).map { _ in
        try source()
      }
      if case .adjacent = capture.bottoms {
        let place = builder.choices.choose("\(capture.name).place", below: others.count + 1)
        return Array(others[..<place]) + read + Array(others[place...])
      }
      return ordered(read + others, capture)
    case .every(let reference):
      let elements = 1 + builder.choices.pick("\(capture.name).bottoms", [1, 0, 2])
      return try (0..<elements).map { _ in
        if let group = reference.capture.flatMap({ pattern.captures[$0].group }) { forget(group) }
        return try value(of: reference)
      }
    }
  }

  /// The bottoms of a layer in an order that is drawn.
  private mutating func ordered(_ bottoms: [Name], _ capture: Capture) -> [Name] {
    var rest = bottoms
    var order: [Name] = []
    while !rest.isEmpty {
      order.append(
        rest.remove(at: builder.choices.choose("\(capture.name).order \(rest.count)", below: rest.count)))
    }
    return order
  }

  /// The shape of the second bottom where it differs from the first: for a Scale or Bias, some of the first's axes;
  /// for a layer that reads only its size, smaller planes.
  private mutating func operandShape(of capture: Capture, _ type: String, _ blobs: [Name]) -> [Int]? {
    guard blobs.count == 1, let shape = builder.shapes[blobs[0]] else { return nil }
    switch LayerRegistry.facts(ofType: type)?.sample?.secondBottom {
    case nil, .alike: return nil
    case .smaller:
      return shape.enumerated().map { axis, size in
        axis < 2 ? size : 1 + builder.choices.choose("\(capture.name).size \(axis)", below: size)
      }
    case .operand:
      let axes = [1, 0, 2].filter { $0 < shape.count }
      guard !axes.isEmpty else { return nil }
      let axis = builder.choices.pick("\(capture.name).operand axis", axes)
      let length = 1 + builder.choices.choose("\(capture.name).operand axes", below: shape.count - axis)
      operandAxes[capture.name] = axis
      return Array(shape[axis..<axis + length])
    }
  }

  private func isStartOfChain(_ capture: Capture) -> Bool {
    guard let group = capture.group, case .chain(_, let first, _) = pattern.groups[group].kind else {
      return false
    }
    return pattern.captures[first].name == capture.name
  }

  /// Makes room for another element of a list.
  private mutating func forget(_ group: Int) {
    elementCount += 1
    for capture in pattern.groups[group].captures { tops[capture] = nil }
  }

  /// What the first repetition of a chain reads, or a layer that may be missing.
  private mutating func passed(by capture: Capture) throws -> Name {
    guard let reference = capture.bottoms.references.first else { return try source() }
    return try value(of: reference)
  }

  mutating func chain(_ group: Int, _ times: ClosedRange<Int>, first: Int, last: Int) throws -> Name {
    let most = min(times.upperBound, times.lowerBound + 3)
    let count =
      times.lowerBound + builder.choices.choose("repetitions \(group)", below: most - times.lowerBound + 1)
    guard count > 0 else { return try passed(by: pattern.captures[first]) }
    var made: Name?
    for _ in 0..<count {
      forget(group)
      chainInput = made
      try build(last)
      made = tops[last]?.first
    }
    guard let made else { throw InvalidInstance.connections }
    return made
  }

  private mutating func value(of reference: BottomReference) throws -> Name {
    switch reference {
    case .value(let name):
      if let known = values[name] { return known }
      let blob = try source()
      values[name] = blob
      return blob
    case .top(let capture, let index):
      let layer = pattern.captures[capture]
      if tops[capture] == nil, let group = layer.group,
        case .chain(let times, let first, let last) = pattern.groups[group].kind, capture == last
      {
        return try chain(group, times, first: first, last: last)
      }
      if tops[capture] == nil, layer.isOptional, builder.choices.happens("\(layer.name) missing", oneIn: 2) {
        return try passed(by: layer)
      }
      try build(capture)
      guard let blobs = tops[capture], blobs.indices.contains(index) else {
        throw InvalidInstance.connections
      }
      return blobs[index]
    }
  }

  /// A value from outside of the pattern: an input of the net, or what a layer makes of one.
  private mutating func source(isBehindLayer: Bool = false) throws -> Name {
    inputCount += 1
    let name = uniqueName(inputCount == 1 ? "data" : "data\(inputCount)")
    var shape = sourceShape ?? rootShape
    if inputCount > 1, sourceShape == nil, builder.choices.happens("\(name).other channels", oneIn: 6) {
      shape[1] = builder.choices.pick("\(name).channels", [1, 2, 3, 4, 6, 8])
    }
    try builder.addInput(name, shape: shape)
    made.append(name)
    guard builder.choices.happens("\(name).layer", oneIn: 2) || isBehindLayer else { return name }
    let behind = uniqueName("\(name)_abs")
    try builder.addLayer(behind, type: generator.neighbour, bottoms: [name], tops: [behind], parameters: [])
    readCounts[name, default: 0] += 1
    made.append(behind)
    return behind
  }

  private mutating func parameters(
    of capture: Capture, _ type: String, _ sample: LayerSample, _ bottoms: [Name], topCount: Int
  ) -> ParameterList {
    var choices = builder.choices
    var sketch = LayerSketch(
      type: type, bottoms: bottoms.map { builder.shapes[$0] ?? [] }, topCount: topCount
    ) { what, bound in choices.choose("\(capture.name).\(what)", below: bound) }
    sample.draw(&sketch)
    let undrawn = UndrawnFields.hints(ofType: type)
    if !undrawn.isEmpty, choices.chooseAside("\(capture.name).further", below: 3) == 2 {
      let hint = undrawn[choices.chooseAside("\(capture.name).further field", below: undrawn.count)]
      let literal = hint.literals[
        choices.chooseAside("\(capture.name).further value", below: hint.literals.count)]
      sketch.parameters[hint.path] = literal.map { [$0] }
    }
    for hint in generator.hints(for: capture, type: type) {
      // The first choice keeps what is drawn.
      let name = InstanceGenerator.decision(capture.name, hint.path)
      let choice = choices.choose(name, below: hint.literals.count + 1)
      if choice > 0 { sketch.parameters[hint.path] = hint.literals[choice - 1].map { [$0] } }
    }
    builder.choices = choices
    if let axis = operandAxes[capture.name], case .operand(let message) = sample.secondBottom {
      sketch.parameters[message, "axis"] = axis == 1 ? nil : [String(axis)]
      sketch.parameters[message, "num_axes"] = nil
    }
    return sketch.parameters
  }

  /// Whether the layer's top may have the name of its bottom: nobody else wants what stood there before.
  private func canWriteInPlace(_ capture: Capture, _ type: String, _ bottoms: [Name]) -> Bool {
    guard bottoms.count == 1, readCounts[bottoms[0], default: 0] == 0, capture.isIncluded else {
      return false
    }
    guard !values.values.contains(bottoms[0]) else { return false }
    if let reference = capture.bottoms.references.first {
      let readers = pattern.captures.count { $0.bottoms.references.contains(reference) }
      guard readers == 1 else { return false }
    }
    return LayerRegistry.facts(ofType: type)?.worksInPlace ?? true
  }

  /// Reads what the pattern leaves unread, or now and then what it does not.
  mutating func addReaders() throws {
    var seen: Set<Name> = []
    for blob in made where seen.insert(blob).inserted {
      let isRead = readCounts[blob, default: 0] > 0
      guard builder.choices.happens("\(blob).reader", oneIn: isRead ? 12 : 3) else { continue }
      let name = uniqueName("\(blob)_reader")
      try builder.addLayer(name, type: generator.neighbour, bottoms: [blob], tops: [name], parameters: [])
    }
  }

  private mutating func uniqueName(_ wanted: String) -> Name {
    var name = Name(wanted)
    var number = 2
    while !names.insert(name).inserted {
      name = Name("\(wanted)_\(number)")
      number += 1
    }
    return name
  }

  /// A name that a glob takes.
  private static func filled(_ glob: Glob, _ name: String) -> String {
    glob.literal ?? glob.text.map { $0 == "*" ? name : $0 == "?" ? "x" : String($0) }.joined()
  }
}

extension BottomReference {
  /// Which top of a capture it is, if it is one of it.
  fileprivate func index(of capture: Int) -> Int? {
    if case .top(capture, let index) = self { return index }
    return nil
  }
}
