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
      "Graphviz did not finish its layout within \(seconds) s; draw a part of the net, which 'caffold extract' makes"
    case .broken(let path, let said):
      "'\(path)' failed" + (said.isEmpty ? "" : ", and said: \(said)")
    case .tooLarge(let boxes, let limit):
      "a picture of \(boxes) boxes is more than Graphviz can lay out, \(limit) at most; draw a part of the net, which 'caffold extract' makes"
    }
  }
}

/// A page without a picture.
struct PictureRemark {
  /// The page.
  let path: String
  let failure: Graphviz.Failure

  /// What the page says, and the terminal.
  var sentence: String { "no picture: \(failure.sentence)" }

  var diagnostic: Diagnostic { Diagnostic(.warning, at: .file(path), sentence) }
}
