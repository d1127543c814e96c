// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "embed",
  // A package of yours names the repository instead: .package(url: "https://…/caffold", branch: "main").
  dependencies: [.package(name: "caffold", path: "../..")],
  targets: [
    .executableTarget(name: "embed", dependencies: [.product(name: "CaffoldKit", package: "caffold")])
  ],
  swiftLanguageModes: [.v6]
)
