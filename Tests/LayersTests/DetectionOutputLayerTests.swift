import Testing

@testable import Layers

struct DetectionOutputLayerTests {
  /// Three priors of which the first two overlap by 0.6, with variances of 1.
  let priors = value(
    [1, 2, 12], [0, 0, 0.4, 0.4, 0, 0, 0.4, 0.24, 0.5, 0.5, 0.9, 0.9] + [Double](repeating: 1, count: 12))
  let still = NetValue<Double>(shape: [1, 12])

  func layer(_ parameters: String) throws -> OneLayer {
    try OneLayer("DetectionOutput", "detection_output_param { num_classes: 2 \(parameters) }", bottoms: 3)
  }

  @Test(
    arguments: [
      // the second box overlaps the first
      ("nms_param { nms_threshold: 0.5 }", [[0.9, 0, 0, 0.4, 0.4], [0.7, 0.5, 0.5, 0.9, 0.9]]),
      (
        "nms_param { nms_threshold: 0.7 }",
        [[0.9, 0, 0, 0.4, 0.4], [0.8, 0, 0, 0.4, 0.24], [0.7, 0.5, 0.5, 0.9, 0.9]]
      ),
      // the threshold sinks to 0.35 behind the first box
      ("nms_param { nms_threshold: 0.7 eta: 0.5 }", [[0.9, 0, 0, 0.4, 0.4], [0.7, 0.5, 0.5, 0.9, 0.9]]),
      ("nms_param { nms_threshold: 0.5 top_k: 2 }", [[0.9, 0, 0, 0.4, 0.4]]),
      ("nms_param { nms_threshold: 0.5 } keep_top_k: 1", [[0.9, 0, 0, 0.4, 0.4]]),
      ("confidence_threshold: 0.8", [[0.9, 0, 0, 0.4, 0.4]]),
    ] as [(String, [[Double]])])
  func suppresses(parameters: String, expected: [[Double]]) throws {
    let confidences = value([1, 6], [0.1, 0.9, 0.2, 0.8, 0.3, 0.7])
    let top = try layer(parameters).run(still, confidences, priors)[0]
    expect(top, value([1, 1, expected.count, 7], expected.flatMap { [0, 1] + $0 }))
  }

  @Test func noPriorsAndAnyNumberOfClasses() throws {
    let layer = try OneLayer(
      "DetectionOutput", "detection_output_param { num_classes: 2147483647 share_location: false }",
      bottoms: 3)
    let top = try layer.run(
      NetValue(shape: [2, 0]), NetValue(shape: [2, 0]), NetValue(shape: [1, 2, 0]))[0]
    #expect(top.values == [0, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1])
  }

  @Test func nothingFound() throws {
    let top = try layer("confidence_threshold: 2").run(still, NetValue(shape: [1, 6]), priors)
    #expect(top == [value([1, 1, 1, 7], [0, -1, -1, -1, -1, -1, -1])])
  }

  /// What becomes of a prior from 0.5 to 0.9 with offsets of 0.1, 0.2, 0.3 and 0.4.
  static func decoded(_ code: String) -> [Double] {
    switch code {
    case "CORNER": return [0.6, 0.7, 1.2, 1.3]
    case "CORNER_SIZE": return [0.54, 0.58, 1.02, 1.06]
    default:
      let (width, height) = (0.2 * Double.exp(0.3), 0.2 * Double.exp(0.4))
      return [0.74 - width, 0.78 - height, 0.74 + width, 0.78 + height]
    }
  }

  @Test(arguments: ["CORNER", "CORNER_SIZE", "CENTER_SIZE"])
  func decodes(code: String) throws {
    let expected = Self.decoded(code)
    let prior = value([1, 2, 4], [0.5, 0.5, 0.9, 0.9, 0.5, 0.5, 0.5, 0.5])
    let confidences = value([1, 2], [0, 1])
    let plain = try layer("code_type: \(code) variance_encoded_in_target: true")
    let offsets = [0.1, 0.2, 0.3, 0.4]
    expect(
      try plain.run(value([1, 4], offsets), confidences, prior)[0],
      value([1, 1, 1, 7], [0, 1, 1] + expected))
    let scaled = try layer("code_type: \(code)")
    expect(
      try scaled.run(value([1, 4], offsets.map { 2 * $0 }), confidences, prior)[0],
      value([1, 1, 1, 7], [0, 1, 1] + expected))
  }

  /// Each class has its own boxes, and the best detection of all classes stays.
  @Test func ownBoxesPerClass() throws {
    let layer = try layer("share_location: false background_label_id: -1 keep_top_k: 1")
    let prior = value([1, 2, 4], [0, 0, 0.4, 0.4, 1, 1, 1, 1])
    let top = try layer.run(
      value([1, 8], [0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1]), value([1, 2], [0.3, 0.6]), prior)[0]
    expect(top, value([1, 1, 1, 7], [0, 1, 0.6, 0.1, 0.1, 0.5, 0.5]))
  }

  @Test func bottomsOfForks() throws {
    let four = try OneLayer("DetectionOutput", "detection_output_param { num_classes: 2 }", bottoms: 4)
    let confidences = value([1, 6], [0, 1, 0, 0.5, 0, 0.5])
    #expect(
      try four.run(still, confidences, priors, counted(1, 3, 8, 8))
        == (try layer("").run(still, confidences, priors)))
    #expect(
      OneLayer.message {
        _ = try OneLayer("DetectionOutput", "detection_output_param { num_classes: 2 }", bottoms: 5)
      } == "error: layer 'it' (DetectionOutput): 'bottom' with the value '5 blobs' cannot be run here")
  }

  @Test func countsThatDoNotFit() throws {
    #expect(
      try layer("").message([1, 12], [1, 9], [1, 2, 12])
        == "error: layer 'it' (DetectionOutput): expected bottom 1 of shape 1×6, found 1×9")
    #expect(
      try layer("").message([1, 12], [1, 6], [1, 2, 13])
        == "error: layer 'it' (DetectionOutput): expected bottom 2 of shape 1×2×12, found 1×2×13")
  }

  @Test(
    arguments: [
      (
        "nms_param { nms_threshold: -1 }",
        "expected a number from 0 for 'detection_output_param.nms_param.nms_threshold', found '-1.0'"
      ),
      (
        "nms_param { eta: 2 }",
        "expected a number above 0 and up to 1 for 'detection_output_param.nms_param.eta', found '2.0'"
      ),
      (
        "code_type: MIDDLE",
        "expected CORNER, CENTER_SIZE or CORNER_SIZE for 'detection_output_param.code_type', found 'MIDDLE'"
      ),
    ])
  func faults(parameters: String, sentence: String) {
    #expect(
      OneLayer.message { _ = try layer(parameters) } == "error: layer 'it' (DetectionOutput): \(sentence)")
  }
}
