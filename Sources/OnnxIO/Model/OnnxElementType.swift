import Tensors

/// The types that the elements of tensors have, by their numbers in a file (`TensorProto.DataType`).
package enum OnnxElementType {
  package static let undefined: Int32 = 0
  package static let float: Int32 = 1
  package static let uint8: Int32 = 2
  package static let int8: Int32 = 3
  package static let uint16: Int32 = 4
  package static let int16: Int32 = 5
  package static let int32: Int32 = 6
  package static let int64: Int32 = 7
  package static let string: Int32 = 8
  package static let bool: Int32 = 9
  package static let float16: Int32 = 10
  package static let double: Int32 = 11
  package static let uint32: Int32 = 12
  package static let uint64: Int32 = 13
  package static let complex64: Int32 = 14
  package static let complex128: Int32 = 15
  package static let bfloat16: Int32 = 16
  package static let float8E4M3FN: Int32 = 17
  package static let float8E4M3FNUZ: Int32 = 18
  package static let float8E5M2: Int32 = 19
  package static let float8E5M2FNUZ: Int32 = 20
  package static let uint4: Int32 = 21
  package static let int4: Int32 = 22
  package static let float4E2M1: Int32 = 23
  package static let float8E8M0: Int32 = 24
  package static let uint2: Int32 = 25
  package static let int2: Int32 = 26
  package static let float6E2M3: Int32 = 27
  package static let float6E3M2: Int32 = 28

  /// What a type is called, how many bits an element has, and the field of `TensorProto` that holds elements which are
  /// not in `raw_data`.
  struct Facts {
    let name: String
    let bits: Int
    let field: Int
  }

  /// The facts of each type, by its number; a string has no fixed number of bits.
  private static let table: [Facts?] = {
    typealias Field = OnnxField.Tensor
    let types: [(String, Int, Int)] = [
      ("float", 32, Field.floatData), ("uint8", 8, Field.int32Data), ("int8", 8, Field.int32Data),
      ("uint16", 16, Field.int32Data), ("int16", 16, Field.int32Data), ("int32", 32, Field.int32Data),
      ("int64", 64, Field.int64Data), ("string", 0, Field.stringData), ("bool", 8, Field.int32Data),
      ("float16", 16, Field.int32Data), ("double", 64, Field.doubleData), ("uint32", 32, Field.uint64Data),
      ("uint64", 64, Field.uint64Data), ("complex64", 64, Field.floatData),
      ("complex128", 128, Field.doubleData), ("bfloat16", 16, Field.int32Data),
      ("float8e4m3fn", 8, Field.int32Data), ("float8e4m3fnuz", 8, Field.int32Data),
      ("float8e5m2", 8, Field.int32Data), ("float8e5m2fnuz", 8, Field.int32Data),
      ("uint4", 4, Field.int32Data), ("int4", 4, Field.int32Data), ("float4e2m1", 4, Field.int32Data),
      ("float8e8m0", 8, Field.int32Data), ("uint2", 2, Field.int32Data), ("int2", 2, Field.int32Data),
      ("float6e2m3", 6, Field.int32Data), ("float6e3m2", 6, Field.int32Data),
    ]
    return [nil] + types.map { Facts(name: $0, bits: $1, field: $2) }
  }()

  /// The facts of a type; nil for a number that no type has.
  static func facts(of type: Int32) -> Facts? {
    table.indices.contains(Int(type)) ? table[Int(type)] : nil
  }

  /// What a type is called: `float16`; a number that no type has, as digits.
  package static func name(_ type: Int32) -> String { facts(of: type)?.name ?? "\(type)" }

  /// How many bits an element has; nil for strings and for a number that no type has.
  package static func bits(_ type: Int32) -> Int? {
    facts(of: type).flatMap { $0.bits == 0 ? nil : $0.bits }
  }

  /// How many bytes so many elements take; nil for strings and for a number that no type has.
  ///
  /// Elements smaller than a byte are packed, the first in the lowest bits.
  package static func byteCount(_ count: Int, _ type: Int32) -> Int? {
    bits(type).map { (count * $0 + 7) / 8 }
  }

  /// A shape whose elements can be counted in bits of any type.
  ///
  /// - Throws: `ShapeError` for a negative size, too many axes or too many elements.
  static func shape(_ sizes: [Int]) throws(ShapeError) -> Shape {
    try Shape(sizes, limit: Int.max / largestBits - 1)
  }

  private static let largestBits = 128
}
