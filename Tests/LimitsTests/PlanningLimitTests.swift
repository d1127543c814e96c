import CaffeIO
import Diagnostics
import RuleModel
import Rules
import Testing
import Verification

@testable import Engine

/// Searches that would take too long.
@Suite struct PlanningLimitTests {
  @Test(arguments: [(100, "search-limit"), (10, "no-match")])
  func aSearchEnds(readers: Int, code: String) throws {
    // Of the readers of one value each may be each of two captures, and the third is not there.
    let layers = (0..<readers).map {
      "layer { name: \"t\($0)\" type: \"TanH\" bottom: \"data\" top: \"t\($0)\" }\n"
    }
    let plan = try plan(
      layers.joined() + "layer { name: \"r\" type: \"ReLU\" bottom: \"data\" top: \"r\" }",
      rules: """
          - id: r
            summary: S.
            match:
              a: {type: ReLU, bottom: $x}
              b: {type: TanH, bottom: $x}
              c: {type: TanH, bottom: $x}
              d: {type: TanH, bottom: $x, where: d.name == 'e'}
            rewrite: {remove: a}
        """)
    #expect(plan.rewrites.isEmpty)
    #expect(plan.refusals.map(\.reason.code).contains("search-limit") == (code == "search-limit"))
  }

  @Test(arguments: [Planner.branchLimit, Planner.branchLimit + 1])
  func manyBranches(count: Int) throws {
    let branches = (0..<count).map { branch in
      """
      layer {
        name: "c\(branch)" type: "Convolution" bottom: "data" top: "c\(branch)"
        param { name: "w" } param { name: "b" } convolution_param { num_output: 2 kernel_size: 1 }
      }
      layer {
        name: "s\(branch)" type: "Scale" bottom: "c\(branch)" top: "s\(branch)"
        param { name: "s" } scale_param { bias_term: false }
      }

      """
    }
    let builtin = try BuiltinRules.load()
    let definition = try NetDefinition(TextDocument(source("input: \"data\"\n" + branches.joined())))
    let plan = try Planner.plan(
      NetGraph(definition, state: NetState(phase: .test)), weights: nil,
      rules: RuleSet(builtin.rules, layouts: builtin.layouts))
    #expect(plan.rewrites.count == (count > Planner.branchLimit ? 0 : count))
    #expect(plan.refusals.contains { $0.reason.code == "shared-parameter" } == (count > Planner.branchLimit))
  }
}
