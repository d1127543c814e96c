/// A layer some tops of which jump where a bottom changes by as little as rounding does: indices of the largest of several
/// values, what is chosen by them, or which side of a threshold a value lies on.
package protocol IndexMaking: LayerDescription {
  /// The places of those tops.
  var indexTops: [Int] { get }
}

extension ArgMaxLayer: IndexMaking { package var indexTops: [Int] { [0] } }
extension DetectionOutputLayer: IndexMaking { package var indexTops: [Int] { [0] } }
/// The mask.
extension PoolingLayer: IndexMaking { package var indexTops: [Int] { [1] } }
extension ThresholdLayer: IndexMaking { package var indexTops: [Int] { [0] } }

/// A layer that takes the numbers of a bottom for indices.
package protocol IndexReading: LayerDescription {
  /// How many indices there are for a bottom, the first being 0; nil for a bottom that holds none.
  ///
  /// - Parameter shapes: the shapes of all bottoms.
  func indexCount(ofBottom bottom: Int, _ shapes: [[Int]]) -> Int?
}

extension EmbedLayer: IndexReading {
  package func indexCount(ofBottom bottom: Int, _ shapes: [[Int]]) -> Int? { indexCount }
}
extension BatchReindexLayer: IndexReading {
  package func indexCount(ofBottom bottom: Int, _ shapes: [[Int]]) -> Int? {
    bottom == 1 ? shapes[0].first : nil
  }
}
