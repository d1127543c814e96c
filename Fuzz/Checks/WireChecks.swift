import CaffeIO
import Diagnostics
import Engine
import Glibc

/// What must hold for any bytes given as weights.
enum WireChecks {
  /// What does not hold: a file is refused with a place, or all of it can be read, and written with other names and values.
  static func failure(of bytes: [UInt8]) -> String? {
    var limits = WireLimits()
    limits.groupDepth = 8
    do {
      let file = try WeightsFile(InputFile(bytes: bytes, path: "fuzz"), limits: limits)
      var plan = WeightsPlan()
      for layer in file.layers {
        guard layer.fieldRange.upperBound <= bytes.count else { return "a layer ends behind the file" }
        var edit = WeightLayerEdit()
        edit.name = layer.name + "'"
        edit.blobs = layer.blobs.map { blob in
          guard blob.count > 0, blob.storage.elementSize > 0 else { return .stored(blob) }
          return .scaled(blob, [ChannelScale(factors: [0.5], inner: blob.count, modulus: 1)])
        }
        for blob in layer.blobs where blob.storage.elementSize > 0 {
          guard try file.values(of: blob).count == blob.count else { return "a blob has not all its values" }
        }
        plan.edits[layer.index] = edit
      }
      let written = try emitted(file, plan)
      let again = try WeightsFile(InputFile(bytes: written, path: "written"), limits: limits)
      guard again.layers.map(\.name) == file.layers.map({ $0.name + "'" }) else {
        return "the names that were written do not come back"
      }
      for (before, after) in zip(file.layers, again.layers) {
        guard before.blobs.map(\.shape) == after.blobs.map(\.shape) else {
          return "a shape does not come back"
        }
      }
      return try emitted(file, WeightsPlan()) == bytes ? nil : "the file does not come back"
    } catch let error as WireFormatError {
      return (0...bytes.count).contains(error.offset)
        ? FuzzChecks.failure(of: error) : "the error has no place"
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }

  /// The bytes that an emitter writes.
  static func emitted(_ file: WeightsFile, _ plan: WeightsPlan) throws -> [UInt8] {
    // A folder in memory; the file in it never gets a name.
    let output = try AtomicFile(path: "/dev/shm/caffold-fuzz", mayReplace: true)
    try WeightsEmitter(file).emit(plan, to: output)
    let input = try InputFile(owning: dup(output.descriptor), path: "written")
    return try [UInt8](unsafeUninitializedCapacity: input.byteCount) { buffer, count in
      try input.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
      count = buffer.count
    }
  }
}
