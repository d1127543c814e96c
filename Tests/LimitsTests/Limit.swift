import Diagnostics
import RuleModel
import Tensors
import Testing

/// A row of `Documentation/Limits.md`: something of which there may be so much and no more.
struct Limit: Sendable, CustomTestStringConvertible {
  /// How the value is written.
  enum Unit {
    case number
    case bytes
  }

  /// What happens beyond it.
  enum Beyond {
    /// An error, which the attempt throws for more than a limit. `tried` is the limit that is tried where the real one would
    /// take too much time or memory; a reader takes it as an argument. Where the attempt is not exact it takes some multiple.
    case error(tried: Int, isExact: Bool, attempt: @Sendable (_ size: Int, _ limit: Int) throws -> Void)
    /// Something else, and the test that shows it, as `Suite.function`.
    case outcome(String, test: String)
  }

  /// What is limited.
  let what: String
  /// How much there may be.
  let value: Int
  /// What the value is counted in.
  let unit: Unit
  /// The name of the constant: `WireLimits.layers`.
  let constant: String
  /// The file that it is in, under `Sources`.
  let file: String
  /// What the user can give to change it.
  let option: String?
  let beyond: Beyond

  /// A limit beyond which there is an error.
  init(
    _ what: String, _ value: Int, _ constant: String, in file: String, unit: Unit = .number,
    option: String? = nil, tried: Int? = nil, isExact: Bool = true,
    attempt: @escaping @Sendable (_ size: Int, _ limit: Int) throws -> Void
  ) {
    self.init(
      what, value, constant, file, unit, option,
      .error(tried: tried ?? value, isExact: isExact, attempt: attempt))
  }

  /// A limit beyond which something else happens.
  init(
    _ what: String, _ value: Int, _ constant: String, in file: String, unit: Unit = .number,
    option: String? = nil, then outcome: String, test: String
  ) {
    self.init(what, value, constant, file, unit, option, .outcome(outcome, test: test))
  }

  private init(
    _ what: String, _ value: Int, _ constant: String, _ file: String, _ unit: Unit, _ option: String?,
    _ beyond: Beyond
  ) {
    self.what = what
    self.value = value
    self.unit = unit
    self.constant = constant
    self.file = file
    self.option = option
    self.beyond = beyond
  }

  var testDescription: String { what }

  /// What the attempt says; nil where it succeeds.
  static func words(_ attempt: () throws -> Void) -> String? {
    do {
      try attempt()
      return nil
    } catch let error as any DiagnosticError {
      return error.diagnostic.sentence
    } catch let error as ExpressionError {
      return error.sentence
    } catch let error as ShapeError {
      return error.sentence
    } catch let words as Words {
      return words.text
    } catch {
      Issue.record("an error without a message: \(error)")
      return "\(error)"
    }
  }
}

/// What is said without an error, for attempts to throw.
struct Words: Error {
  let text: String
}
