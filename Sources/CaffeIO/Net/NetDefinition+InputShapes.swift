extension NetDefinition {
  /// Shapes of the inputs of the legacy form, `input: "data"`: one `input_shape` each, or four `input_dim`s each; nil
  /// where the file gives none.
  package var inputShapes: [[Int]?] {
    let shapes = document.root.all("input_shape").map { $0.message?.all("dim").compactMap(\.integer) }
    let sizes = document.root.all("input_dim").compactMap(\.integer)
    return inputs.indices.map { index in
      if index < shapes.count { return shapes[index] }
      return sizes.count >= 4 * (index + 1) ? Array(sizes[4 * index..<4 * index + 4]) : nil
    }
  }
}
