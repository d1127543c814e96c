/// Numbers for the types that the layers of a net have, so that tables can be arrays.
struct TypeNumbers: Sendable {
  /// By number.
  private(set) var names: [String] = []
  private var numbers: [String: Int] = [:]

  /// The number of a type; a new one where no layer had it.
  mutating func number(of type: String) -> Int {
    if let known = numbers[type] { return known }
    numbers[type] = names.count
    names.append(type)
    return names.count - 1
  }
}
