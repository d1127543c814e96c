import CAffinity

/// What becomes of memory that is given up.
package enum FreedMemory {
  /// Keeps it for the next values, for the rest of the process.
  ///
  /// A net gives up a value for each that it makes. Where the system takes the memory back each time and has to clear it
  /// again, that takes up to half as long as the net's arithmetic. The peak stays what it was. For a program, not for a library:
  /// it concerns the whole process.
  package static func keep() {
    // No block of its own for a large value, which would go back with it.
    mallopt(M_MMAP_MAX, 0)
    mallopt(M_TRIM_THRESHOLD, .max)
  }
}
