import Diagnostics

/// Numbers for names, from 0 in the order they come, so that tables by name can be arrays.
package struct NameNumbers {
  /// By number.
  private var names: [Name] = []
  /// Hash and number plus one, at the place that the hash gives or the next free one; 0 where there is none.
  private var slots: [(hash: UInt32, number: UInt32)]
  private let seed = NameHash.seed

  /// No names yet; there is room for so many.
  package init(minimumCapacity: Int = 0) {
    names.reserveCapacity(minimumCapacity)
    var size = 16
    while size < minimumCapacity * 2 { size *= 2 }
    slots = Array(repeating: (0, 0), count: size)
  }

  /// How many names there are.
  package var count: Int { names.count }

  /// The number of a name; a new one, which was the count before, where it has none.
  package mutating func number(of name: Name) -> Int {
    let hash = name.withBytes { bytes in
      var hash = NameHash(seed: seed)
      hash.add(UnsafeRawBufferPointer(bytes))
      return UInt32(truncatingIfNeeded: hash.value >> 32)
    }
    var place = Int(hash) & (slots.count - 1)
    while slots[place].number > 0 {
      let number = Int(slots[place].number) - 1
      if slots[place].hash == hash, names[number] == name { return number }
      place = (place + 1) & (slots.count - 1)
    }
    names.append(name)
    slots[place] = (hash, UInt32(names.count))
    if names.count * 2 > slots.count { grow() }
    return names.count - 1
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: (0, 0), count: old.count * 2)
    for slot in old where slot.number > 0 {
      var place = Int(slot.hash) & (slots.count - 1)
      while slots[place].number > 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = slot
    }
  }
}
