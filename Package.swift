// swift-tools-version: 6.1
import PackageDescription

// Targets are layers: imports point down this list only (Documentation/Design.md).
let package = Package(
  name: "caffold",
  products: [
    .executable(name: "caffold", targets: ["caffold"]),
    .library(name: "CaffoldKit", targets: ["CaffoldKit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "Locks"),
    .target(name: "Diagnostics", dependencies: ["Locks"]),
    .target(name: "JSON", dependencies: ["Diagnostics"]),
    .target(name: "SmallFoundation", dependencies: ["JSON"]),
    .systemLibrary(name: "CAffinity"),
    .target(name: "Threads", dependencies: ["CAffinity", "Locks"]),
    .target(name: "Tensors"),
    .target(name: "CArithmetic", exclude: ["Product.inc", "Rows.inc", "Streams.inc", "Variant.inc"]),
    .target(name: "CaffeIO", dependencies: ["Diagnostics", "Tensors", "Threads", "Locks"]),
    .target(
      name: "Layers", dependencies: ["CArithmetic", "CaffeIO", "Tensors", "Threads", "Locks", "Diagnostics"]),
    .target(name: "OnnxIO", dependencies: ["CaffeIO", "Tensors", "Diagnostics"]),
    .target(name: "Operators", dependencies: ["Layers", "CaffeIO", "Tensors", "Threads", "Diagnostics"]),
    .target(name: "YAML", dependencies: ["CYAML", "Diagnostics"]),
    .target(name: "RuleModel", dependencies: ["YAML", "Tensors", "Diagnostics"]),
    .target(
      name: "Rules", dependencies: ["RuleModel", "YAML", "Tensors", "Locks", "Diagnostics", "JSON"],
      plugins: ["EmbedRules"]),
    .plugin(name: "EmbedRules", capability: .buildTool()),
    .target(
      name: "Engine",
      dependencies: ["Layers", "CaffeIO", "RuleModel", "Tensors", "Locks", "Diagnostics", "JSON"]),
    .target(
      name: "Definitions",
      dependencies: [
        "Operators", "OnnxIO", "Engine", "Layers", "CaffeIO", "Rules", "RuleModel", "Tensors", "Threads",
        "Locks", "Diagnostics",
      ]),
    .target(
      name: "Verification",
      dependencies: [
        "Definitions", "Engine", "Layers", "CaffeIO", "Rules", "RuleModel", "Tensors", "Threads", "Locks",
        "Diagnostics",
      ]),
    .target(
      name: "Export",
      dependencies: [
        "Verification", "Definitions", "Operators", "OnnxIO", "Engine", "Layers", "CaffeIO", "RuleModel",
        "Diagnostics",
      ]),
    .target(
      name: "CaffoldKit",
      dependencies: [
        "Export", "Definitions", "OnnxIO", "Operators", "Verification", "Layers", "Engine", "CaffeIO",
        "Rules",
        "RuleModel", "YAML", "Threads",
        "Diagnostics", "JSON",
      ], plugins: ["EmbedPage"]),
    .plugin(name: "EmbedPage", capability: .buildTool()),
    .executableTarget(
      name: "caffold",
      dependencies: [
        "CaffoldKit", "Export", "Definitions", "Verification", "Layers", "Engine", "CaffeIO", "Rules",
        "RuleModel", "Threads", "Diagnostics", "JSON", "SmallFoundation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "ThreadsTests", dependencies: ["Threads", "CAffinity"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "Diagnostics"]),
    .testTarget(name: "SmallFoundationTests", dependencies: ["SmallFoundation"]),
    .target(name: "WireTestSupport", dependencies: ["CaffeIO"], path: "Tests/WireTestSupport"),
    .testTarget(name: "CaffeIOTests", dependencies: ["CaffeIO", "WireTestSupport"]),
    .target(name: "RandomTestSupport", path: "Tests/RandomTestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "RandomTestSupport"]),
    .testTarget(name: "YAMLTests", dependencies: ["YAML", "Diagnostics", "RandomTestSupport"]),
    .testTarget(
      name: "RuleModelTests",
      dependencies: ["RuleModel", "YAML", "Tensors", "Diagnostics", "RandomTestSupport"]),
    .testTarget(
      name: "RulesTests", dependencies: ["Rules", "RuleModel", "YAML", "Tensors", "Diagnostics"],
      exclude: ["FaultyFiles"]),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "Engine", "Definitions", "Export", "Verification", "CaffeIO", "Rules", "RuleModel", "Diagnostics",
        "JSON",
        "WireTestSupport",
      ]),
    .testTarget(
      name: "ExportTests",
      dependencies: [
        "Export", "Definitions", "Verification", "Engine", "Layers", "CaffeIO", "Rules", "RuleModel",
        "Operators", "OnnxIO", "Diagnostics",
      ]),
    .executableTarget(
      name: "layer-probe", dependencies: ["Layers", "CaffeIO", "Diagnostics"], path: "Tests/LayerProbe"),
    .executableTarget(
      name: "operator-probe", dependencies: ["Operators", "Diagnostics"], path: "Tests/OperatorProbe"),
    .executableTarget(name: "pair-probe", dependencies: ["CaffoldKit"], path: "Tests/PairProbe"),
    .testTarget(name: "OperatorsTests", dependencies: ["Operators", "RandomTestSupport"]),
    .testTarget(name: "LayersTests", dependencies: ["Layers", "CArithmetic", "CaffeIO"]),
    .executableTarget(
      name: "onnx-probe", dependencies: ["OnnxIO", "CaffeIO", "JSON", "Diagnostics"], path: "Tests/OnnxProbe"),
    .testTarget(
      name: "OnnxIOTests", dependencies: ["OnnxIO", "CaffeIO", "Tensors", "Diagnostics", "WireTestSupport"]),
    .testTarget(
      name: "CaffoldKitTests",
      dependencies: [
        "CaffoldKit", "Definitions", "Verification", "Engine", "Layers", "CaffeIO", "Rules", "RuleModel",
        "YAML", "Diagnostics", "JSON", "WireTestSupport", "RandomTestSupport",
      ]),
    .target(
      name: "FuzzChecks",
      dependencies: [
        "CaffoldKit", "Verification", "Engine", "Layers", "OnnxIO", "CaffeIO", "Rules", "RuleModel",
        "Diagnostics", "WireTestSupport",
      ], path: "Fuzz/Checks"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzChecks"]),
    .testTarget(
      name: "LimitsTests",
      dependencies: [
        "CaffoldKit", "Export", "Definitions", "OnnxIO", "Operators", "Verification", "Engine", "Layers",
        "CaffeIO", "Rules",
        "RuleModel", "YAML", "JSON", "Tensors", "Threads", "Diagnostics", "WireTestSupport",
      ]),
    .testTarget(
      name: "VerificationTests",
      dependencies: [
        "Verification", "Definitions", "Engine", "Layers", "CaffeIO", "Rules", "RuleModel", "Diagnostics",
        "WireTestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzer links only with libFuzzer, whose main function it has: Scripts/fuzz.sh asks for it.
if Context.environment["CAFFOLD_FUZZ"] != nil {
  package.targets += [
    .executableTarget(name: "fuzz", dependencies: ["FuzzChecks"], path: "Fuzz/Driver")
  ]
}
