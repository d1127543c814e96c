import RuleModel
import Testing

@Suite struct GlobTests {
  @Test(arguments: [
    ("conv", "conv"), ("*", ""), ("*", "conv"), ("conv*", "conv"), ("conv*", "conv1_1"), ("*_bn", "conv1_bn"),
    ("res??_branch*", "res2a_branch2b"), ("a*b*c", "aXbXbXc"), ("*a*", "banana"), ("**", "x"), ("", ""),
    ("?", "é"), ("*/bn", "stage1/unit1/bn"), ("a*ab", "aaab"),
  ])
  func fits(pattern: String, name: String) { #expect(Glob(pattern).matches(name)) }

  @Test(arguments: [
    ("conv", "conv1"), ("conv", "Conv"), ("?", ""), ("?", "ab"), ("conv*", "myconv"), ("*_bn", "conv_bn1"),
    ("a*b*c", "acb"), ("", "a"), ("[ab]", "a"), ("a.c", "abc"),
  ])
  func doesNotFit(pattern: String, name: String) { #expect(!Glob(pattern).matches(name)) }

  @Test func onlyPatternsWithoutWildcardsAreLiteral() {
    #expect(Glob("conv").literal == "conv")
    #expect(Glob("conv*").literal == nil)
    #expect(Glob("con?").literal == nil)
  }

  /// Each star would double the work of a matcher that tries everything.
  @Test(.timeLimit(.minutes(1))) func manyStarsCostLittle() {
    let pattern = String(repeating: "a*", count: 200) + "b"
    #expect(!Glob(pattern).matches(String(repeating: "a", count: 5000)))
  }
}
