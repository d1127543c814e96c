import ArgumentParser

/// The option `--input-shape` of commands that need shapes which a definition may leave out.
struct InputShapeFlags: ParsableArguments {
  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp(
      "The shape of an input, or of the top of a layer that cannot be run: 1,3,224,224, or NAME=1,3,224,224.",
      valueName: "shape"))
  var shapes: [String] = []

  func validate() throws {
    if shapes.contains("") { throw ValidationError("--input-shape has an empty value; give 1,3,224,224") }
  }
}
