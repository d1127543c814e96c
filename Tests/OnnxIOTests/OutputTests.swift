import CaffeIO
import Diagnostics
import Glibc
import Testing
import WireTestSupport

@testable import OnnxIO

/// Models as files, with elements beside them.
@Suite struct OutputTests {
  private static func model(_ sizes: [Int]) -> OnnxModel {
    OnnxModel(
      irVersion: 8, opsets: [("", 17)],
      graph: OnnxGraph(
        name: "g",
        initializers: sizes.enumerated().map { index, size in
          OnnxInitializer(
            name: "w\(index)", elementType: OnnxElementType.uint8, shape: [size],
            source: .bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 + index) }))
        }))
  }

  private func write(
    _ model: OnnxModel, _ path: String, _ external: OnnxWriter.ExternalData = .automatic, most: Int = .max
  ) throws {
    var options = OnnxWriter.Options()
    options.externalData = external
    options.mostBytes = most
    let writer = try OnnxWriter(model, path: path, options: options)
    let output = try OnnxOutput(for: writer, inputs: [])
    try writer.write(to: output)
    try output.publish()
  }

  @Test func externalDataBeginsAtPages() throws {
    try TestFiles.withFolder { folder in
      let sizes = [1023, 1024, 5000, 1 << 20, 2000, 3 << 20]
      let path = folder + "/net.onnx"
      try write(Self.model(sizes), path, .always)
      let bytes = TestFiles.contents(path)
      // Where each lies, as the file says it.
      let entries = try externalEntries(bytes)
      #expect(entries[0] == [:])
      var end = 0
      let data = TestFiles.contents(path + ".data")
      for (index, entry) in entries.enumerated().dropFirst() {
        #expect(entry["location"] == "net.onnx.data")
        #expect(entry["length"] == "\(sizes[index])")
        let offset = try #require(entry["offset"].flatMap { Int($0) })
        #expect(offset % (sizes[index] >= 1 << 20 ? 65536 : 4096) == 0)
        #expect(offset >= end && offset < end + 65536)
        #expect(data[end..<offset].allSatisfy { $0 == 0 })
        end = offset + sizes[index]
        #expect(
          data[offset..<end].elementsEqual(
            (0..<sizes[index]).lazy.map { UInt8(truncatingIfNeeded: $0 + index) }))
      }
      #expect(data.count == end)
    }
  }

  /// The entries of `external_data` of each initializer.
  private func externalEntries(_ bytes: [UInt8]) throws -> [[String: String]] {
    var cursor = WireCursor(InputFile(bytes: bytes, path: "net.onnx"), limits: WireLimits())
    var found: [[String: String]] = []
    func bodies(_ range: Range<Int>, _ number: Int, _ cursor: inout WireCursor) throws -> [Range<Int>] {
      var bodies: [Range<Int>] = []
      cursor.position = range.lowerBound
      while let field = try cursor.nextField(before: range.upperBound) {
        if field.number == number { bodies.append(field.body) }
      }
      return bodies
    }
    for graph in try bodies(0..<bytes.count, 7, &cursor) {
      for tensor in try bodies(graph, 5, &cursor) {
        var entries: [String: String] = [:]
        for entry in try bodies(tensor, 13, &cursor) {
          let key = try bodies(entry, 1, &cursor)[0]
          let value = try bodies(entry, 2, &cursor)[0]
          entries[String(decoding: bytes[key], as: UTF8.self)] = String(decoding: bytes[value], as: UTF8.self)
        }
        found.append(entries)
      }
    }
    return found
  }

  @Test func dataGoesBesideTheModelWhenItMust() throws {
    try TestFiles.withFolder { folder in
      let model = Self.model([50_000])
      try write(model, folder + "/small.onnx", most: 60_000)
      #expect(TestFiles.names(in: folder) == ["small.onnx"])
      try write(model, folder + "/small.onnx", most: 10_000)
      #expect(TestFiles.names(in: folder) == ["small.onnx", "small.onnx.data"])
      #expect(try lines(OnnxReader(path: folder + "/small.onnx").read()) == lines(model))
      for (external, most) in [(OnnxWriter.ExternalData.never, 10_000), (.automatic, 20), (.always, 20)] {
        #expect(throws: OnnxError.self) { try write(model, folder + "/small.onnx", external, most: most) }
      }
      #expect(try lines(OnnxReader(path: folder + "/small.onnx").read()) == lines(model))
    }
  }

  /// Beyond two gibibytes, without writing them.
  @Test func twoGibibytesAreTooManyForOneFile() throws {
    func writer(_ size: Int, _ path: String = "net.onnx") throws -> OnnxWriter {
      let weights = OnnxInitializer(
        name: "w", elementType: OnnxElementType.uint8, shape: [size],
        source: OnnxTensorSource(ZeroBytes(size)))
      return try OnnxWriter(
        OnnxModel(irVersion: 8, opsets: [("", 17)], graph: OnnxGraph(name: "g", initializers: [weights])),
        path: path)
    }
    let inside = try writer(Int(Int32.max) - 100)
    #expect(inside.dataByteCount == nil && inside.byteCount <= Int(Int32.max))
    let outside = try writer(Int(Int32.max) - 10)
    #expect(outside.dataByteCount == Int(Int32.max) - 10 && outside.byteCount < 1000)
    // The model names the file beside it without a folder, whatever path it was given.
    for path in ["net.onnx", "./net.onnx", "out/net.onnx", "/out/net.onnx"] {
      let entries = try externalEntries(writer(1 << 31, path).modelBytes())
      #expect(entries.map { $0["location"] } == ["net.onnx.data"])
    }
  }

  /// A source that fails after some bytes.
  private struct Failing: ByteSource {
    struct Failure: Error {}
    let byteCount = 3 << 20
    let valueSize = 1
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
      if offset > 1 << 20 { throw Failure() }
      buffer.initializeMemory(as: UInt8.self, repeating: 1)
    }
  }

  @Test func nothingIsWrittenWhenASourceFails() throws {
    try TestFiles.withFolder { folder in
      let old = Self.model([5000])
      try write(old, folder + "/net.onnx", .always)
      var model = old
      model.graph.initializers[0] = OnnxInitializer(
        name: "w", elementType: OnnxElementType.uint8, shape: [3 << 20], source: OnnxTensorSource(Failing()))
      for external in [OnnxWriter.ExternalData.always, .never] {
        #expect(throws: Failing.Failure.self) { try write(model, folder + "/net.onnx", external) }
        #expect(TestFiles.names(in: folder) == ["net.onnx", "net.onnx.data"])
        #expect(try lines(OnnxReader(path: folder + "/net.onnx").read()) == lines(old))
      }
    }
  }

  @Test func inputsAreNotReplaced() throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("x", to: folder + "/net.onnx.data")
      var options = OnnxWriter.Options()
      options.externalData = .always
      let writer = try OnnxWriter(Self.model([5000]), path: folder + "/net.onnx", options: options)
      #expect(throws: FileError.self) { try OnnxOutput(for: writer, inputs: [folder + "/net.onnx.data"]) }
      TestFiles.put("x", to: folder + "/small.onnx")
      let small = try OnnxWriter(Self.model([5]), path: folder + "/small.onnx")
      #expect(throws: FileError.self) { try OnnxOutput(for: small, inputs: [folder + "/./small.onnx"]) }
    }
  }
}
