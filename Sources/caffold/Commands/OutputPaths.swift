/// Where the two outputs go.
struct OutputPaths {
  let model: String
  let weights: String?

  init(_ command: FoldCommand) {
    func path(_ explicit: String?, input: String) -> String {
      if let explicit { return explicit }
      let (folder, name) = Files.split(input)
      if let directory = command.output.directory { return Files.join(directory, name) }
      return Files.join(folder, Files.inserting("_inference", beforeExtensionOf: name))
    }
    model = path(command.output.model, input: command.model)
    weights = command.weights.map { path(command.output.weights, input: $0) }
  }
}
