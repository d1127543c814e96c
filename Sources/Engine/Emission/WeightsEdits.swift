import CaffeIO

extension WeightsPlan {
  /// What a rewritten net means for the weights file it was planned with.
  ///
  /// Layers of the file bind by name, as Caffe does it; a layer that the definition lacks is left alone.
  package init(_ graph: NetGraph, weights: WeightsFile, schema: Schema = .caffe) {
    self.init()
    var byName: [String: LayerID] = [:]
    for index in graph.layers.indices {
      let name = graph.definition.layers[index].name
      let id = LayerID(index: index)
      // A twin for another phase has the same name and the same blobs: the one of this phase decides.
      if let known = byName[name], graph[known].isIncluded || !graph[id].isIncluded { continue }
      byName[name] = id
    }
    for stored in weights.layers {
      guard let id = byName[stored.name] else { continue }
      var edit = WeightLayerEdit()
      if graph[id].isAlive {
        guard graph[id].isIncluded, Self.fill(&edit, of: id, stored, in: graph, schema) else { continue }
      } else {
        edit.removed = true
      }
      edits[stored.index] = edit
    }
  }

  /// Fills in what changes in one layer; false when nothing does.
  private static func fill(
    _ edit: inout WeightLayerEdit, of id: LayerID, _ stored: WeightLayer, in graph: NetGraph,
    _ schema: Schema
  ) -> Bool {
    let layer = graph[id]
    let definition = graph.definition.layers[id.index]
    let change = graph.changes[id]
    if let blobs = change?.blobs, !stored.blobs.isEmpty { edit.blobs = blobs }
    // The connections stored beside the weights follow, where they say what the definition said.
    let bottoms = layer.bottoms.map(graph.blobName)
    let tops = layer.tops.map(graph.blobName)
    if bottoms != definition.bottoms, stored.bottoms.map(\.name) == definition.bottoms {
      edit.bottoms = bottoms
    }
    if tops != definition.tops, stored.tops.map(\.name) == definition.tops { edit.tops = tops }
    if let fields = change?.replacement {
      if layer.type != definition.type { edit.type = layer.type }
      if layer.name != definition.name { edit.name = layer.name }
      edit.setFields =
        schema.parametersToClear(of: definition) + fields.flatMap { schema.wireEdits($0, path: []) }
    } else if stored.generation == .v2 {
      for attribute in change?.attributes ?? [] {
        if let wire = schema.wireEdit(attribute.path, attribute.value) { edit.setFields.append(wire) }
      }
    }
    return edit.blobs != nil || edit.bottoms != nil || edit.tops != nil || edit.type != nil
      || edit.name != nil
      || !edit.setFields.isEmpty
  }
}

extension Schema {
  /// Clears what belonged to the layer that was there: its parameter messages and the `param` list, which may
  /// be longer than the new layer has blobs.
  fileprivate func parametersToClear(of definition: LayerDefinition) -> [WireFieldEdit] {
    var edits = [WireFieldEdit(path: [CaffeField.Layer.param], values: [])]
    let kept: Set = ["param", "blobs", "include", "exclude"]
    for name in Set(definition.parameters.fields.map(\.name)).sorted() where !kept.contains(name) {
      guard let field = layerField(at: [name]), case .message = field.type, let number = field.number else {
        continue
      }
      edits.append(WireFieldEdit(path: [number], values: []))
    }
    return edits
  }

  /// The edits that write a new field and what is in it.
  fileprivate func wireEdits(_ field: NewTextField, path: [String]) -> [WireFieldEdit] {
    let path = path + [field.name]
    guard case .message(let inner) = field.value else {
      return wireEdit(path, field.value).map { [$0] } ?? []
    }
    return inner.flatMap { wireEdits($0, path: path) }
  }

  /// The edit that sets one field; nil for a field whose number is not known.
  fileprivate func wireEdit(_ path: [String], _ value: NewTextField.Value) -> WireFieldEdit? {
    var numbers: [Int] = []
    for length in 1...path.count {
      // Groups, which no file of Caffe's has, are left as they are.
      guard let field = layerField(at: Array(path.prefix(length))), !field.isGroup,
        let number = field.number
      else { return nil }
      numbers.append(number)
    }
    guard let field = layerField(at: path), let wire = wireValue(value, as: field.type) else { return nil }
    return WireFieldEdit(path: numbers, values: [wire])
  }

  private func wireValue(_ value: NewTextField.Value, as type: SchemaField.FieldType) -> WireValue? {
    switch (AttributeValue(value), type) {
    case (.boolean(let value), .bool): return .bool(value)
    case (.number(let number), .float): return .float(Float(number))
    case (.number(let number), .double): return .fixed64(number.bitPattern)
    case (.number(let number), let type): return Int(exactly: number).flatMap { type.wireValue(of: $0) }
    case (.string(let word), .enum(let name)): return enumeration(name)?.number(of: word).map(WireValue.int)
    case (.string(let string), .string): return .string(string)
    default: return nil
    }
  }
}

extension SchemaField.FieldType {
  /// A whole number as a field of this type has it on the wire; nil where it does not fit.
  fileprivate func wireValue(of number: Int) -> WireValue? {
    switch self {
    case .int32: Int32(exactly: number).map { .int(Int($0)) }
    case .uint32: UInt32(exactly: number).map { .int(Int($0)) }
    case .uint64: UInt64(exactly: number).map { .varint($0) }
    // Zigzag: 0, −1, 1, −2 … are 0, 1, 2, 3 …
    case .sint32: Int32(exactly: number).map { .varint(UInt64(UInt32(bitPattern: $0 << 1 ^ $0 >> 31))) }
    case .sint64: .varint(UInt64(bitPattern: Int64(number << 1 ^ number >> 63)))
    case .fixed32: UInt32(exactly: number).map { .fixed32($0) }
    case .sfixed32: Int32(exactly: number).map { .fixed32(UInt32(bitPattern: $0)) }
    case .fixed64: UInt64(exactly: number).map { .fixed64($0) }
    case .sfixed64: .fixed64(UInt64(bitPattern: Int64(number)))
    case .string, .bytes, .message: nil
    default: .int(number)
    }
  }
}
