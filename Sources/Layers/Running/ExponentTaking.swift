/// A layer that compares powers of e of its bottom's numbers: of large ones it sees the differences, which a small relative error of each
/// changes.
package protocol ExponentTaking: LayerDescription {}

extension SoftmaxLayer: ExponentTaking {}
