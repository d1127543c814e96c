import Diagnostics

// All wording of this folder.

/// A picture that cannot be drawn.
struct PictureError: DiagnosticError {
  /// The file that was asked for.
  let path: String
  let failure: Graphviz.Failure

  var diagnostic: Diagnostic {
    Diagnostic(
      .error, at: .file(path),
      "\(failure.sentence); or write a file that ends in .dot, for any program that reads Graphviz's language"
    )
  }
}

extension Graphviz.Failure {
  /// Why there is no layout, and what to do.
  var sentence: String {
    switch self {
    case .missing:
      "Graphviz's program 'dot' is not installed; install it with 'apt-get install graphviz', 'dnf install graphviz' or 'brew install graphviz'"
    case .slow(let seconds):
      "Graphviz did not finish its layout within \(seconds) s; cut a part out of the net with 'caffold extract', and draw that part"
    case .broken(let path, let said):
      "'\(path)' failed" + (said.isEmpty ? "" : ": \(said)")
    case .tooLarge(let boxes, let limit):
      "the picture has \(boxes) boxes, and Graphviz can lay out \(limit) at most; cut a part out of the net with 'caffold extract', and draw that part"
    }
  }
}

/// The warning for a page that has no picture.
struct PictureRemark {
  /// The page.
  let path: String
  let failure: Graphviz.Failure

  /// The sentence on the page and on the terminal.
  var sentence: String { "no picture: \(failure.sentence)" }

  var diagnostic: Diagnostic { Diagnostic(.warning, at: .file(path), sentence) }
}
