import CaffeIO
import Diagnostics
import Layers

/// Where the inputs of a net are declared.
struct InputPlaces {
  private var offsets: [Name: Int] = [:]

  init(_ definition: NetDefinition, _ net: NetRunner) {
    for field in definition.document.root.fields where field.isNamed("input") {
      if let name = field.nameValue, offsets[name] == nil { offsets[name] = field.valueOffset }
    }
    for step in net.steps where step.bottoms.isEmpty {
      for (name, offset) in zip(step.tops, step.definition.topOffsets) where offsets[name] == nil {
        offsets[name] = offset
      }
    }
  }

  /// The offset of an input's name in the text; nil for one that the text does not declare.
  subscript(name: Name) -> Int? { offsets[name] }
}
