import Glibc
import Testing
import WireTestSupport

@testable import CaffeIO

@Suite struct InputFileTests {
  @Test func missing() {
    let error = #expect(throws: FileError.self) { try InputFile(path: "/nowhere/net.caffemodel") }
    #expect(
      error?.diagnostic.text
        == "/nowhere/net.caffemodel: error: cannot be opened: no such file or directory")
  }

  @Test(arguments: ["/tmp", "/dev/null"])
  func notRegular(path: String) {
    let error = #expect(throws: FileError.self) { try InputFile(path: path) }
    #expect(error?.diagnostic.text == "\(path): error: is not a regular file")
  }

  @Test func aPipeIsNotWaitedFor() {
    TestFiles.withFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      let error = #expect(throws: FileError.self) { try InputFile(path: folder + "/pipe") }
      #expect(error?.problem == .notRegular)
    }
  }
}

@Suite struct AtomicFileTests {
  /// Outputs on file systems that know unnamed files, and on others.
  static let kinds = [true, false]

  @Test(arguments: kinds)
  func appearsWhole(unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      let file = try AtomicFile(path: folder + "/out", unnamed: unnamed)
      try file.write(Array("complete".utf8))
      #expect(!TestFiles.names(in: folder).contains("out"))
      try file.publish()
      #expect(TestFiles.names(in: folder) == ["out"])
      #expect(TestFiles.contents(folder + "/out") == Array("complete".utf8))
    }
  }

  @Test(arguments: kinds)
  func leavesNothingUnpublished(unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      var file: AtomicFile? = try AtomicFile(path: folder + "/a/b/out", unnamed: unnamed)
      try file?.write([1])
      file = nil
      #expect(TestFiles.names(in: folder) == [])
    }
  }

  /// A published file that is freed does not release the slot of a file that is still being written.
  @Test func aPublishedFileLeavesTheNamesOfOthersAlone() throws {
    try TestFiles.withFolder { folder in
      var published: AtomicFile? = try AtomicFile(path: folder + "/out", unnamed: false)
      try published?.publish()
      var other: AtomicFile? = try AtomicFile(path: folder + "/other", unnamed: false)
      published = nil
      #expect(TestFiles.names(in: folder).count == 2)
      _ = other
      other = nil
      #expect(TestFiles.names(in: folder) == ["out"])
    }
  }

  @Test(arguments: kinds)
  func makesFolders(unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      try AtomicFile(path: folder + "/a/b/out", unnamed: unnamed).publish()
      #expect(TestFiles.names(in: folder + "/a/b") == ["out"])
    }
  }

  @Test(arguments: kinds)
  func replacesOnlyWithLeave(unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      let path = folder + "/out"
      TestFiles.put("old", to: path)
      let error = #expect(throws: FileError.self) { try AtomicFile(path: path, unnamed: unnamed) }
      #expect(
        error?.diagnostic.text
          == "\(path): error: exists already; choose another output or give --force to replace it")
      let file = try AtomicFile(path: path, mayReplace: true, unnamed: unnamed)
      try file.write(Array("newer".utf8))
      try file.publish()
      #expect(TestFiles.contents(path) == Array("newer".utf8))
      #expect(TestFiles.names(in: folder) == ["out"])
    }
  }

  /// A file that came there while this one was written is not replaced.
  @Test(arguments: kinds)
  func losesARaceWithoutHarm(unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      let path = folder + "/out"
      let file = try AtomicFile(path: path, unnamed: unnamed)
      TestFiles.put("theirs", to: path)
      let error = #expect(throws: FileError.self) { try file.publish() }
      #expect(error?.problem == .alreadyExists)
      #expect(TestFiles.contents(path) == Array("theirs".utf8))
    }
  }

  @Test(arguments: kinds)
  func modeFollowsTheMask(unnamed: Bool) throws {
    try TestFiles.withFolder { folder in
      let mask = umask(0o022)
      umask(mask)
      try AtomicFile(path: folder + "/out", unnamed: unnamed).publish()
      var status = stat()
      stat(folder + "/out", &status)
      #expect(status.st_mode & 0o777 == 0o666 & ~mask)
    }
  }

  @Test func aLinkStaysALink() throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("old", to: folder + "/target")
      symlink("target", folder + "/link")
      let file = try AtomicFile(path: folder + "/link", mayReplace: true)
      try file.write([65])
      try file.publish()
      #expect(TestFiles.contents(folder + "/target") == [65])
      #expect(TestFiles.names(in: folder) == ["link", "target"])
    }
  }

  @Test func notRegular() {
    let error = #expect(throws: FileError.self) { try AtomicFile(path: "/dev/null", mayReplace: true) }
    #expect(error?.diagnostic.text == "/dev/null: error: is not a regular file")
  }

  @Test func aFileWhereAFolderIsWanted() {
    TestFiles.withFolder { folder in
      TestFiles.put("", to: folder + "/file")
      let path = folder + "/file/out"
      let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
      #expect(error?.diagnostic.text == "\(path): error: cannot be created: not a directory")
      let deep = folder + "/file/a/out"
      let second = #expect(throws: FileError.self) { try AtomicFile(path: deep) }
      #expect(second?.problem == .cannotCreate(code: ENOTDIR))
    }
  }

  @Test func aFolderThatCannotBeMade() {
    let error = #expect(throws: FileError.self) { try AtomicFile(path: "/proc/none/out") }
    #expect(
      error?.diagnostic.text
        == "/proc/none/out: error: the folder for this output cannot be made: no such file or directory")
  }

  @Test func aFullDisk() throws {
    let error = FileError(path: "out/net.caffemodel", .cannotWrite(code: ENOSPC))
    #expect(
      error.diagnostic.text == "out/net.caffemodel: error: cannot be written: no space left on device")
  }

  /// A process that a signal ends leaves its folder as it was.
  @Test(.disabled(if: isThreadSanitized), arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL], kinds)
  func interrupted(signal: Int32, unnamed: Bool) throws {
    // Nobody can clean up a named file after SIGKILL.
    if signal == SIGKILL, !unnamed { return }
    TestFiles.withFolder { folder in
      let status = inChild {
        guard let file = try? AtomicFile(path: folder + "/out", unnamed: unnamed) else { return }
        try? file.write(Array(repeating: 1, count: 100_000))
        // A named file is there now; it must be gone afterwards.
        guard TestFiles.names(in: folder).isEmpty == unnamed else { return }
        raise(signal)
      }
      #expect(status & 0x7F == signal)
      #expect(TestFiles.names(in: folder) == [])
    }
  }
}

/// Whether ThreadSanitizer watches the tests: it does not let a copy of a process with threads run.
let isThreadSanitized = dlsym(nil, "__tsan_init") != nil

/// Runs `body` in a copy of this process; the wait status. Swift hides fork because a copy of a process with
/// threads may do little; these bodies do no more than system calls and a few allocations.
func inChild(_ body: () -> Void) -> Int32 {
  typealias Fork = @convention(c) () -> pid_t
  let fork = unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
  let child = fork()
  if child == 0 {
    alarm(20)
    // The threads that tests run on hold signals back.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    body()
    _exit(99)
  }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  return status
}

@Suite struct OutputPairTests {
  private func pair(_ folder: String, inputs: [String] = [], force: Bool = false) throws -> OutputPair {
    let pair = try OutputPair(
      model: folder + "/m", weights: folder + "/w", inputs: inputs, force: force)
    try pair.model.write(Array("new model".utf8))
    try pair.weights.write(Array("new weights".utf8))
    return pair
  }

  private func contents(_ folder: String) -> [String: String] {
    var contents: [String: String] = [:]
    for name in TestFiles.names(in: folder) {
      contents[name] = String(decoding: TestFiles.contents(folder + "/" + name), as: UTF8.self)
    }
    return contents
  }

  @Test func bothAppear() throws {
    try TestFiles.withFolder { folder in
      try pair(folder).publish()
      #expect(contents(folder) == ["m": "new model", "w": "new weights"])
    }
  }

  @Test func bothAreReplaced() throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("old model", to: folder + "/m")
      TestFiles.put("old weights", to: folder + "/w")
      try pair(folder, force: true).publish()
      #expect(contents(folder) == ["m": "new model", "w": "new weights"])
    }
  }

  /// The old weights come back, and nothing hidden stays, when the model cannot be put in place.
  @Test(arguments: ["m", "w"])
  func oldFilesComeBackWhenOneCannot(name: String) throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("old model", to: folder + "/a/m", makingFolder: folder + "/a")
      TestFiles.put("old weights", to: folder + "/b/w", makingFolder: folder + "/b")
      let pair = try OutputPair(model: folder + "/a/m", weights: folder + "/b/w", inputs: [])
      let gone = folder + (name == "m" ? "/a" : "/b")
      rename(gone, folder + "/moved")
      TestFiles.put("no folder", to: gone)
      let error = #expect(throws: FileError.self) { try pair.publish() }
      #expect(error?.problem == .cannotPublish(code: ENOTDIR))
      unlink(gone)
      rename(folder + "/moved", gone)
      #expect(contents(folder + "/a") == ["m": "old model"])
      #expect(contents(folder + "/b") == ["w": "old weights"])
    }
  }

  @Test func inputsAreKept() throws {
    try TestFiles.withFolder { folder in
      let model = folder + "/m"
      TestFiles.put("input", to: model)
      link(model, folder + "/other")
      let same = #expect(throws: FileError.self) { try pair(folder, inputs: [model]) }
      #expect(
        same?.diagnostic.text
          == "\(model): error: is an input of this run; choose another output or give --force to replace it")
      let linked = #expect(throws: FileError.self) { try pair(folder, inputs: [folder + "/other"]) }
      #expect(
        linked?.diagnostic.text
          == "\(model): error: is the input '\(folder)/other'; choose another output or give --force to replace it"
      )
      try pair(folder, inputs: [model], force: true).publish()
      #expect(contents(folder)["m"] == "new model")
      #expect(contents(folder)["other"] == "input")
    }
  }

  @Test func outputsDiffer() {
    TestFiles.withFolder { folder in
      let first = folder + "/out"
      let second = folder + "/./out"
      let error = #expect(throws: FileError.self) {
        try OutputPair(model: first, weights: second, inputs: [])
      }
      #expect(
        error?.diagnostic.text
          == "\(second): error: is the same file as the output '\(first)'; give them different paths")
      let same = #expect(throws: FileError.self) { try OutputPair(model: first, weights: first, inputs: []) }
      #expect(
        same?.diagnostic.text == "\(first): error: is named for two outputs; give them different paths")
    }
  }
}
