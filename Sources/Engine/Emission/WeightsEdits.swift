import CaffeIO
import Diagnostics

extension WeightsPlan {
  /// What a rewritten net means for the weights file it was planned with.
  ///
  /// Layers of the file bind by name, as Caffe does it; a layer that the definition lacks is left alone.
  /// - Parameter upgrades: whether the file is brought to the current syntax.
  package init(
    _ graph: NetGraph, weights: WeightsFile, schema: Schema = .caffe, upgrades: Bool = false
  ) {
    self.init()
    if upgrades {
      let types = graph.definition.layers.map { ($0.name, $0.type) }
      upgrade = WeightsUpgrade(
        schema: schema, types: Dictionary(types, uniquingKeysWith: { first, _ in first }))
    }
    var byName: [Name: LayerID] = [:]
    for index in graph.definition.layers.indices {
      let name = graph.definition.layers[index].name
      let id = LayerID(index: index)
      // A twin for another phase has the same name and the same blobs: the one of this phase decides.
      if let known = byName[name], graph[known].isIncluded || !graph[id].isIncluded { continue }
      byName[name] = id
    }
    var found: Set<LayerID> = []
    for stored in weights.layers {
      guard let id = byName[stored.name] else { continue }
      found.insert(id)
      var edit = WeightLayerEdit()
      if graph[id].isAlive {
        guard graph[id].isIncluded, Self.fill(&edit, of: id, stored, in: graph, schema, upgrades: upgrades)
        else { continue }
      } else {
        edit.removed = true
      }
      edits[stored.index] = edit
    }
    let isPresent = upgrades || weights.layers.last?.generation ?? .v2 == .v2
    for id in graph.liveLayers {
      let layer = graph[id]
      let blobs = graph.changes[id]?.blobs ?? []
      // A layer that became another one is in the file, unless the file left it out for want of blobs.
      guard graph.definition(of: id) == nil || !found.contains(id) && !blobs.isEmpty else { continue }
      // The old syntax has a number for few types, and without blobs nothing needs to be said.
      if blobs.isEmpty, !isPresent { continue }
      appended.append(
        NewWeightLayer(
          name: layer.name, type: layer.type, bottoms: layer.bottoms.map(graph.blobName),
          tops: layer.tops.map(graph.blobName), blobs: blobs,
          setFields: isPresent ? schema.wireEdits(graph.changes[id]?.replacement ?? []) : []))
    }
  }

  /// Fills in what changes in one layer; false when nothing does.
  private static func fill(
    _ edit: inout WeightLayerEdit, of id: LayerID, _ stored: WeightLayer, in graph: NetGraph,
    _ schema: Schema, upgrades: Bool
  ) -> Bool {
    let layer = graph[id]
    let definition = graph.definition.layers[id.index]
    let change = graph.changes[id]
    if let blobs = change?.blobs, !stored.blobs.isEmpty || change?.replacement != nil && !blobs.isEmpty {
      edit.blobs = blobs
    }
    // The connections stored beside the weights follow, where they say what the definition said.
    let bottoms = layer.bottoms.map(graph.blobName)
    let tops = layer.tops.map(graph.blobName)
    if bottoms != definition.bottoms, stored.bottoms.map(\.name) == definition.bottoms {
      edit.bottoms = bottoms
    }
    if tops != definition.tops, stored.tops.map(\.name) == definition.tops { edit.tops = tops }
    if layer.name != definition.name { edit.name = layer.name }
    if layer.type != definition.type { edit.type = layer.type }
    if let fields = change?.replacement {
      let new = schema.wireEdits(fields)
      let cleared = schema.parametersToClear(of: definition).filter { edit in
        !new.contains { $0.path == edit.path }
      }
      edit.setFields = cleared + new
    } else if upgrades || stored.generation == .v2 {
      for attribute in change?.attributes ?? [] {
        if let wire = schema.wireEdit(attribute.path, attribute.values) { edit.setFields.append(wire) }
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

  /// The edits that write new fields, each with all its values.
  fileprivate func wireEdits(_ fields: [NewTextField]) -> [WireFieldEdit] {
    var names: [String] = []
    for field in fields where !names.contains(field.name) { names.append(field.name) }
    return names.compactMap { name in
      wireEdit([name], fields.filter { $0.name == name }.map(\.value))
    }
  }

  /// The edit that gives a field its values, none to clear it; nil for a field whose number is not known, for a value
  /// that does not fit it, and for one inside a repeated message, whose elements have no names.
  fileprivate func wireEdit(_ path: [String], _ values: [NewTextField.Value]) -> WireFieldEdit? {
    var numbers: [Int] = []
    for length in 1...path.count {
      // Groups, which no file of Caffe's has, are left as they are.
      guard let field = layerField(at: Array(path.prefix(length))), !field.isGroup,
        let number = field.number, length == path.count || !field.isRepeated
      else { return nil }
      numbers.append(number)
    }
    guard let field = layerField(at: path) else { return nil }
    let wire = values.compactMap { wireValue($0, as: field.type) }
    guard wire.count == values.count else { return nil }
    return WireFieldEdit(path: numbers, values: wire)
  }

  /// A message on the wire; fields whose numbers are not known are left out.
  private func encoded(_ fields: [NewTextField], as message: String) -> WireValue {
    var encoder = WireEncoder()
    for field in fields {
      guard let known = self.message(message)?.field(named: field.name), let number = known.number,
        let value = wireValue(field.value, as: known.type)
      else { continue }
      encoder.field(number, value)
    }
    return .bytes(encoder.bytes)
  }

  private func wireValue(_ value: NewTextField.Value, as type: SchemaField.FieldType) -> WireValue? {
    if case .message(let fields) = value, case .message(let name) = type { return encoded(fields, as: name) }
    switch (AttributeValue(value), type) {
    case (.boolean(let value), .bool): return .bool(value)
    case (.number(let number), .float): return .float(Float(number))
    case (.number(let number), .double): return .fixed64(number.bitPattern)
    case (.number(let number), let type): return Int(exactly: number).flatMap { type.wireValue(of: $0) }
    case (.string(let word), .enum(let name)):
      return word.text.flatMap { enumeration(name)?.number(of: $0) }.map(WireValue.int)
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
