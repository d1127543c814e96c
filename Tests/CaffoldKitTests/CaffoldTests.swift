import Diagnostics
import Foundation
import Testing
import WireTestSupport

@testable import CaffoldKit

/// The doors of the library, on the bundled net.
@Suite struct CaffoldTests {
  private static let root = #filePath.components(separatedBy: "/Tests/")[0]
  private static let digits = ModelFiles(
    model: root + "/examples/digits/digits.prototxt", weights: root + "/examples/digits/digits.caffemodel")

  /// A rule that forgets what a Scale does.
  private static let wrongRule = """
    schema: 1
    rules:
      - id: wrong
        summary: Forget a Scale.
        match: {s: {type: Scale, name: conv1/scale}}
        rewrite: {remove: s}
    """

  private func folder<Result>(_ body: (String) throws -> Result) rethrows -> Result {
    try TestFiles.withFolder(body)
  }

  private func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch let error as any DiagnosticError {
      return error.diagnostic.text
    } catch {
      return "\(error)"
    }
  }

  @Test func aFoldWithoutOutputsWritesNothing() throws {
    let result = try Caffold.fold(Self.digits)
    #expect(result.outcome == .done)
    #expect(result.isDryRun && result.outputs == nil && result.planFile == nil)
    #expect(result.layersBefore.values.reduce(0, +) == 26)
    #expect(result.layersAfter.values.reduce(0, +) == 14)
    #expect(result.checkedRewrites == result.rewrites.count)
    #expect(result.refused.isEmpty && result.warnings.isEmpty)
    #expect(result.rewrites.flatMap(\.removed).contains("pool/drop"))
    #expect(result.inputs.model.path == Self.digits.model)
  }

  @Test func aFoldWritesWhatItSays() throws {
    try folder { folder in
      var outputs = OutputOptions()
      outputs.folder = folder + "/out"
      outputs.verification = VerificationOptions()
      var written: [String] = []
      let observer = RunObserver(progress: { progress in
        if case .writing(let path) = progress.task, progress.done == progress.total { written.append(path) }
      })
      let result = try Caffold.fold(Self.digits, to: outputs, observer: observer)
      let files = try #require(result.outputs)
      #expect(files.model.path == folder + "/out/digits.prototxt")
      #expect(TestFiles.contents(files.model.path) == result.definition)
      #expect(TestFiles.contents(try #require(files.weights).path).count == files.weights?.byteCount)
      #expect(written == [files.weights?.path])
      #expect(result.verification?.isEqual == true)
      let folded = ModelFiles(model: files.model.path, weights: files.weights?.path)
      let same = try Caffold.verify(Self.digits, folded)
      #expect(same.isEqual)
      #expect(try #require(same.largestDifference) < 1e-5)
    }
  }

  @Test func aWrongRuleIsAResultAndNoError() throws {
    try folder { folder in
      TestFiles.put(Self.wrongRule, to: folder + "/wrong.yaml")
      var options = RunOptions()
      options.rules.files = [folder + "/wrong.yaml"]
      options.rules.isIsolated = true
      var outputs = OutputOptions()
      outputs.folder = folder + "/out"
      let checked = try Caffold.fold(Self.digits, options, to: outputs)
      #expect(checked.outcome == .checkFailed)
      #expect(checked.outputs == nil)
      options.check.isOn = false
      outputs.verification = VerificationOptions()
      let verified = try Caffold.fold(Self.digits, options, to: outputs)
      #expect(verified.outcome == .netsDiffer)
      #expect(verified.verification?.isEqual == false)
      #expect(TestFiles.names(in: folder) == ["wrong.yaml"])
      let proof = try Caffold.prove([folder + "/wrong.yaml"])
      #expect(!proof.isGood && proof.failedRules == ["wrong"])
    }
  }

  @Test func aPlanIsReplayed() throws {
    try folder { folder in
      var options = RunOptions()
      options.layers.skip = ["conv1*"]
      var outputs = OutputOptions()
      outputs.plan = folder + "/plan.json"
      let planned = try Caffold.fold(Self.digits, options, to: outputs)
      #expect(planned.outputs == nil)
      #expect(TestFiles.names(in: folder) == ["plan.json"])
      let plan = try PlanFile(path: folder + "/plan.json")
      #expect(plan.hasWeights)
      let replayed = try Caffold.apply(plan)
      #expect(replayed.definition == planned.definition)
      #expect(replayed.rewrites == planned.rewrites)
      outputs = OutputOptions()
      outputs.model = folder + "/plan.json"
      let error = message { _ = try Caffold.apply(plan, to: outputs) }
      #expect(error?.contains("plan.json: error: is an input of this run") == true)
    }
  }

  @Test func errorsHaveTheirPlaces() {
    folder { folder in
      TestFiles.put("layer { name: 'a' type: 3 }\n", to: folder + "/net.prototxt")
      let text = message { _ = try Caffold.fold(ModelFiles(model: folder + "/net.prototxt")) }
      #expect(text?.hasPrefix(folder + "/net.prototxt:1:25: error: ") == true)
      var options = RunOptions()
      options.layers.skip = ["conv9"]
      #expect(
        message { _ = try Caffold.fold(Self.digits, options) }?
          .contains("error: has no layer 'conv9', which --skip-layer names") == true)
      let alone = ModelFiles(model: Self.digits.model)
      #expect(
        message { _ = try Caffold.verify(alone, Self.digits) }?
          .hasSuffix("cannot be run without weights; give its weights file") == true)
    }
  }

  /// What a killed run left is put back, and the observer is told.
  @Test func whatAKilledRunLeftIsPutBack() throws {
    try folder { folder in
      let net = ModelFiles(model: folder + "/net.prototxt", weights: folder + "/net.caffemodel")
      try FileManager.default.copyItem(
        atPath: Self.digits.model, toPath: folder + "/.net.prototxt.caffold-old")
      try FileManager.default.copyItem(
        atPath: try #require(Self.digits.weights), toPath: folder + "/.net.caffemodel.caffold-old")
      let new = "0\u{0}1\u{0}2\u{0}3\u{0}"
      let note =
        "caffold puts files in place; if it was killed, its next run here undoes what is half done\n"
        + "\(folder)/net.prototxt\u{0}\(new)\(folder)/net.caffemodel\u{0}\(new)end"
      for name in [".net.prototxt", ".net.caffemodel"] {
        TestFiles.put(note, to: "\(folder)/\(name).caffold-note")
      }
      var warnings: [String] = []
      _ = try Caffold.fold(net, observer: RunObserver(warning: { warnings.append($0.text) }))
      #expect(
        warnings
          == [net.model, net.weights!].map {
            "\($0): warning: restored: an earlier run was killed while it replaced this file"
          })
      #expect(TestFiles.names(in: folder) == ["net.caffemodel", "net.prototxt"])
    }
  }

  @Test func shapesAreWhole() throws {
    for shape in ["1,,8", "1,1,8,8,", ",1", "1;1", "0,1", "data=", "1,1,8,99999999999999999999"] {
      var inputs = InputOptions()
      inputs.shapes = [shape]
      #expect(message { _ = try Caffold.verify(Self.digits, Self.digits, inputs: inputs) } != nil, "\(shape)")
    }
  }
}
