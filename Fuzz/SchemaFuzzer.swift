/// libFuzzer's entry to `SchemaChecks`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSchema(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let failure = SchemaChecks.failure(of: bytes) { fatalError(failure) }
  return 0
}
