import Testing

@testable import CaffeIO

@Suite struct TextNumberTests {
  @Test(arguments: [
    ("1", 1.0), ("-7", -7), ("0x1F", 31), ("0X1f", 31), ("-0x10", -16), ("017", 15), ("-017", -15), ("0", 0),
    ("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("1.", 1), ("1.e2", 100), ("1.E+2", 100), (".5e1", 5),
    ("1e-05", 1e-5), ("2f", 2), ("1.5F", 1.5), ("1.f", 1), ("1e3f", 1000), ("0.5", 0.5), ("0f", 0),
    ("inf", .infinity), ("-inf", -.infinity), ("- Infinity", -.infinity), ("INF", .infinity), ("- 3", -3),
    ("-# sign\n 4", -4), ("9007199254740992", 9_007_199_254_740_992), ("0.1", 0.1), ("1e400", .infinity),
    ("10000000000000000000000", 1e22),
    ("0x1000000000000000000", 4_722_366_482_869_645_213_696),
  ])
  func numbers(text: String, value: Double) throws {
    #expect(try parsed("x: \(text)").root.last("x")?.number == value)
  }

  @Test(arguments: ["nan", "-nan", "NaN"])
  func notANumber(text: String) throws {
    #expect(try parsed("x: \(text)").root.last("x")?.number?.isNaN == true)
  }

  @Test(
    arguments: [
      ("1", 1), ("-7", -7), ("0x1F", 31), ("017", 15), ("- 3", -3), ("00", 0),
      ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("9223372036854775808", nil),
      ("1.0", nil), ("1e3", nil), ("1f", nil), ("0x1F", 31), ("inf", nil), ("TEST", nil), ("face", nil),
      ("abc", nil), ("'1'", nil), ("{}", nil),
    ] as [(String, Int?)])
  func wholeNumbers(text: String, value: Int?) throws {
    #expect(try parsed("x: \(text)").root.last("x")?.integer == value)
  }

  @Test(
    arguments: [
      ("true", true), ("True", true), ("t", true), ("1", true), ("0x1", true), ("false", false),
      ("False", false), ("f", false), ("0", false), ("2", nil), ("TRUE", nil), ("-1", nil), ("'true'", nil),
    ] as [(String, Bool?)])
  func booleans(text: String, value: Bool?) throws {
    #expect(try parsed("x: \(text)").root.last("x")?.bool == value)
  }

  @Test(arguments: ["TEST", "-inf1", "{}", "\"1\""])
  func wordsAndStringsAreNoNumbers(text: String) {
    #expect((try? parsed("x: \(text)"))?.root.last("x")?.number == nil)
  }
}
