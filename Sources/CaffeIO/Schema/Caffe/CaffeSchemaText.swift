/// The fields of Caffe's messages as facts: names, numbers, types, labels, defaults.
///
/// Written like a `.proto` file, with two liberties (`SchemaParser.Dialect`): a field without a label is
/// optional, and `= 0` stands for a number that forks disagree about, so that only its name, type and default
/// are known. Messages are BVLC's; fields of forks (SSD, NVCaffe, Intel, SegNet and others) stand among them
/// where no two forks give their name or number another meaning.
enum CaffeSchemaText {
  static var parts: [String] { [net, parametersAToI, parametersJToZ, legacy] }
}
