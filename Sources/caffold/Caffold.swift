import ArgumentParser

@main
struct Caffold: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make trained Caffe networks ready for inference.")
}
