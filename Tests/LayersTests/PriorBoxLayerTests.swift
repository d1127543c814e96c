import Testing

@testable import Layers

struct PriorBoxLayerTests {
  let image = NetValue<Double>(shape: [1, 3, 8, 16])

  @Test func boxesOfOnePosition() throws {
    let layer = try OneLayer(
      "PriorBox", "prior_box_param { min_size: 4 max_size: 9 aspect_ratio: 4 variance: 0.5 }", bottoms: 2)
    // sides 4, 6 and 4·√4 by 4/√4 both ways, around (8, 4) in an image of 16 by 8
    let boxes: [Double] = [
      0.375, 0.25, 0.625, 0.75, 0.3125, 0.125, 0.6875, 0.875, 0.25, 0.375, 0.75, 0.625, 0.4375, 0, 0.5625, 1,
    ]
    #expect(
      try layer.run(NetValue(shape: [1, 5, 1, 1]), image)
        == [value([1, 2, 16], boxes + [Double](repeating: 0.5, count: 16))])
  }

  /// Fractions of pixels are cut off, as the SSD fork keeps sizes in an int.
  @Test func cutsSizesToWholePixels() throws {
    let layer = try OneLayer("PriorBox", "prior_box_param { min_size: 4.9 flip: false }", bottoms: 2)
    let top = try layer.run(NetValue(shape: [1, 5, 1, 1]), image)[0]
    #expect(top.values.prefix(4) == [0.375, 0.25, 0.625, 0.75])
    #expect(top.values.suffix(4) == [Double](repeating: Double(Float(0.1)), count: 4))
  }

  @Test func listedSizesAreTakenAsTheyAre() throws {
    let layer = try OneLayer(
      "PriorBoxClustered",
      "prior_box_param { width: 5 width: 2.5 height: 4 height: 1 step: 16 variance: 0.5 }", bottoms: 2)
    // 5 by 4 and 2.5 by 1 around (8, 8) in an image of 16 by 8
    let boxes = [0.34375, 0.75, 0.65625, 1.25, 0.421875, 0.9375, 0.578125, 1.0625]
    #expect(
      try layer.run(NetValue(shape: [1, 5, 1, 1]), image)
        == [value([1, 2, 8], boxes + [Double](repeating: 0.5, count: 8))])
  }

  @Test(
    arguments: [
      ("width: 1", "'prior_box_param.height' is missing"),
      ("width: 1 height: 1 height: 2", "expected 1 value for 'prior_box_param.height', found '1.0 2.0'"),
      ("width: 0 height: 1", "expected a number above 0 for 'prior_box_param.width', found '0.0'"),
    ])
  func faultsOfListedSizes(parameters: String, sentence: String) {
    #expect(
      OneLayer.message {
        _ = try OneLayer("PriorBoxClustered", "prior_box_param { \(parameters) }", bottoms: 2)
      }
        == "error: layer 'it' (PriorBoxClustered): \(sentence)")
  }

  @Test func stepsAndClips() throws {
    let layer = try OneLayer(
      "PriorBox",
      "prior_box_param { min_size: 4 clip: true step_h: 2 step_w: 10 offset: 0 img_h: 8 img_w: 16 "
        + "variance: 1 variance: 2 variance: 3 variance: 4 }", bottoms: 2)
    let top = try layer.run(NetValue(shape: [1, 5, 1, 2]), NetValue(shape: [1, 3, 1, 1]))[0]
    #expect(
      top
        == value(
          [1, 2, 8], [0, 0, 2 / 16.0, 2 / 8.0, 8 / 16.0, 0, 12 / 16.0, 2 / 8.0, 1, 2, 3, 4, 1, 2, 3, 4]))
  }

  @Test(
    arguments: [
      ("", "'prior_box_param.min_size' is missing"),
      ("min_size: 0", "expected a number above 0 for 'prior_box_param.min_size', found '0.0'"),
      ("min_size: 4 max_size: 4", "expected a number above 4.0 for 'prior_box_param.max_size', found '4.0'"),
      (
        "min_size: 4 max_size: 5 max_size: 6",
        "expected 1 value for 'prior_box_param.max_size', found '5.0 6.0'"
      ),
      (
        "min_size: 4 variance: 1 variance: 2",
        "expected 4 values for 'prior_box_param.variance', found '1.0 2.0'"
      ),
      (
        "min_size: 4 step: 1 step_h: 2",
        "give either 'prior_box_param.step' or 'prior_box_param.step_h', not both"
      ),
      (
        "min_size: 4 img_size: 1e300",
        "expected a whole number for 'prior_box_param.img_size', found '1e+300'"
      ),
      ("min_size: 4 img_size: 0", "expected a whole number from 1 for 'prior_box_param.img_size', found '0'"),
      ("min_size: 4 img_h: 2", "'prior_box_param.img_w' is missing"),
    ])
  func faults(parameters: String, sentence: String) {
    #expect(
      OneLayer.message { _ = try OneLayer("PriorBox", "prior_box_param { \(parameters) }", bottoms: 2) }
        == "error: layer 'it' (PriorBox): \(sentence)")
  }
}
