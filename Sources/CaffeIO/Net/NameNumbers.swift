/// Numbers for names, from 0 in the order they come, so that tables by name can be arrays.
package struct NameNumbers {
  /// By number.
  private var names: [String] = []
  private var hashes: [UInt32] = []
  /// Numbers plus one, at the place that the hash gives or the next free one; 0 where there is none.
  private var slots: [UInt32]

  /// No names yet; there is room for so many.
  package init(minimumCapacity: Int = 0) {
    names.reserveCapacity(minimumCapacity)
    hashes.reserveCapacity(minimumCapacity)
    var size = 16
    while size < minimumCapacity * 2 { size *= 2 }
    slots = Array(repeating: 0, count: size)
  }

  /// How many names there are.
  package var count: Int { names.count }

  /// The number of a name; a new one, which was the count before, where it has none.
  package mutating func number(of name: String) -> Int {
    var text = name
    let hash = text.withUTF8 { bytes in
      var hash = NameHash()
      hash.add(UnsafeRawBufferPointer(bytes))
      return UInt32(truncatingIfNeeded: hash.value >> 32)
    }
    var slot = place(of: hash)
    while slots[slot] > 0 {
      let number = Int(slots[slot]) - 1
      if hashes[number] == hash, names[number] == name { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    names.append(name)
    hashes.append(hash)
    slots[slot] = UInt32(names.count)
    if names.count * 2 > slots.count { grow() }
    return names.count - 1
  }

  private func place(of hash: UInt32) -> Int { Int(hash) & (slots.count - 1) }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (number, hash) in hashes.enumerated() {
      var slot = place(of: hash)
      while slots[slot] > 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
    }
  }
}
