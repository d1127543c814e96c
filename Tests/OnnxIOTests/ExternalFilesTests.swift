import CaffeIO
import Diagnostics
import Glibc
import Testing
import WireTestSupport

@testable import OnnxIO

/// Elements in files beside the model: only files in its folder are read.
@Suite struct ExternalFilesTests {
  private func model(_ entries: [(String, String)], count: Int = 4) -> [UInt8] {
    OnnxIOTests.model(
      ofTensor: Wire.number(1, count), Wire.number(2, 2), Wire.string(8, "w"),
      entries.flatMap { Wire.message(13, Wire.string(1, $0.0), Wire.string(2, $0.1)) }, Wire.number(14, 1))
  }

  private func elements(_ entries: [(String, String)], in folder: String, count: Int = 4) throws -> [UInt8] {
    let path = folder + "/net.onnx"
    unlink(path)
    let output = try AtomicFile(path: path)
    try output.write(model(entries, count: count))
    try output.publish()
    return try OnnxReader(path: path).read().graph.initializers[0].source.allBytes()
  }

  /// What reading says; nil where it succeeds.
  private func message(_ entries: [(String, String)], in folder: String, count: Int = 4) -> String? {
    do {
      _ = try elements(entries, in: folder, count: count)
      return nil
    } catch let error as any DiagnosticError {
      return error.diagnostic.sentence
    } catch {
      return "\(error)"
    }
  }

  @Test func rangesOfFilesInTheFolder() throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("abcdefgh", to: folder + "/w.bin")
      TestFiles.put("ABCDEFGH", to: folder + "/sub/w.bin", makingFolder: folder + "/sub")
      symlink("w.bin", folder + "/link.bin")
      let cases: [([(String, String)], String)] = [
        ([("location", "w.bin"), ("offset", "2"), ("length", "4")], "cdef"),
        ([("location", "./w.bin"), ("offset", "4"), ("checksum", "0"), ("other", "")], "efgh"),
        ([("location", "sub/w.bin")], "ABCD"),
        ([("location", "sub//w.bin"), ("length", "4")], "ABCD"),
        ([("location", "link.bin")], "abcd"),
        ([("location", "?"), ("location", "w.bin")], "abcd"),
      ]
      for (entries, expected) in cases {
        let found = try elements(entries, in: folder)
        #expect(found == Array(expected.utf8), "\(entries)")
      }
      let none = try elements([("location", "w.bin"), ("offset", "8")], in: folder, count: 0)
      #expect(none == [])
    }
  }

  @Test func filesOutsideOfTheFolder() {
    TestFiles.withFolder { outer in
      TestFiles.put("secret", to: outer + "/secret")
      mkdir(outer + "/model", 0o777)
      mkdir(outer + "/model-2", 0o777)
      TestFiles.put("secret", to: outer + "/model-2/w")
      let folder = outer + "/model"
      symlink("../secret", folder + "/link")
      symlink("..", folder + "/up")
      symlink("../model-2", folder + "/beside")
      let locations = [
        "../secret", outer + "/secret", "/etc/passwd", "./../secret", "sub/../../secret", "link", "up/secret",
        "beside/w", "..", "w/..", "a\u{0}b",
      ]
      for location in locations {
        #expect(
          message([("location", location)], in: folder)
            == "initializer 'w' lies in '\(location)', which is not in the model's folder; only files in it are read"
        )
      }
    }
  }

  @Test func entriesThatAreWrong() {
    TestFiles.withFolder { folder in
      TestFiles.put("abcdefgh", to: folder + "/w.bin")
      mkfifo(folder + "/pipe", 0o666)
      let file = ("location", "w.bin")
      let cases: [([(String, String)], String)] = [
        ([], "initializer 'w' lies in an external file, but the model does not say in which"),
        ([("location", "")], "initializer 'w' lies in an external file, but the model does not say in which"),
        ([("location", "none.bin")], "cannot be opened: no such file or directory"),
        (
          [("location", ".")],
          "initializer 'w' lies in '.', which is not in the model's folder; only files in it are read"
        ),
        ([("location", "pipe")], "is not a regular file"),
        (
          [file, ("offset", "5")],
          "initializer 'w' lies in 'w.bin' from byte 5 on and has 4 bytes, but the file has 8"
        ),
        (
          [file, ("offset", "9223372036854775807")],
          "initializer 'w' lies in 'w.bin' from byte 9223372036854775807 on and has 4 bytes, but the file has 8"
        ),
        (
          [file, ("length", "5")],
          "initializer 'w' has the shape 4 of uint8, which takes 4 bytes, but holds 5"
        ),
        (
          [file, ("offset", "-1")],
          "initializer 'w' lies in an external file with the offset '-1', which is no number"
        ),
        (
          [file, ("offset", "+1")],
          "initializer 'w' lies in an external file with the offset '+1', which is no number"
        ),
        (
          [file, ("length", "")],
          "initializer 'w' lies in an external file with the length '', which is no number"
        ),
        (
          [file, ("offset", "99999999999999999999")],
          "initializer 'w' lies in an external file with the offset '99999999999999999999', which is no number"
        ),
      ]
      for (entries, expected) in cases { #expect(message(entries, in: folder) == expected) }
      #expect(
        message([file], in: folder, count: 1 << 50)
          == "initializer 'w' lies in 'w.bin' from byte 0 on and has 1125899906842624 bytes, but the file has 8"
      )
    }
  }
}
