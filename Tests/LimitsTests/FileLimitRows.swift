import CaffeIO
import Diagnostics
import JSON
import WireTestSupport

@testable import CaffeIO
@testable import CaffoldKit
@testable import Engine

let fileLimits = [
  Limit(
    "bytes of a net definition, a plan file, a file with values of an input", FileLimits.text,
    "FileLimits.text", in: "CaffoldKit/Files/FileLimits.swift", unit: .bytes, tried: 7, attempt: read),
  Limit(
    "bytes of a rule file, a project file, a fork's schema", FileLimits.settings, "FileLimits.settings",
    in: "CaffoldKit/Files/FileLimits.swift", unit: .bytes, tried: 7, attempt: read),
  Limit(
    "levels of lists and objects in a plan file", JSONParser.depthLimit, "JSONParser.depthLimit",
    in: "JSON/JSONParser.swift"
  ) { size, _ in
    _ = try JSONParser.parse(source(repeated("[", size) + repeated("]", size)))
  },
  Limit(
    "bytes of one array in an `.npz` file", NpzFile.limit, "NpzFile.limit",
    in: "CaffoldKit/Arrays/NpzFile.swift", unit: .bytes
  ) { size, _ in
    try TestFiles.withFolder { folder in
      TestFiles.put(zip(claiming: size), to: folder + "/a.npz")
      _ = try NpzFile(path: folder + "/a.npz").values("a")
    }
  },
  Limit(
    "bytes of the directory of an `.npz` file", NpzFile.directoryLimit, "NpzFile.directoryLimit",
    in: "CaffoldKit/Arrays/NpzFile.swift", unit: .bytes, isExact: false
  ) { size, _ in
    try TestFiles.withFolder { folder in
      TestFiles.put([0x50, 0x4B, 3, 4] + zipEnd(count: 1, length: size, start: 0), to: folder + "/a.npz")
      _ = try NpzFile(path: folder + "/a.npz")
    }
  },
  Limit(
    "errors in a net definition that are told", FaultyFiles.limit, "FaultyFiles.limit",
    in: "CaffoldKit/Files/FaultyFiles.swift"
  ) { size, _ in
    try TestFiles.withFolder { folder in
      let layer = "layer { name: \"a\" type: \"ReLU\" bottom: \"data\" top: \"a\" nam: 1 }\n"
      TestFiles.put("input: \"data\"\n" + repeated(layer, size), to: folder + "/net.prototxt")
      do {
        _ = try Caffold.fold(ModelFiles(model: folder + "/net.prototxt"))
      } catch let error as FaultyFiles where error.diagnostics.count < size {
        throw Words(text: "only \(error.diagnostics.count) errors are told")
      } catch is FaultyFiles {}
    }
  },
  Limit(
    "lines that differ in one place, for `--diff` and `diff`", UnifiedDiff.mostCompared,
    "UnifiedDiff.mostCompared", in: "CaffoldKit/Comparing/UnifiedDiff.swift",
    then: "all of them are removed and added", test: "UnifiedDiffTests.longGapsAreNotCompared"),
  Limit(
    "boxes of a picture that Graphviz lays out", Graphviz.boxLimit, "Graphviz.boxLimit",
    in: "CaffoldKit/Picturing/Graphviz.swift", then: "a page has its tables alone; an SVG is an error",
    test: "PicturingTests.largePicturesAreNotTried"),
  Limit(
    "seconds that Graphviz may take", Graphviz.seconds, "Graphviz.seconds",
    in: "CaffoldKit/Picturing/Graphviz.swift", then: "a page has its tables alone; an SVG is an error",
    test: "PicturingTests.aFailingProgramIsReported"),
]

let textLimits = [
  Limit(
    "bytes of a text that a program hands to the library", TextLimits().byteCount, "TextLimits.byteCount",
    in: "CaffeIO/Text/TextLimits.swift", unit: .bytes, tried: 7
  ) { size, limit in
    _ = try TextDocument(source(repeated(" ", size)), limits: TextLimits(byteCount: limit))
  },
  Limit(
    "levels of messages", TextLimits().depth, "TextLimits.depth", in: "CaffeIO/Text/TextLimits.swift"
  ) { size, _ in
    _ = try TextDocument(source(repeated("a{", size) + repeated("}", size)))
  },
  Limit(
    "bytes of a `.proto` file", Schema.byteLimit, "Schema.byteLimit",
    in: "CaffeIO/Schema/Schema.swift", unit: .bytes, tried: 7
  ) { size, limit in
    _ = try Schema(parsing: source(repeated(" ", size)), byteLimit: limit)
  },
  Limit(
    "steps of the search for names similar to those of missing bottoms: letters of candidates and pairs of letters compared",
    Suggestion.mostSteps, "Suggestion.mostSteps", in: "Diagnostics/Suggestion.swift",
    then: "no name is suggested", test: "SuggestionTests.aLongSearchEndsWithoutASuggestion"),
  Limit(
    "levels of messages in a `.proto` file", SchemaParser.depthLimit, "SchemaParser.depthLimit",
    in: "CaffeIO/Schema/SchemaParser.swift"
  ) { size, _ in
    _ = try Schema(parsing: source(repeated("message A { ", size) + repeated("}", size)))
  },
]

let weightLimits = [
  Limit(
    "layers of a file", WireLimits().layers, "WireLimits.layers", in: "CaffeIO/Wire/WireLimits.swift",
    tried: 7
  ) { size, limit in
    try index((0..<size).flatMap { _ in Wire.layer("a", "T") }) { $0.layers = limit }
  },
  Limit(
    "blobs of a file", WireLimits().blobs, "WireLimits.blobs", in: "CaffeIO/Wire/WireLimits.swift", tried: 7
  ) { size, limit in
    try index(Wire.layer("a", "T", blobs: Array(repeating: [], count: size))) { $0.blobs = limit }
  },
  Limit(
    "runs of values in a file: a packed field is one, and so are unpacked values in a row", WireLimits().runs,
    "WireLimits.runs", in: "CaffeIO/Wire/WireLimits.swift", tried: 7
  ) { size, limit in
    let runs = (0..<size).flatMap { _ in Wire.bytes(5, Wire.floats([1])) }
    try index(Wire.layer("a", "T", blobs: [runs])) { $0.runs = limit }
  },
  Limit(
    "bytes of the name of a layer, type or blob", WireLimits().nameBytes, "WireLimits.nameBytes",
    in: "CaffeIO/Wire/WireLimits.swift", unit: .bytes
  ) { size, _ in
    try index(Wire.layer(repeated("a", size), "T"))
  },
  Limit("axes of a blob", WireLimits().axes, "WireLimits.axes", in: "CaffeIO/Wire/WireLimits.swift") {
    size, _ in
    try index(Wire.layer("a", "T", blobs: [Wire.blob([1], Array(repeating: 1, count: size))]))
  },
  Limit(
    "levels of groups in a field that is not known", WireLimits().groupDepth, "WireLimits.groupDepth",
    in: "CaffeIO/Wire/WireLimits.swift"
  ) { size, _ in
    try index(
      (0..<size).flatMap { _ in Wire.tag(500, 3) } + (0..<size).flatMap { _ in Wire.tag(500, 4) })
  },
  Limit(
    "bytes of a file that is written, or as many as the input has", WeightsEmitter.mostBytes,
    "WeightsEmitter.mostBytes", in: "Engine/Emission/WeightsEmitter.swift", unit: .bytes
  ) { size, _ in
    try layOut(byteCount: size)
  },
]

func source(_ text: String) -> SourceText { SourceText(path: "file", bytes: Array(text.utf8)) }

func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Sendable private func read(_ size: Int, _ limit: Int) throws {
  try TestFiles.withFolder { folder in
    TestFiles.put(repeated("a", size), to: folder + "/file")
    _ = try Files.read(folder + "/file", limit: limit)
  }
}

private func index(_ bytes: [UInt8], _ change: (inout WireLimits) -> Void = { _ in }) throws {
  var limits = WireLimits()
  change(&limits)
  _ = try WeightsFile(InputFile(bytes: bytes, path: "net.caffemodel"), limits: limits)
}

/// Lays out a file of so many bytes, of which none is written: a new layer has numbers that would be computed, and a name that
/// fills up.
private func layOut(byteCount: Int) throws {
  let emitter = WeightsEmitter(
    try WeightsFile(InputFile(bytes: Wire.layer("a", "T"), path: "net.caffemodel")))
  let count = byteCount / 2 - 50
  func pieces(_ name: String) throws -> OutputPieces {
    let blob = ComputedBlob(KnownNumbers([]), shape: [count], storage: .half, largest: 0)
    let layer = NewWeightLayer(name: Name(name), type: "T", bottoms: [], tops: [], blobs: [.computed(blob)])
    return try emitter.pieces(WeightsPlan(appended: [layer]))
  }
  let missing = byteCount - (try pieces("").byteCount)
  precondition((0..<128).contains(missing))
  _ = try pieces(repeated("b", missing))
}
