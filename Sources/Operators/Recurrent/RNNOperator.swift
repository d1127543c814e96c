import Glibc

/// H' = tanh(X·Wᵀ + H·Rᵀ + Wb + Rb), with the default activation.
struct RNNOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "RNN", "H' = tanh(X·Wᵀ + H·Rᵀ + Wb + Rb) for each step; sequence_lens as int64",
    inputs: [
      .required("X", .floats), .required("W", .floats), .required("R", .floats), .optional("B", .floats),
      .optional("sequence_lens", .integers), .optional("initial_h", .floats),
    ], outputs: ["Y", "Y_h"], attributes: RecurrentFields.all, products: .unknown)

  let attributes: OperatorAttributes

  init(_ attributes: OperatorAttributes) { self.attributes = attributes }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let given = try RecurrentInputs(inputs, attributes, gates: 1)
    let (hidden, directions) = (given.hidden, given.isBackward.count)
    var all = [S](repeating: 0, count: given.steps * directions * given.batch * hidden)
    var last: [S] = []
    for direction in 0..<directions {
      let products = given.products(direction)
      var state = given.state(inputs[5], direction)
      for time in 0..<given.steps {
        let recurrence = given.recurrence(state, direction)
        for sequence in 0..<given.batch {
          guard let step = given.step(time, direction, sequence) else { continue }
          let place = given.place(step, direction, sequence)
          for unit in 0..<hidden {
            let own = sequence * hidden + unit
            state[own] = S.tanh(products[step * given.batch * hidden + own] + recurrence[own])
            all[place + unit] = state[own]
          }
        }
      }
      last += state
    }
    return [
      OperatorTensor(shape: [given.steps, directions, given.batch, hidden], values: .float(all)),
      OperatorTensor(shape: [directions, given.batch, hidden], values: .float(last)),
    ]
  }
}
