extension LayerDefinition {
  /// What the layer's parameters say, without trivia: two layers of one type with equal texts compute the same function.
  ///
  /// Left out is what says how the layer is connected, which phases have it, and how it is trained.
  package var parameterText: String {
    var text = ""
    Self.write(parameters, to: &text, leavingOut: Self.connections)
    return text
  }

  /// What says how a layer is connected, which phases have it, and how it is trained.
  package static let connections: Set<String> = [
    "name", "type", "bottom", "top", "param", "blobs", "include", "exclude", "phase", "loss_weight",
    "propagate_down",
    "blobs_lr", "weight_decay",
  ]
  /// How blobs begin that are then read from the weights.
  package static let fillers: Set<String> = [
    "weight_filler", "bias_filler", "filler", "scale_filler", "shift_filler", "slope_filler",
  ]

  private static func write(_ message: TextMessage, to text: inout String, leavingOut names: Set<String>) {
    for field in message.fields where !names.contains(field.name) {
      text += field.name
      if let inner = field.message {
        text += "{"
        write(inner, to: &text, leavingOut: fillers)
        text += "}"
      } else {
        text += ":\(field.literal) "
      }
    }
  }
}

extension LayerDefinition {
  /// The numbers among the layer's parameters, fillers apart.
  package var parameterNumbers: [Double] {
    var numbers: [Double] = []
    for field in parameters.fields where !Self.connections.contains(field.name) {
      if let message = field.message { Self.collect(message, &numbers) }
    }
    return numbers
  }

  private static func collect(_ message: TextMessage, _ numbers: inout [Double]) {
    for field in message.fields where !fillers.contains(field.name) {
      if let inner = field.message { collect(inner, &numbers) }
      if let number = field.number { numbers.append(number) }
    }
  }
}
