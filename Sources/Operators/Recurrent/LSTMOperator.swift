import Glibc

/// A cell with three gates i, o, f and a new content c, in this order in the weights, with the default activations:
/// C' = σ(f)·C + σ(i)·tanh(c), H' = σ(o)·tanh(C').
struct LSTMOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "LSTM", "C' = σ(f)·C + σ(i)·tanh(c), H' = σ(o)·tanh(C') for each step; sequence_lens as int64",
    inputs: [
      .required("X", .floats), .required("W", .floats), .required("R", .floats), .optional("B", .floats),
      .optional("sequence_lens", .integers), .optional("initial_h", .floats), .optional("initial_c", .floats),
      .optional("P", .floats),
    ], outputs: ["Y", "Y_h", "Y_c"], attributes: RecurrentFields.all, products: .unknown)

  let attributes: OperatorAttributes

  init(_ attributes: OperatorAttributes) { self.attributes = attributes }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let given = try RecurrentInputs(inputs, attributes, gates: 4)
    let (hidden, directions) = (given.hidden, given.isBackward.count)
    try inputs.require(6, "initial_c", shape: [directions, given.batch, hidden])
    try inputs.require(7, "P", shape: [directions, 3 * hidden])
    let looks = inputs[7] == nil ? nil : inputs.floats(7)
    var all = [S](repeating: 0, count: given.steps * directions * given.batch * hidden)
    var last: (states: [S], cells: [S]) = ([], [])
    for direction in 0..<directions {
      let products = given.products(direction)
      var state = given.state(inputs[5], direction)
      var cells = given.state(inputs[6], direction)
      // How much each gate looks at the cell.
      let look = looks.map { Array($0[direction * 3 * hidden..<(direction + 1) * 3 * hidden]) }
      for time in 0..<given.steps {
        let recurrence = given.recurrence(state, direction)
        for sequence in 0..<given.batch {
          guard let step = given.step(time, direction, sequence) else { continue }
          let place = given.place(step, direction, sequence)
          let (row, rowOfStep) = (sequence * 4 * hidden, (step * given.batch + sequence) * 4 * hidden)
          for unit in 0..<hidden {
            func sum(_ gate: Int) -> S {
              products[rowOfStep + gate * hidden + unit] + recurrence[row + gate * hidden + unit]
            }
            let own = sequence * hidden + unit
            let old = cells[own]
            let input = Self.sigmoid(sum(0) + (look.map { $0[unit] * old } ?? 0))
            let forget = Self.sigmoid(sum(2) + (look.map { $0[2 * hidden + unit] * old } ?? 0))
            let new = forget * old + input * S.tanh(sum(3))
            let output = Self.sigmoid(sum(1) + (look.map { $0[hidden + unit] * new } ?? 0))
            cells[own] = new
            state[own] = output * S.tanh(new)
            all[place + unit] = state[own]
          }
        }
      }
      last.states += state
      last.cells += cells
    }
    let shape = [directions, given.batch, hidden]
    return [
      OperatorTensor(shape: [given.steps, directions, given.batch, hidden], values: .float(all)),
      OperatorTensor(shape: shape, values: .float(last.states)),
      OperatorTensor(shape: shape, values: .float(last.cells)),
    ]
  }

  private static func sigmoid<S: OperatorScalar>(_ x: S) -> S { 1 / (1 + S.exp(-x)) }
}
