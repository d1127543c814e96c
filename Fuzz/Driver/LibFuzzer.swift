import Foundation
import FuzzChecks

// What libFuzzer, which has the main function, calls: `fuzz CHECK [libFuzzer's arguments]`.

/// Takes the name of the check from the arguments; without arguments it prints all names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  guard count.pointee > 1, let name = arguments.pointee[1].map({ String(cString: $0) }) else {
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
  }
  guard ChosenCheck.choose(name) else {
    FileHandle.standardError.write(Data("error: there is no check '\(name)'\n".utf8))
    exit(64)
  }
  for index in 2..<max(Int(count.pointee), 2) { arguments.pointee[index - 1] = arguments.pointee[index] }
  count.pointee -= 1
  return 0
}

/// Asks the check of one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let failure = ChosenCheck.target?.failure(bytes) { fatalError(failure) }
  return 0
}
