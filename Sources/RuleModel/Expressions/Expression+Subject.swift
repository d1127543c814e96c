extension Expression {
  /// The capture on whose type and parameters alone the value depends: the value is then the same for all layers that
  /// are written alike. Nil where something else counts too, a blob, a name, a connection, or nothing at all.
  ///
  ///     not attr(drop, 'dropout_param.scale_train', true)  →  drop
  ///     layer.blobs[0].count == 1                          →  nil
  ///
  /// - Parameter constants: names that stand for the same value throughout.
  package func subject(constants: Set<String> = []) -> String? {
    var names: Set<String> = []
    guard collectSubjects(into: &names, constants, allowsBlobs: false) else { return nil }
    return names.count == 1 ? names.first : nil
  }

  /// Whether nothing but the types, parameters and blobs of captures decides the value.
  var readsParametersAndBlobsOnly: Bool {
    var names: Set<String> = []
    return collectSubjects(into: &names, [], allowsBlobs: true)
  }

  /// False when the value depends on more than the parameters of the captures collected.
  private func collectSubjects(
    into names: inout Set<String>, _ constants: Set<String>, allowsBlobs: Bool
  ) -> Bool {
    switch form {
    case .number, .boolean, .string: return true
    // A whole layer, or a `let` that may hold anything.
    case .name(let name): return constants.contains(name)
    case .member(let base, let member):
      if case .name(let capture) = base.form, !constants.contains(capture) {
        guard member.text == "type" || Self.isParameters(member.text) || allowsBlobs && member.text == "blobs"
        else { return false }
        names.insert(capture)
        return true
      }
      return base.collectSubjects(into: &names, constants, allowsBlobs: allowsBlobs)
    case .call(let name, let arguments) where name.text == "attr" || name.text == "has":
      guard arguments.count >= 2, arguments.allSatisfy({ $0.keyword == nil }),
        case .name(let capture) = arguments[0].value.form, case .string(let path) = arguments[1].value.form,
        Self.isParameters(path.prefix { $0 != "." })
      else { return false }
      names.insert(capture)
      return arguments.dropFirst(2).allSatisfy {
        $0.value.collectSubjects(into: &names, constants, allowsBlobs: allowsBlobs)
      }
    case .call(let name, let arguments) where name.text == "window":
      guard arguments.count == 1, case .name(let capture) = arguments[0].value.form else { return false }
      names.insert(capture)
      return true
    case .list, .negation, .not, .binary, .membership, .index, .slice, .call:
      return form.children.allSatisfy {
        $0.collectSubjects(into: &names, constants, allowsBlobs: allowsBlobs)
      }
    }
  }

  /// Whether a field of a layer holds parameters of its type; other fields are not all the same for layers alike.
  private static func isParameters(_ field: some StringProtocol) -> Bool {
    field.hasSuffix("_param") || field == "phase"
  }
}
