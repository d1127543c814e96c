/// libFuzzer's entry to `TextChecks`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let failure = TextChecks.failure(of: bytes) { fatalError(failure) }
  return 0
}
