import Glibc
import Testing
import WireTestSupport

@testable import CaffeIO

/// What is where, hidden files included: `["m": "new model"]`.
private func contents(_ folder: String) -> [String: String] {
  var contents: [String: String] = [:]
  for name in TestFiles.names(in: folder) {
    let path = folder + "/" + name
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
    contents[name] = String(decoding: TestFiles.contents(path), as: UTF8.self)
  }
  return contents
}

/// Runs that are killed while they put files in place, at every step, and what comes after them.
@Suite struct KilledPublicationTests {
  /// What was there before.
  struct Case: CustomTestStringConvertible, Sendable {
    var old: [String]
    var isApart = false

    var testDescription: String { "old: \(old)\(isApart ? ", in two folders" : "")" }
  }

  static let cases = [
    Case(old: ["m", "w"]), Case(old: ["m"]), Case(old: ["w"]), Case(old: []),
    Case(old: ["m", "w"], isApart: true), Case(old: ["w"], isApart: true),
  ]

  private static let new = ["m": "new model", "w": "new weights"]

  /// The paths of model and weights.
  private static func paths(_ folder: String, _ test: Case) -> [String: String] {
    ["m": folder + "/m", "w": folder + (test.isApart ? "/other/w" : "/w")]
  }

  private static func prepare(_ folder: String, _ test: Case) -> [String: String] {
    mkdir(folder + "/other", 0o777)
    var old: [String: String] = [:]
    for name in test.old {
      old[name] = "old " + name
      TestFiles.put("old " + name, to: paths(folder, test)[name]!)
    }
    return old
  }

  /// Publishes new files, as if it were killed before a step; false when there are not so many.
  private static func publish(_ folder: String, _ test: Case, killedBefore step: Int) throws -> Bool {
    let paths = paths(folder, test)
    let pair = try OutputPair(model: paths["m"]!, weights: paths["w"]!, inputs: [])
    try pair.model.write(Array(new["m"]!.utf8))
    try pair.weights.write(Array(new["w"]!.utf8))
    var publication = Publication([pair.model, pair.weights])
    publication.stepLimit = step
    try publication.run()
    return TestFiles.names(in: folder).contains { $0.hasSuffix("-note") }
  }

  private static func found(_ folder: String) -> [String: String] {
    contents(folder).merging(contents(folder + "/other")) { first, _ in first }
  }

  /// Both files of one run, or none under the model's name.
  @Test(arguments: cases)
  func whatTheNextRunFinds(test: Case) throws {
    var step = 0
    var isKilled = true
    while isKilled {
      step += 1
      try TestFiles.withFolder { folder in
        let old = Self.prepare(folder, test)
        isKilled = try Self.publish(folder, test, killedBefore: step)
        let left = Self.found(folder)
        if let model = left["m"] {
          let whole = model == Self.new["m"] ? Self.new : old
          #expect(left["w"] == whole["w"], "step \(step)")
        }
        let paths = Self.paths(folder, test)
        // From either file the whole pair is found.
        let restored = try UnfinishedRun.undo(at: [paths[step % 2 == 0 ? "m" : "w"]!, paths["m"]!])
        let after = Self.found(folder)
        #expect(after == old || after == Self.new, "step \(step): \(left) became \(after)")
        if !isKilled { #expect(after == Self.new && restored == []) }
        for path in restored { #expect(old[String(path.suffix(1))] != nil) }
      }
    }
    // Each old file set aside, two names, each old file removed, the note removed, nothing more.
    #expect(step == 2 * test.old.count + 4)
  }

  @Test(arguments: cases)
  func theNextRunWithTheseOutputsLeavesNothingHidden(test: Case) throws {
    var step = 0
    var isKilled = true
    while isKilled {
      step += 1
      try TestFiles.withFolder { folder in
        _ = Self.prepare(folder, test)
        isKilled = try Self.publish(folder, test, killedBefore: step)
        let paths = Self.paths(folder, test)
        let pair = try OutputPair(model: paths["m"]!, weights: paths["w"]!, inputs: [])
        try pair.model.write(Array("third model".utf8))
        try pair.weights.write(Array("third weights".utf8))
        try pair.publish()
        #expect(Self.found(folder) == ["m": "third model", "w": "third weights"], "step \(step)")
      }
    }
  }

  /// A run with one of the outputs puts the other back, too.
  @Test func anotherRunWithOneOfTheOutputs() throws {
    try TestFiles.withFolder { folder in
      let test = Case(old: ["m", "w"])
      _ = Self.prepare(folder, test)
      // Both old files are set aside.
      #expect(try Self.publish(folder, test, killedBefore: 3))
      #expect(contents(folder)["m"] == nil)
      let file = try AtomicFile(path: folder + "/w", mayReplace: true)
      try file.write(Array("other weights".utf8))
      try file.publish()
      #expect(contents(folder) == ["m": "old m", "w": "other weights"])
    }
  }

  /// What somebody has put in the place of a missing file since stays, and the old one becomes visible.
  @Test func nothingOfOthersIsLost() throws {
    try TestFiles.withFolder { folder in
      let test = Case(old: ["m", "w"])
      _ = Self.prepare(folder, test)
      #expect(try Self.publish(folder, test, killedBefore: 3))
      TestFiles.put("theirs", to: folder + "/m")
      let restored = try UnfinishedRun.undo(at: [folder + "/m"])
      #expect(restored == [folder + "/w"])
      #expect(contents(folder) == ["m": "theirs", "m.old": "old m", "w": "old w"])
    }
  }

  @Test func aNoteThatIsNotCompleteSaysThatNothingWasDone() throws {
    try TestFiles.withFolder { folder in
      _ = Self.prepare(folder, Case(old: ["m", "w"]))
      for text in ["", "caffold", "caffold puts files in place\n/m\01\02\0"] {
        TestFiles.put(text, to: folder + "/.m.caffold-note")
        let restored = try UnfinishedRun.undo(at: [folder + "/m", folder + "/w"])
        #expect(restored == [])
        #expect(contents(folder) == ["m": "old m", "w": "old w"])
      }
    }
  }

  /// A named temporary file, on file systems without unnamed ones, is removed by the next run, unless its run lives.
  @Test(.disabled(if: isThreadSanitized)) func abandonedFilesAreRemoved() throws {
    try TestFiles.withFolder { folder in
      let status = inChild {
        guard let file = try? AtomicFile(path: folder + "/out", unnamed: false) else { return }
        try? file.write([1])
        raise(SIGKILL)
      }
      #expect(status & 0x7F == SIGKILL)
      let names = TestFiles.names(in: folder)
      #expect(names.count == 1)
      let abandoned = try #require(names.first)
      let first = try AtomicFile(path: folder + "/out", unnamed: false)
      let second = try AtomicFile(path: folder + "/out", mayReplace: true, unnamed: false)
      #expect(TestFiles.names(in: folder).count == 2)
      #expect(!TestFiles.names(in: folder).contains(abandoned))
      try first.publish()
      try second.publish()
      #expect(TestFiles.names(in: folder) == ["out"])
    }
  }
}

/// Modes, names, and runs that meet.
@Suite struct PublicationTests {
  private func mode(_ path: String) -> UInt32 {
    var status = stat()
    stat(path, &status)
    return status.st_mode & 0o7777
  }

  @Test(arguments: [0o600, 0o444, 0o755] as [UInt32], AtomicFileTests.kinds)
  func aReplacedFileKeepsItsMode(wanted: UInt32, unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("old", to: folder + "/out")
      chmod(folder + "/out", wanted)
      let file = try AtomicFile(path: folder + "/out", mayReplace: true, unnamed: unnamed)
      try file.write([65])
      try file.publish()
      #expect(mode(folder + "/out") == wanted)
      #expect(TestFiles.contents(folder + "/out") == [65])
    }
  }

  /// Who may not read the input may not read what was made from it.
  @Test func anOutputIsNoMorePublicThanItsInput() throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("secret", to: folder + "/in")
      for (given, expected) in [(0o600, 0o600), (0o400, 0o600), (0o640, 0o640)] as [(UInt32, UInt32)] {
        chmod(folder + "/in", given)
        let file = try AtomicFile(path: folder + "/out\(given)", from: folder + "/in")
        try file.publish()
        let mask = umask(0)
        umask(mask)
        #expect(mode(folder + "/out\(given)") == expected & ~mask)
      }
    }
  }

  @Test func namesAsLongAsTheyCanBe() throws {
    try TestFiles.withFolder { folder in
      let name = String(repeating: "n", count: 254)
      for end in ["a", "b"] {
        for text in ["old", "new"] {
          let file = try AtomicFile(path: "\(folder)/\(name)\(end)", mayReplace: true)
          try file.write(Array((text + end).utf8))
          try file.publish()
        }
      }
      #expect(contents(folder) == [name + "a": "newa", name + "b": "newb"])
      #expect(Paths.hidden("old", beside: name + "a") != Paths.hidden("old", beside: name + "b"))
    }
  }

  /// A folder that another run removes again, since its own work failed, is made again.
  @Test func aFolderThatIsGoneIsMadeAgain() throws {
    try TestFiles.withFolder { folder in
      let pair = try OutputPair(model: folder + "/a/m", weights: folder + "/a/w", inputs: [])
      #expect(rmdir(folder + "/a") == 0)
      try pair.publish()
      #expect(TestFiles.names(in: folder + "/a") == ["m", "w"])
    }
  }

  /// A file appears although other runs keep removing the folders that they made for it and for their own files.
  @Test(arguments: AtomicFileTests.kinds)
  func foldersThatOthersRemoveMeanwhile(unnamed: Bool) async throws {
    let folder = "/tmp/caffold-vanish-\(getpid())-\(unnamed)"
    mkdir(folder, 0o777)
    defer { rmdir(folder) }
    for round in 0..<200 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<3 {
          group.addTask {
            for _ in 0..<10 {
              _ = try AtomicFile(path: "\(folder)/a/b/dry\(number)", unnamed: unnamed)
            }
          }
        }
        group.addTask { try AtomicFile(path: folder + "/a/b/out", unnamed: unnamed).publish() }
        try await group.waitForAll()
      }
      #expect(TestFiles.names(in: folder + "/a/b") == ["out"], "round \(round)")
      unlink(folder + "/a/b/out")
      rmdir(folder + "/a/b")
      rmdir(folder + "/a")
    }
  }

  /// Runs with the same outputs: at the end there is the pair of one of them, and none has failed.
  @Test func runsThatMeet() async throws {
    let folder = "/tmp/caffold-meet-\(getpid())"
    mkdir(folder, 0o777)
    defer {
      for name in TestFiles.names(in: folder) { unlink(folder + "/" + name) }
      rmdir(folder)
    }
    for round in 0..<10 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<3 {
          group.addTask {
            let text = Array("\(round) \(number)".utf8)
            let pair = try OutputPair(model: folder + "/m", weights: folder + "/w", inputs: [])
            try pair.model.write(text)
            try pair.weights.write(text)
            try pair.publish()
          }
        }
        try await group.waitForAll()
      }
      let found = contents(folder)
      #expect(found["m"] == found["w"] && found.count == 2, "round \(round): \(found)")
      #expect(found["m"]?.hasPrefix("\(round) ") == true)
    }
  }
}

@Suite struct ChangedInputTests {
  private func opened(_ path: String) throws -> InputFile {
    let file = try InputFile(path: path)
    try file.checkUnchanged()
    return file
  }

  @Test func aFileThatChangesIsNoticed() throws {
    try TestFiles.withFolder { folder in
      let path = folder + "/in"
      let changes: [(String) -> Void] = [
        { TestFiles.put("longer than it was", to: $0) },
        { truncate($0, 1) },
        { rename(folder + "/other", $0) },
        { unlink($0) },
        // The same bytes at another time.
        { path in
          var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
          utimensat(AT_FDCWD, path, &times, 0)
        },
      ]
      for change in changes {
        TestFiles.put("content", to: path)
        TestFiles.put("content", to: folder + "/other")
        let file = try opened(path)
        change(path)
        let error = #expect(throws: FileError.self) { try file.checkUnchanged() }
        #expect(
          error?.diagnostic.text
            == "\(path): error: has changed during this run; nothing was written; run it again")
      }
    }
  }
}
