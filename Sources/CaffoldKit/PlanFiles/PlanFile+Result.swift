extension PlanFile {
  /// Holds what is about to be written against what the file says, when no rewrite is struck out.
  ///
  /// - Throws: `PlanFileError` for the first difference.
  package func check(_ found: Result) throws(PlanFileError) {
    guard found.rewriteCount == result.rewriteCount else { return }
    for type in Set(result.typesAfter.keys).union(found.typesAfter.keys).sorted() {
      let (planned, found) = (result.typesAfter[type] ?? 0, found.typesAfter[type] ?? 0)
      guard planned == found else {
        throw PlanFileError(.otherCount(type: type, planned: planned, found: found))
      }
    }
    guard found.modelDigest == result.modelDigest, found.modelByteCount == result.modelByteCount else {
      throw PlanFileError(.otherDefinition)
    }
    guard found.weightsByteCount == result.weightsByteCount else {
      throw PlanFileError(
        .otherWeightsSize(planned: result.weightsByteCount ?? 0, found: found.weightsByteCount ?? 0))
    }
  }
}
