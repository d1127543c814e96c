import Definitions
import Diagnostics
import Foundation
import RuleModel
import Rules
import Testing
import Verification

@testable import Engine

/// New layers that are there several times or not at all, rules that rewrite their own results, and rules that are off by default.
@Suite struct RepeatedLayerTests {
  private func rules(_ text: String, path: String = "r.yaml") throws -> RuleFile {
    try RuleFile(
      SourceText(path: path, bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes, operators: OperatorForm.all,
      fields: SchemaFields(.caffe, isComplete: false))
  }

  /// What the tests inside rules say; nil for those that pass.
  private func failures(_ text: String) throws -> [String?] {
    let file = try rules(text)
    return file.rules.flatMap { RuleTestRunner.run($0, layouts: file.layouts).map(\.failure) }
  }

  /// The tests inside the twenty rules of the fixtures pass; their proofs are held by the oracles.
  @Test func theFixturesPass() throws {
    let folder = URL(fileURLWithPath: #filePath).appending(path: "../../Fixtures/rules").standardizedFileURL
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".yaml")
    }
    #expect(names.count == 20)
    let layouts = try BuiltinRules.load().layouts
    for name in names {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let file = try rules(text, path: name)
      for rule in file.rules {
        let accepts = rule.tests.map { if case .rewritten = $0.expectation { true } else { false } }
        #expect(Set(accepts).count == 2, "\(name): '\(rule.id)' has a test that accepts and one that refuses")
        for outcome in RuleTestRunner.run(rule, layouts: layouts + file.layouts) {
          #expect(outcome.failure == nil, "\(name), '\(outcome.name)'")
        }
      }
    }
  }

  @Test func aRuleStopsAfterItsPassesAndWhereItsMeasureStays() throws {
    func rule(_ id: String, _ keys: String, _ tests: String) -> String {
      """
        - id: \(id)
          summary: S.
          \(keys)
          match: {r: {type: Power, where: r.power_param.scale < 8}}
          transform: [{set: r.power_param.scale, to: r.power_param.scale * 2}]
          rewrite: {keep: r}
          tests:
            - name: t
              net: |
                input: "data"
                layer { name: "r" type: "Power" bottom: "data" top: "r" power_param { scale: 1 } }
              expect: \(tests)

      """
    }
    let found = try failures(
      "schema: 1\nrules:\n"
        + rule("enough", "passes: 8", "rewritten")
        + rule("too-few", "passes: 1", "{refused: {at: r, reason: passes}}")
        + rule(
          "not-less", "passes: 8\n    measure: r.power_param.scale", "{refused: {at: r, reason: passes}}")
        + rule("cycle", "priority: 0", "rewritten"))
    #expect(found[0] == nil)
    #expect(found[1] == nil)
    #expect(found[2] == nil)
    #expect(found[3]?.contains("rule 'cycle'") == true)
  }

  @Test func layersAreLeftOutAndRepeatedOverLists() throws {
    let found = try failures(
      """
      schema: 1
      rules:
        - id: signs
          summary: S.
          parameters: {middle: {type: boolean, default: false, summary: S.}}
          match:
            part: {type: AbsVal}
            concat: {type: Concat, bottom: {every: part}}
          rewrite:
            replace: [part, concat]
            with:
              - {as: signed, each: {p: part}, type: Power, name: "{p.name}_signed", bottom: "p.bottoms[0]", power_param: {scale: "{-1}"}}
              - {as: joined, type: Concat, bottom: ["signed[1]", "signed[0]"]}
              - {as: between, type: ReLU, when: middle}
              - {type: TanH, when: not middle}
          tests:
            - name: without the layer between
              net: &net |
                input: "a"
                input: "b"
                layer { name: "x" type: "AbsVal" bottom: "a" top: "x" }
                layer { name: "y" type: "AbsVal" bottom: "b" top: "y" }
                layer { name: "c" type: "Concat" bottom: "x" bottom: "y" top: "c" }
              expect: {layers: [x_signed, y_signed, x_joined, c]}
            - name: with it, and without the last one
              parameters: {middle: true}
              net: *net
              expect: {layers: [x_signed, y_signed, x_joined, x_between]}
        - id: slices
          summary: S.
          match: {slice: {type: Slice}}
          let: {n: slice.tops.count}
          where: n > 1
          rewrite:
            replace: slice
            with:
              - as: copies
                type: Split
                top: {each: {i: n}}
              - {each: {i: n}, as: part, type: ReLU, bottom: "copies.tops[i]", top: "slice.tops[n - 1 - i]"}
          tests:
            - name: each makes one of the tops
              net: |
                input: "a"
                layer { name: "s" type: "Slice" bottom: "a" top: "x" top: "y" top: "z" }
                layer { name: "e" type: "Eltwise" bottom: "x" bottom: "y" bottom: "z" top: "e" }
              expect: {layers: [s_copies, s, s_part, s_part_1, e]}
        - id: too-many
          summary: S.
          match: {slice: {type: Slice}}
          rewrite:
            replace: slice
            with:
              - {each: {i: slice.tops.count}, type: ReLU, bottom: "slice.bottoms[i]", top: "slice.tops[0]"}
          tests:
            - name: a bottom that is not there
              net: |
                input: "a"
                layer { name: "s" type: "Slice" bottom: "a" top: "x" top: "y" }
                layer { name: "e" type: "Eltwise" bottom: "x" bottom: "y" top: "e" }
              expect: {refused: {at: s, reason: bottom-count}}
        - id: sum-of-some
          summary: S.
          match: {sum: {type: Eltwise, where: sum.bottoms.count > 2}}
          rewrite: {replace: sum, with: {like: sum, bottom: ["sum.bottoms[1:]", {value: "sum.bottoms[0]", when: sum.bottoms.count > 3}]}}
          tests:
            - name: three
              net: |
                input: "a"
                input: "b"
                input: "c"
                layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" bottom: "c" top: "s" }
              expect: {layers: [s]}
      """)
    #expect(found == Array(repeating: nil, count: found.count))
  }

  /// The last new layer makes what no other one takes over, whatever others make.
  @Test func theLastLayerTakesOverWhatIsLeft() throws {
    let net = """
      input: "data"
                layer { name: "a" type: "TanH" bottom: "data" top: "a" }
                layer { name: "b" type: "AbsVal" bottom: "data" top: "b" }
                layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" top: "s" }
      """
    let found = try failures(
      """
      schema: 1
      rules:
        - id: others-have-new-values
          summary: S.
          match: {a: {type: TanH}}
          rewrite: {replace: a, with: [{as: p, type: ReLU, top: {name: own}}, {type: ELU, bottom: p}]}
          tests:
            - name: t
              net: |
                \(net)
              expect: {layers: [a_p, a, b, s]}
        - id: another-takes-one
          summary: S.
          match: {a: {type: TanH, bottom: $x}, b: {type: AbsVal, bottom: $x}, s: {type: Eltwise, bottom: [a, b]}}
          rewrite: {replace: [a, b], with: [{type: ReLU, bottom: $x, top: a}, {type: ELU, bottom: $x}]}
          tests:
            - name: t
              net: |
                \(net)
              expect: {layers: [a, b, s]}
        - id: nothing-is-left
          summary: S.
          parameters: {p: {type: boolean, default: false, summary: S.}}
          match: {a: {type: TanH}}
          rewrite: {replace: a, with: [{type: ReLU, when: p}, {type: ELU, when: p}]}
          tests:
            - name: t
              net: |
                \(net)
              expect: {refused: {at: a, reason: evaluation}}
        - id: no-name
          summary: S.
          match: {a: {type: TanH}}
          rewrite: {replace: a, with: {type: ReLU, name: "{replace(a.name, 'a', '')}"}}
          tests:
            - name: t
              net: |
                \(net)
              expect: {refused: {at: a, reason: layer-name}}
        - id: no-blob-name
          summary: S.
          match: {a: {type: TanH}}
          rewrite: {rename: {a.tops: "{replace(name, 'a', '')}"}}
          tests:
            - name: t
              net: |
                \(net)
              expect: {refused: {at: a, reason: blob-name}}
      """)
    #expect(found == Array(repeating: nil, count: 5))
  }

  /// Whoever feeds the net knows its inputs by name.
  @Test func onlyAConversionRenamesAnInput() throws {
    func rule(_ id: String, _ safety: String, _ expectation: String) -> String {
      """
        - id: \(id)
          summary: S.
          safety: \(safety)
          once: true
          match: {a: {type: Input}}
          rewrite: {rename: {a.tops: "{replace(name, 'a', 'x')}"}}
          tests:
            - name: t
              net: |
                layer { name: "a" type: "Input" top: "a" }
                layer { name: "b" type: "ReLU" bottom: "a" top: "b" }
              expect: \(expectation)

      """
    }
    let found = try failures(
      "schema: 1\nrules:\n" + rule("exact", "exact", "{refused: {at: a, reason: input-name}}")
        + rule("conversion", "conversion", "rewritten"))
    #expect(found == [nil, nil])
  }

  /// A value that a `let` does not have is told where the `let` stands.
  @Test func theErrorOfANameHasThePlaceOfItsExpression() throws {
    let found = try failures(
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match: {a: {type: TanH}}
          let:
            inner: "1 + sum(inverse(zeros([2, 2])))"
            outer: inner + 1
          where: outer > 0
          rewrite: {remove: a}
          tests:
            - name: t
              net: 'input: "data" layer { name: "a" type: "TanH" bottom: "data" top: "a" }'
              expect: rewritten
      """)
    #expect(found[0]?.contains("r.yaml:7:31: the matrix has no inverse") == true)
  }

  @Test func weightsOfATestAreHeldAgainstItsNet() throws {
    let found = try failures(
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          parameters: {p: {type: number, default: 2, summary: S.}}
          match: {s: {type: Scale, where: "all(s.blobs[0] == 2)"}}
          rewrite: {remove: s}
          tests:
            - {name: by a parameter, net: &net 'input: "a" input_shape { dim: 1 dim: 2 } layer { name: "s" type: "Scale" bottom: "a" top: "s" } layer { name: "r" type: "ReLU" bottom: "s" top: "r" }', weights: {s: [[p, 2]]}, expect: rewritten}
            - {name: another value, net: *net, weights: {s: [[p, 2]]}, parameters: {p: 3}, expect: {refused: {at: s, reason: condition}}}
            - {name: no such layer, net: *net, weights: {t: [[1, 2]]}, expect: rewritten}
            - {name: a fraction of nothing, net: *net, weights: {s: ["take([1], [p])"]}, expect: rewritten}
      """)
    #expect(found[0] == nil && found[1] == nil)
    #expect(found[2]?.contains("error: the net has no layer 't' to give weights to") == true)
    #expect(found[3]?.contains("error: index 2 is out of range for 1 item") == true)
  }

  @Test func offByDefaultWaitsToBeSelected() throws {
    let file = try rules(
      """
      schema: 1
      rules:
        - {id: a, summary: S., default: off, match: {r: {type: ReLU}}, rewrite: {remove: r}}
        - {id: b, summary: S., default: on, match: {r: {type: TanH}}, rewrite: {remove: r}}
      """)
    var selection = RuleSet.Selection()
    let usual = try RuleSet(file.rules, layouts: [], selection: selection)
    #expect(usual.rules.map(\.id) == ["b"])
    #expect(usual.untried.map(\.id) == ["a"])
    selection.extendSelect = ["a"]
    #expect(try RuleSet(file.rules, layouts: [], selection: selection).rules.map(\.id) == ["a", "b"])
  }
}
