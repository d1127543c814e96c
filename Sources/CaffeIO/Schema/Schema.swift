import Diagnostics

/// Message and enumeration types: what field names, numbers, types and defaults Caffe's files have.
///
///     Schema.caffe.message("ConvolutionParameter")?.field(named: "group")?.defaultValue  // .integer(1)
package struct Schema: Sendable, Equatable {
  /// The messages by name, without the file's package.
  package private(set) var messages: [String: SchemaMessage]
  /// The enumerations by name, without the file's package.
  package private(set) var enums: [String: SchemaEnum]
  /// The message of a layer: what `NetParameter.layer` holds, whatever a fork calls it.
  package private(set) var layerMessage = "LayerParameter"
  /// Fields without influence on what a layer computes at TEST, by their paths: `convolution_param.weight_scale`.
  package var harmlessFields: Set<String> = []

  /// Caffe's schema: BVLC's, and what its forks add where they agree; read on first use.
  package static let caffe: Schema = {
    var merged = Schema(messages: [:], enums: [:])
    do throws(SchemaError) {
      let text = CaffeSchemaText.parts.joined(separator: "\n")
      let source = SourceText(path: "caffe.proto", bytes: Array(text.utf8))
      merged = try Self.read(
        source, dialect: SchemaParser.Dialect(isCompact: true), byteLimit: .max, checksRepetitions: false
      ).schema
    } catch {
      fatalError("the built-in schema: \(error.diagnostic.text)")
    }
    return merged
  }()

  /// The largest `.proto` file read unless told otherwise: 16 MiB.
  package static let byteLimit = 1 << 24

  /// Reads a `.proto` file of proto2. Types of files that it imports count as messages without known fields.
  ///
  /// - Throws: `SchemaError` with the place of what is wrong.
  package init(parsing source: SourceText, byteLimit: Int = Schema.byteLimit) throws(SchemaError) {
    try self.init(parsing: source, dialect: SchemaParser.Dialect(), byteLimit: byteLimit)
  }

  private init(messages: [String: SchemaMessage], enums: [String: SchemaEnum]) {
    self.messages = messages
    self.enums = enums
    findLayerMessage()
  }

  init(parsing source: SourceText, dialect: SchemaParser.Dialect, byteLimit: Int) throws(SchemaError) {
    self = try Self.read(source, dialect: dialect, byteLimit: byteLimit).schema
  }

  /// The schema of a file, and the declarations it was made of.
  static func read(
    _ source: SourceText, dialect: SchemaParser.Dialect = SchemaParser.Dialect(),
    byteLimit: Int = Schema.byteLimit, checksRepetitions: Bool = true
  ) throws(SchemaError) -> (schema: Schema, declarations: SchemaParser) {
    do throws(SchemaProblem) {
      guard source.bytes.count <= byteLimit else {
        throw SchemaProblem(.tooLarge(byteCount: source.bytes.count, limit: byteLimit), at: 0)
      }
      let parser = try source.bytes.withUnsafeBufferPointer { bytes throws(SchemaProblem) in
        try SchemaParser.parse(bytes, dialect: dialect)
      }
      var resolver = SchemaResolver(parser, checksRepetitions: checksRepetitions)
      let (messages, enums) = try resolver.resolve()
      return (Schema(messages: messages, enums: enums), parser)
    } catch {
      throw SchemaError(reason: error.reason, place: source.place(at: error.offset))
    }
  }

  private mutating func findLayerMessage() {
    if case .message(let name)? = messages["NetParameter"]?.field(named: "layer")?.type {
      layerMessage = name
    }
  }

  /// The types of both. Where they disagree about a name or a number, `fork` is right; a field of ours whose
  /// number means another one there keeps its name, type and default only.
  package func merging(_ fork: Schema) -> Schema {
    var ours = messages
    // A fork may call the message of a layer otherwise; it is the same message.
    if fork.layerMessage != layerMessage, fork.messages[fork.layerMessage] != nil {
      ours[fork.layerMessage] = messages[layerMessage].map { $0.named(fork.layerMessage) }
    }
    let enums = enums.merging(fork.enums) { $0.merging($1) }
    var messages = ours.merging(fork.messages) { $0.merging($1) }
    // A type of an imported file counts as a message; it may be one of our enumerations.
    let known = Set(messages.keys)
    for name in fork.messages.keys { messages[name]?.settleTypes(enums, messages: known) }
    var merged = Schema(messages: messages, enums: enums)
    merged.harmlessFields = harmlessFields.union(fork.harmlessFields)
    return merged
  }

  // MARK: Questions

  /// The message of that name, without the package: `LayerParameter`.
  package func message(_ name: String) -> SchemaMessage? { messages[name] }

  /// The enumeration of that name, without the package: `PoolingParameter.PoolMethod`.
  package func enumeration(_ name: String) -> SchemaEnum? { enums[name] }

  /// The field at a path of names that begins in a message, that of a layer unless told otherwise: `["pooling_param", "pool"]`.
  package func field(at path: some Collection<String>, in message: String? = nil) -> SchemaField? {
    var type = SchemaField.FieldType.message(message ?? layerMessage)
    var found: SchemaField?
    for name in path {
      guard case .message(let message) = type, let field = messages[message]?.field(named: name) else {
        return nil
      }
      found = field
      type = field.type
    }
    return found
  }

  /// The field at a path of names that begins in a layer.
  package func layerField(at path: [String]) -> SchemaField? { field(at: path) }

  /// The message that holds the parameters of a field of a layer: `convolution_param` → `ConvolutionParameter`.
  package func parameterMessage(ofLayerField name: String) -> SchemaMessage? {
    guard case .message(let message)? = field(at: [name])?.type else { return nil }
    return messages[message]
  }
}
