import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import OnnxIO
import Operators
import RuleModel
import Tensors

/// Makes a graph of ONNX operators of a net, layer by layer, by the definitions of the layers' types.
package struct NetLowering {
  /// How the graph is made.
  package struct Options: Sendable {
    /// The version of ONNX's operator set.
    package var opset = 17
    /// Shapes that take the place of those that the definition gives, by input.
    package var shapes: [Name: [Int]] = [:]
    /// Whether weights in half precision stay so, each with a cast to float behind it.
    package var keepsHalf = true
    /// Whether a layer that no operators say becomes a node of a domain of its own.
    package var keepsUnknown = false
    /// Caffe layer types that the runtime also runs, as nodes with the name of the type; nil for none.
    package var nativeTypes: TypePattern?

    /// The defaults.
    package init() {}
  }

  private let net: WorkingNet
  private let definitions: DefinitionSet
  private let options: Options
  private let weights: WeightsFile?
  private let names: ValueNames
  private var graph: OnnxGraph
  private var layers: [LoweredNet.Layer] = []
  private var inputs: [(blob: Name, value: String)] = []
  /// The name of the value that a value is, where layers pass it on.
  private var passed: [ValueID: String] = [:]
  private var blobConstants: Set<String> = []
  /// The layers that definitions in Caffe layers have made.
  private let expansions: DefinitionExpansions
  /// The layer that the last of `layers` is a part of.
  private var lastOrigin: Int?
  /// By name, the axis whose size depends on values.
  private var varying: [String: Int] = [:]

  /// Begins with a net; without weights for one whose layers have none.
  package init(_ net: WorkingNet, weights: WeightsFile?, definitions: DefinitionSet, options: Options) {
    self.net = net
    self.weights = weights
    self.definitions = definitions
    self.options = options
    // Conditions of definitions can depend on the shapes of inputs.
    net.setShapes(ofInputs: options.shapes)
    expansions = DefinitionExpansions(net, definitions)
    names = ValueNames(net.graph)
    graph = OnnxGraph(name: net.graph.definition.name.map { ValueNames.text(of: $0) } ?? "net")
  }

  /// The graph.
  ///
  /// - Throws: `LoweringError` for the first layer that cannot be said in operators.
  package mutating func lower() throws -> LoweredNet {
    try giveInputs()
    for layer in net.graph.liveLayers where !net.graph[layer].bottoms.isEmpty {
      try lower(layer)
    }
    let outputs = try giveOutputs()
    return LoweredNet(
      graph: graph, layers: layers, inputs: inputs, outputs: outputs, blobs: blobs,
      blobConstants: blobConstants)
  }

  private func name(of value: ValueID) -> String { passed[value] ?? names[value] }

  private func subject(_ layer: LayerID) -> LayerSubject {
    LayerSubject(name: net.graph[layer].name, type: net.graph[layer].type)
  }

  // MARK: - Inputs and outputs

  private mutating func giveInputs() throws {
    var constants: Set<LayerID> = []
    for (value, layer) in net.inputs {
      if let layer, definitions.definition(ofType: net.graph[layer].type)?.isConstant == true {
        if constants.insert(layer).inserted { try addConstants(of: layer) }
        continue
      }
      // What nobody reads, such as labels without a loss, is no input of the graph.
      if net.graph.isNetOutput(value) { continue }
      let name = names[value]
      let shape = try shape(of: value, for: layer)
      inputs.append((net.graph.blobName(of: value), name))
      graph.inputs.append(
        OnnxValue(name: name, elementType: OnnxElementType.float, shape: shape.map { .known($0) }))
    }
  }

  private mutating func giveOutputs() throws -> [(blob: Name, value: String)] {
    var outputs: [(blob: Name, value: String)] = []
    for layer in net.graph.liveLayers where !net.graph[layer].bottoms.isEmpty {
      for top in net.graph[layer].tops where net.graph.isNetOutput(top) {
        let (name, blob) = (names[top], net.graph.blobName(of: top))
        if let other = passed[top], other != name {
          // The layer is no operator, but its top is what the net gives.
          graph.nodes.append(
            OnnxNode(name: "\(name)/output", type: "Identity", inputs: [other], outputs: [name]))
          passed[top] = nil
        }
        outputs.append((blob, name))
        var shape = try shape(of: top, for: layer).map { OnnxDimension.known($0) }
        if let axis = varying[name], shape.indices.contains(axis) { shape[axis] = .unknown }
        graph.outputs.append(OnnxValue(name: name, elementType: OnnxElementType.float, shape: shape))
      }
    }
    return outputs
  }

  /// The blobs that layers make; in place, the last one.
  private var blobs: [LoweredNet.Blob] {
    var last: [Name: (value: ValueID, layer: LayerID)] = [:]
    var order: [Name] = []
    for layer in net.graph.liveLayers {
      for top in net.graph[layer].tops {
        let blob = net.graph.blobName(of: top)
        if last[blob] == nil { order.append(blob) }
        last[blob] = (top, layer)
      }
    }
    // Where a fold removes the layer that wrote a blob last, in place, another layer's value has the blob's name.
    var makers: [Name: Int] = [:]
    for (index, layer) in net.graph.definition.layers.enumerated() where net.graph.layers[index].isIncluded {
      for top in layer.tops { makers[top] = index }
    }
    return order.map { blob in
      let (value, layer) = last[blob]!
      return LoweredNet.Blob(
        name: blob, value: name(of: value),
        isRewritten: net.graph.changes[layer] != nil || makers[blob] != layer.index,
        bottoms: net.graph[layer].bottoms.map(net.graph.blobName))
    }
  }

  private func shape(of value: ValueID, for layer: LayerID?) throws -> [Int] {
    guard let shape = net.knownShape(of: value) else {
      let blob = net.graph.blobName(of: value)
      let subject = layer.map(subject) ?? LayerSubject(name: blob, type: "input")
      throw LoweringError(subject, .unknownShape(blob: blob, why: net.whyUnknown(shapeOf: value)))
    }
    return shape
  }

  // MARK: - Layers

  private mutating func lower(_ layer: LayerID) throws {
    if net.canRun(layer), options.nativeTypes?.accepts(net.graph[layer].type) ?? false {
      return try keep(layer, as: .native)
    }
    do {
      try lowerByDefinition(layer)
    } catch let error as LoweringError where options.keepsUnknown && error.isAboutMeaning {
      try keep(layer, as: .unknown)
    }
  }

  /// Makes a layer one node.
  private mutating func keep(_ layer: LayerID, as form: KeptLayer) throws {
    let tops = net.graph[layer].tops
    for top in tops where net.knownShape(of: top) == nil {
      let blob = net.graph.blobName(of: top)
      guard let shape = options.shapes[blob] else {
        throw LoweringError(subject(layer), .unknownTop(blob: blob), at: net.graph.place(of: layer))
      }
      net.setShape(shape, of: top)
    }
    let bottoms = net.graph[layer].bottoms.map(name)
    let prefix = names.prefix(of: layer)
    var inputs = bottoms
    if let weights {
      for blob in try blobs(of: layer) {
        let constant = names.unique("\(prefix).\(inputs.count - bottoms.count)")
        try add(blob, of: weights, shape: blob.shape, as: constant)
        inputs.append(constant)
      }
    }
    let node = OnnxNode(
      name: prefix, type: net.graph[layer].type, domain: form.domain, inputs: inputs,
      outputs: tops.map { names[$0] }, attributes: form.attributes(of: layer, in: net))
    let first = graph.nodes.count
    graph.nodes.append(node)
    if let axis = definition(of: layer)?.varyingAxis { for top in node.outputs { varying[top] = axis } }
    lastOrigin = nil
    layers.append(
      LoweredNet.Layer(
        subject: subject(layer), operators: [node.nameOfOperator], isConstant: false, kept: form,
        nodes: first..<graph.nodes.count, bottoms: bottoms, tops: node.outputs))
  }

  /// The blobs of a layer; none where the file has none for it.
  private func blobs(of layer: LayerID) throws(LoweringError) -> [BlobContent] {
    guard !net.lacksBlobs(layer) else { return [] }
    do {
      return try net.blobs(of: layer) ?? []
    } catch {
      throw LoweringError(subject(layer), .expression(error.sentence()))
    }
  }

  private mutating func lowerByDefinition(_ layer: LayerID) throws {
    guard let definition = try describing(layer) else {
      let why = net.objectionToMeanings(of: layer) ?? expansions.failure(of: layer, in: net)
      throw LoweringError(
        subject(layer), why.map { .condition($0) } ?? .noDefinition, at: net.graph.place(of: layer))
    }
    let written = net.graph[layer]
    // What a blob layout explains, its author understands.
    let isByLayout = definitions.definition(ofType: written.type) == nil
    if !isByLayout, let why = net.misunderstanding(of: layer, by: definition) {
      throw LoweringError(subject(layer), .notUnderstood(why), at: net.graph.place(of: layer))
    }
    let isRun = net.canRun(layer)
    // Expressions ask for shapes of bottoms and tops; that they are known is said better here.
    for value in written.bottoms + (isRun ? written.tops : []) {
      _ = try shape(of: value, for: layer)
    }
    if definition.isConstant {
      try addConstants(of: layer)
      return
    }
    var lowering = LayerLowering(
      definition, layer, of: net, bottoms: written.bottoms.map(name),
      tops: written.tops.map { names[$0] }, prefix: names.prefix(of: layer), opset: options.opset,
      names: names)
    let lowered = try lowering.lower()
    for constant in lowered.constants { try add(constant) }
    let first = graph.nodes.count
    graph.nodes += lowered.nodes
    if let axis = definition.varyingAxis { for top in written.tops { varying[names[top]] = axis } }
    for (top, name) in zip(written.tops, lowered.tops) where name != names[top] {
      passed[top] = name
    }
    let made = LoweredNet.Layer(
      subject: expansions.origin(of: layer)?.subject ?? subject(layer), operators: lowered.nodes.map(\.type),
      isConstant: false,
      isDefinedAlone: !isRun || expansions.origin(of: layer) != nil,
      nodes: first..<graph.nodes.count, bottoms: written.bottoms.map(name),
      tops: written.tops.map(name))
    if !isRun { try setTopShapes(of: layer, made) }
    add(made, partOf: expansions.origin(of: layer))
  }

  /// Adds a layer; the parts of a layer that a definition in Caffe layers describes become one, which reads what none of the
  /// parts makes and makes what the layer made.
  private mutating func add(_ layer: LoweredNet.Layer, partOf origin: DefinitionExpansions.Origin?) {
    defer { lastOrigin = origin?.number }
    guard let origin else { return layers.append(layer) }
    let tops = Set(origin.tops.map(name))
    var layer = layer
    layer.tops.removeAll { !tops.contains($0) }
    guard origin.number == lastOrigin, var whole = layers.popLast() else { return layers.append(layer) }
    let made = Set(graph.nodes[whole.nodes].flatMap(\.outputs))
    whole.operators += layer.operators
    whole.nodes = whole.nodes.lowerBound..<layer.nodes.upperBound
    whole.bottoms += layer.bottoms.filter { !made.contains($0) && !whole.bottoms.contains($0) }
    whole.tops += layer.tops.filter { !whole.tops.contains($0) }
    layers.append(whole)
  }

  /// The definition of a layer in operators.
  ///
  /// - Throws: `LoweringError` where none of several describes it.
  private func describing(_ layer: LayerID) throws(LoweringError) -> TypeDefinition? {
    switch definitions.describing(layer, in: net) {
    case .success(let found?): return found
    case .success(nil): return definition(of: layer)
    case .failure(let others):
      throw LoweringError(
        subject(layer), .notUnderstood(others.reasons.joined(separator: "; ")), at: net.graph.place(of: layer)
      )
    }
  }

  /// Finds the shapes of what a layer makes that the executor does not know, by running its operators on zeros.
  private func setTopShapes(of layer: LayerID, _ lowered: LoweredNet.Layer) throws {
    var bottoms: [String: OperatorTensor<Float>] = [:]
    for (name, bottom) in zip(lowered.bottoms, net.graph[layer].bottoms) {
      bottoms[name] = OperatorTensor(NetValue<Float>(shape: try shape(of: bottom, for: layer)))
    }
    var part = graph
    part.nodes = Array(graph.nodes[lowered.nodes])
    let model = OnnxModel(
      irVersion: OnnxModel.irVersion(ofOpset: options.opset), opsets: [("", options.opset)], graph: part)
    let tops: [NetValue<Float>]
    do {
      tops = try OnnxExecution.run(model, bottoms: bottoms, tops: lowered.tops, of: lowered.subject)
    } catch let error as LoweringError {
      throw LoweringError(subject(layer), error.reason, at: error.place)
    } catch let error as any DiagnosticError {
      throw LoweringError(subject(layer), .notComputed(error.diagnostic.sentence))
    }
    for (top, value) in zip(net.graph[layer].tops, tops) { net.setShape(value.shape, of: top) }
  }

  /// The definition of a layer; a type that none names and whose numbers a blob layout explains is a normalisation.
  private func definition(of layer: LayerID) -> TypeDefinition? {
    if let definition = definitions.definition(ofType: net.graph[layer].type) { return definition }
    guard let affine = try? net.affine(of: layer), affine.axis == 1 || affine.axisCount == 0 else {
      return nil
    }
    return definitions.definitionByLayout
  }

  /// Computes the tops of a layer that depend on shapes alone, and writes them as constants.
  private mutating func addConstants(of layer: LayerID) throws {
    let shapes = try net.graph[layer].bottoms.map { try shape(of: $0, for: layer) }
    let values: [NetValue<Float>]
    do {
      values = try net.tops(of: layer, bottoms: shapes.map { NetValue(shape: $0) })
    } catch {
      throw LoweringError(subject(layer), .notComputed(error.diagnostic.sentence))
    }
    for (top, value) in zip(net.graph[layer].tops, values) {
      let name = names[top]
      let tensor = OnnxTensor(value.values, shape: value.shape)
      graph.initializers.append(
        OnnxInitializer(
          name: name, elementType: tensor.elementType, shape: tensor.shape, source: .bytes(tensor.bytes)))
      // A constant cannot be an output of a graph in every runtime.
      if net.graph.isNetOutput(top) {
        let constant = names.unique("\(name)/constant")
        passed[top] = constant
        graph.initializers[graph.initializers.count - 1].name = constant
      }
    }
    lastOrigin = nil
    layers.append(LoweredNet.Layer(subject: subject(layer), operators: [], isConstant: true))
  }

  // MARK: - Constants

  private mutating func add(_ constant: LoweredConstant) throws {
    if case .blob(let content) = constant.numbers, let weights {
      return try add(content, of: weights, shape: constant.shape, as: constant.name)
    }
    graph.initializers.append(try constant.initializer(weights))
  }

  /// Adds what a blob is to hold; one in half precision stays so where that is wanted, with a cast behind it.
  private mutating func add(_ content: BlobContent, of weights: WeightsFile, shape: [Int], as name: String)
    throws
  {
    let storage = content.storage == .half && options.keepsHalf ? BlobStorage.half : .float
    let source = try OnnxTensorSource.blob(content, of: weights, as: storage, name: name)
    guard storage == .half else {
      blobConstants.insert(name)
      return add(name, shape, OnnxElementType.float, source)
    }
    let stored = names.unique("\(name)/half")
    blobConstants.insert(stored)
    add(stored, shape, OnnxElementType.float16, source)
    graph.nodes.append(
      OnnxNode(
        name: "\(name)/float", type: "Cast", inputs: [stored], outputs: [name],
        attributes: [OnnxNamedAttribute("to", .int(Int64(OnnxElementType.float)))]))
  }

  private mutating func add(_ name: String, _ shape: [Int], _ elementType: Int32, _ source: OnnxTensorSource)
  {
    graph.initializers.append(
      OnnxInitializer(name: name, elementType: elementType, shape: shape, source: source))
  }
}
