import CaffeIO
import Diagnostics
import JSON

/// Options as JSON: in a plan file those that the result depends on, in a request of a batch all of them.
extension RunOptions {
  /// The keys of a plan file's options, in their order.
  static let planKeys = [
    "phase", "level", "stages", "assume_stored_statistics", "only_layer", "skip_layer", "select",
    "extend_select", "ignore", "isolated", "unsafe", "param",
  ]
  private static let otherKeys = [
    "rules", "extend_anywhere", "proto", "check", "tolerance", "optional_layers", "places", "target",
  ]

  /// Those that a plan file holds: rules and forks' schemas are in the file itself.
  var planJSON: JSONValue { .object(planMembers) }

  /// All of them.
  package var json: JSONValue {
    .object(
      planMembers + [
        ("rules", Self.list(rules.files)),
        ("extend_anywhere", .boolean(rules.extendsAnywhere)),
        ("proto", Self.list(protos)),
        ("check", .boolean(check.isOn)),
        ("tolerance", check.tolerance.map(JSONValue.number) ?? .null),
        ("optional_layers", Self.list(layers.optional.sorted())),
        ("places", .array(rules.places.sorted { $0.key < $1.key }.map(Self.json))),
        ("target", target.map(JSONValue.string) ?? .null),
      ])
  }

  private var planMembers: [(String, JSONValue)] {
    [
      ("phase", .string(net.state.phase.rawValue)),
      ("level", .integer(net.state.level)),
      ("stages", Self.list(net.stages)),
      ("assume_stored_statistics", .boolean(net.assumesStoredStatistics)),
      ("only_layer", Self.list(layers.only)),
      ("skip_layer", Self.list(layers.skip)),
      ("select", Self.list(rules.select)),
      ("extend_select", Self.list(rules.extendSelect)),
      ("ignore", Self.list(rules.ignore)),
      ("isolated", .boolean(rules.isIsolated)),
      ("unsafe", .boolean(rules.allowsApproximate)),
      ("param", Self.list(rules.parameters)),
    ]
  }

  private static func json(_ word: String, _ place: SourcePlace) -> JSONValue {
    .object([
      ("word", .string(word)), ("path", .string(place.path)), ("line", .integer(place.line)),
      ("column", .integer(place.column)), ("text", .string(place.lineText)),
    ])
  }

  private static func list(_ words: [String]) -> JSONValue { .array(words.map(JSONValue.string)) }

  /// Reads the options of a plan file.
  init(readingPlan node: JSONNode) throws(JSONError) {
    self.init()
    try read(node.object(for: "options", keys: Self.planKeys))
  }

  /// Reads what `json` wrote.
  package init(reading node: JSONNode) throws(JSONError) {
    self.init()
    let object = try node.object(for: "options", keys: Self.planKeys + Self.otherKeys)
    try read(object)
    rules.files = try object.required("rules").strings(for: "rules")
    rules.extendsAnywhere = try object.required("extend_anywhere").boolean(for: "extend_anywhere")
    protos = try object.required("proto").strings(for: "proto")
    check.isOn = try object.required("check").boolean(for: "check")
    check.tolerance = try object.required("tolerance").optional { node throws(JSONError) in
      try node.number(for: "tolerance")
    }
    target = try object.required("target").optional { node throws(JSONError) in
      try node.string(for: "target")
    }
    layers.optional = Set(try object.required("optional_layers").strings(for: "optional_layers"))
    for entry in try object.required("places").array(for: "places") {
      let place = try entry.object(for: "places", keys: ["word", "path", "line", "column", "text"])
      rules.places[try place.required("word").string(for: "word")] = SourcePlace(
        path: try place.required("path").string(for: "path"),
        line: try place.required("line").count(for: "line"),
        column: try place.required("column").count(for: "column"),
        lineText: try place.required("text").string(for: "text"))
    }
  }

  private mutating func read(_ object: JSONObject) throws(JSONError) {
    func words(_ key: String) throws(JSONError) -> [String] { try object.required(key).strings(for: key) }
    func flag(_ key: String) throws(JSONError) -> Bool { try object.required(key).boolean(for: key) }
    let phase = try object.required("phase")
    guard let known = Phase(rawValue: try phase.string(for: "phase")) else {
      throw phase.expected("\"TEST\" or \"TRAIN\"", for: "phase")
    }
    net.phase = known
    net.level = try object.required("level").integer(for: "level")
    net.stages = try words("stages")
    net.assumesStoredStatistics = try flag("assume_stored_statistics")
    layers.only = try words("only_layer")
    layers.skip = try words("skip_layer")
    rules.select = try words("select")
    rules.extendSelect = try words("extend_select")
    rules.ignore = try words("ignore")
    rules.isIsolated = try flag("isolated")
    rules.allowsApproximate = try flag("unsafe")
    rules.parameters = try words("param")
  }
}
