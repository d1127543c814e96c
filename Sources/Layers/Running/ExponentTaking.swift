/// A layer whose tops depend on the differences of its bottom's numbers, through powers of e: a small relative error of
/// large numbers changes these differences.
package protocol ExponentTaking: LayerDescription {}

extension SoftmaxLayer: ExponentTaking {}
