import Verification

extension ProofOptions {
  /// Options with which no proof runs out of time: all tests run at once, on machines of any speed.
  static var patient: ProofOptions {
    var options = ProofOptions()
    options.seconds = 3600
    return options
  }
}
