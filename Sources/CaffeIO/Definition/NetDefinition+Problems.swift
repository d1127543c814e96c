import Diagnostics

extension NetDefinition {
  /// What Caffe would reject in the text, and what looks like a slip: first field by field, then blob by blob.
  ///
  /// - Parameters:
  ///   - schema: Caffe's fields and those of the user's fork.
  ///   - state: the phase and stages whose layers are connected.
  /// - Throws: `NetError` for malformed phase rules.
  package func problems(schema: Schema, state: NetState) throws(NetError) -> [DefinitionProblem] {
    var check = DefinitionCheck(self, schema: schema)
    return check.run() + (try secondMakers(in: includedLayers(state)))
  }

  /// What is strange about the connections of the layers that `state` has: bottoms that nothing makes, names that several
  /// layers have, layers of which nothing comes.
  ///
  /// A fold tells of these what is left of them behind its rules.
  /// - Throws: `NetError` for malformed phase rules.
  package func connectionProblems(state: NetState) throws(NetError) -> [DefinitionProblem] {
    let included = try includedLayers(state)
    return unmadeBottoms(in: included) + repeatedNames(in: included) + deadLayers(in: included)
  }

  /// The places of the layers that `state` has.
  private func includedLayers(_ state: NetState) throws(NetError) -> [Int] {
    let merged = state.merged(with: self.state)
    var included: [Int] = []
    for index in layers.indices where try layers[index].isIncluded(in: merged, of: document) {
      included.append(index)
    }
    return included
  }

  /// The blobs that two layers make, neither in place: Net::AppendTop stops there.
  private func secondMakers(in included: [Int]) -> [DefinitionProblem] {
    var makers: [Name: Int] = [:]
    var problems: [DefinitionProblem] = []
    for index in included {
      let layer = layers[index]
      lazy var offsets = layer.topOffsets
      for (position, top) in layer.tops.enumerated()
      where position >= layer.bottoms.count || layer.bottoms[position] != top {
        guard let first = makers.updateValue(index, forKey: top) else { continue }
        problems.append(
          problem(
            .secondMaker(blob: top, layer: layer.name, first: layers[first].name), of: layer,
            at: offsets.indices.contains(position) ? offsets[position] : layer.field.nameOffset))
      }
    }
    return problems
  }

  /// Bottoms that no input and no layer before makes; each blob once.
  private func unmadeBottoms(in included: [Int]) -> [DefinitionProblem] {
    var made = Set(inputs)
    // Made when the first such bottom is found: most nets have none.
    lazy var search = MakerSearch(self, included: Set(included))
    var problems: [DefinitionProblem] = []
    for index in included {
      let layer = layers[index]
      lazy var offsets = layer.bottomOffsets
      for (position, bottom) in layer.bottoms.enumerated() where made.insert(bottom).inserted {
        problems.append(
          problem(
            .unmadeBottom(search.unmade(bottom, by: layer.name)), of: layer,
            at: offsets.indices.contains(position) ? offsets[position] : layer.field.nameOffset))
      }
      made.formUnion(layer.tops)
    }
    return problems
  }

  /// Layers with the name of one before.
  private func repeatedNames(in included: [Int]) -> [DefinitionProblem] {
    var first: [Name: Int] = [:]
    var problems: [DefinitionProblem] = []
    for index in included where !layers[index].name.isEmpty {
      let layer = layers[index]
      guard let earlier = first[layer.name] else {
        first[layer.name] = index
        continue
      }
      let line = document.source.place(at: layers[earlier].offset(ofField: [])).line
      problems.append(
        problem(.repeatedName(layer.name, firstLine: line), of: layer, at: layer.offset(ofField: [])))
    }
    return problems
  }

  /// Layers with bottoms of whose tops nothing comes but Silence. A top that nothing reads is an output of the net.
  private func deadLayers(in included: [Int]) -> [DefinitionProblem] {
    guard included.contains(where: { layers[$0].type == "Silence" }) else { return [] }
    // By version of a blob, the positions of the layers that read it; by layer, the versions that it makes.
    var readers: [[Int]] = []
    var made: [[Int]] = []
    var current: [Name: Int] = [:]
    for (position, index) in included.enumerated() {
      for bottom in layers[index].bottoms {
        if let version = current[bottom] { readers[version].append(position) }
      }
      made.append(
        layers[index].tops.map { top in
          current[top] = readers.count
          readers.append([])
          return readers.count - 1
        })
    }
    var isDead = [Bool](repeating: false, count: included.count)
    for position in included.indices.reversed() {
      isDead[position] =
        layers[included[position]].type == "Silence"
        || !made[position].isEmpty
          && made[position].allSatisfy { version in
            !readers[version].isEmpty && readers[version].allSatisfy { isDead[$0] }
          }
    }
    // Of a chain the last layer is told, which Silence layers read.
    let last = included.indices.filter { position in
      let layer = layers[included[position]]
      return isDead[position] && layer.type != "Silence" && !layer.bottoms.isEmpty
        && made[position].allSatisfy { version in
          readers[version].allSatisfy { layers[included[$0]].type == "Silence" }
        }
    }
    return last.map { position in
      let layer = layers[included[position]]
      return problem(.deadLayer(layer.name, type: layer.type), of: layer, at: layer.offset(ofField: []))
    }
  }

  private func problem(
    _ reason: DefinitionProblem.Reason, of layer: LayerDefinition, at offset: Int
  ) -> DefinitionProblem {
    DefinitionProblem(reason: reason, place: document.source.place(at: offset), layer: layer.name)
  }
}
