import Testing

@testable import Layers

struct WindowPlacesTests {
  private static func geometry(
    _ input: [Int], kernel: Int, stride: Int, pad: Int, dilation: Int
  ) -> WindowGeometry? {
    let output = input.map { ($0 + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1 }
    guard input.allSatisfy({ $0 + 2 * pad > dilation * (kernel - 1) }) else { return nil }
    func all(_ number: Int) -> [Int] { input.map { _ in number } }
    return WindowGeometry(
      input: input, kernel: all(kernel), stride: all(stride), pad: all(pad), dilation: all(dilation),
      output: output)
  }

  @Test(
    "Each place of each window has the number that a column of the windows has",
    arguments: [[7], [5, 6], [4, 3, 5]], [1, 2, 3])
  func placesEqualColumns(input: [Int], stride: Int) throws {
    for (kernel, pad, dilation) in [(1, 0, 1), (1, 1, 1), (2, 0, 1), (3, 1, 1), (3, 2, 2), (2, 0, 3)] {
      guard
        let geometry = Self.geometry(input, kernel: kernel, stride: stride, pad: pad, dilation: dilation)
      else { continue }
      let plane = (0..<input.product).map { Double($0 * $0 % 31 + 1) }
      let windows = geometry.output.product
      for sideBySide in [false, true] {
        let places = try #require(WindowPlaces(geometry, sideBySide: sideBySide))
        var numbers = plane
        if places.isCopy {
          numbers = [Double](repeating: .nan, count: places.count)
          numbers.withUnsafeMutableBufferPointer {
            places.copy(plane, into: $0.baseAddress!, outside: 0)
          }
        }
        let offsets = places.windows(0..<windows)
        #expect(places.windows(windows / 2..<windows) == Array(offsets[(windows / 2)...]))
        for tap in 0..<geometry.tapCount {
          var line = [Double](repeating: .nan, count: windows)
          WindowColumns<Double>(geometry, columns: 0..<windows).fill(&line, channel: plane, tap: tap)
          #expect(offsets.map { numbers[$0 + places.offsets[tap]] } == line)
        }
        if sideBySide {
          places.eachRow(0..<windows) { offset, columns in
            #expect(columns == 0..<geometry.output[input.count - 1])
            #expect(offsets.contains(offset))
          }
        }
      }
    }
  }

  @Test("A padding of which a stride leaves most out is not copied")
  func hugePadding() throws {
    let size = 1 << 20
    let geometry = try #require(Self.geometry([3, 3], kernel: 1, stride: size, pad: size, dilation: 1))
    #expect(WindowPlaces(geometry) == nil)
  }

  @Test("Both ways to convolve give the same", arguments: [1, 2])
  func copiedOrNot(groups: Int) throws {
    // The same three windows along an axis, with a padding that is copied, and with one that is not.
    for (stride, pad) in [(4, 4), (10_000, 10_000)] {
      let geometry = try #require(Self.geometry([3], kernel: 2, stride: stride, pad: pad, dilation: 1))
      let problem = ConvolutionParameters.Problem(
        images: 2, channels: 2, group: groups, geometry: geometry, outputShape: [])
      #expect((WindowPlaces(geometry) == nil) == (stride > 4))
      var target = [Float](repeating: .nan, count: 2 * 4 * geometry.output[0])
      let weights = (1...16).map { Float($0) }
      ConvolutionKernel.run(
        problem, 4, (1...12).map { Float($0) }, weights, [1, 2, 3, 4], &target)
      // Only the second window meets the input, at its first two numbers.
      let expected: [Float] = (0..<2).flatMap { image in
        (0..<4).flatMap { output -> [Float] in
          let channels = groups == 1 ? 0..<2 : output / 2..<output / 2 + 1
          let sum = channels.reduce(Float(0)) { sum, channel in
            let first = image * 6 + channel * 3
            let place = (output * channels.count + channel - channels.lowerBound) * 2
            return sum + weights[place] * Float(first + 1) + weights[place + 1] * Float(first + 2)
          }
          let shift = Float(output + 1)
          return (0..<geometry.output[0]).map { $0 == 1 ? sum + shift : shift }
        }
      }
      #expect(target == expected)
    }
  }

  @Test("Channels whose copies are large are copied one by one")
  func largeCopies() throws {
    let size = 1 << 20
    let geometry = try #require(Self.geometry([size], kernel: 1, stride: 1, pad: 1, dilation: 1))
    let problem = ConvolutionParameters.Problem(
      images: 1, channels: 3, group: 1, geometry: geometry, outputShape: [])
    let input = (0..<3 * size).map { Float($0 % 13) }
    var target = [Float](repeating: .nan, count: size + 2)
    ConvolutionKernel.run(problem, 1, input, [1, 2, 4], [5], &target)
    #expect([target[0], target[size + 1]] == [5, 5])
    let sums = (0..<size).map { 5 + input[$0] + 2 * input[size + $0] + 4 * input[2 * size + $0] }
    #expect(Array(target[1...size]) == sums)
  }
}
