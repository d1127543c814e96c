import CaffeIO
import Rules
struct Tensor { var shape: [Int]; var values: [Double] }
enum Truth { case yes, no, unknown
  var isTrue: Bool { self == .yes }
  var isTrueOrUnknown: Bool { self != .no } }
enum Val { case a(AttributeValue), unknown, none }
struct MatchEnvironment {
  let net: WorkingNet
  let rule: Rule
  let binding: Binding
  var lets: [String: CheckedExpression] = [:]
  init(net: WorkingNet, rule: Rule, binding: Binding) { self.net = net; self.rule = rule; self.binding = binding }
  mutating func define(_ name: String, _ e: CheckedExpression) { lets[name] = e }
  mutating func define(blob: Int, of: LayerID, as: CheckedExpression) {}
  func layer(_ name: String) -> LayerID? { rule.pattern.index(of: name).map { binding[$0] } }
  func truth(_ e: CheckedExpression) throws(Refusal.Reason) -> Truth { try stubEval(e.text, net, layer).truth }
  func vector(_ e: CheckedExpression) throws(Refusal.Reason) -> [Double]? { try tensor(e).values }
  func tensor(_ e: CheckedExpression) throws(Refusal.Reason) -> Tensor {
    let text = lets[e.text]?.text ?? e.text
    let inner = text.dropFirst("affine(".count).prefix { $0 != ")" }
    let a = try net.affine(of: layer(String(inner))!)
    let v = text.hasSuffix(".scale") ? a.scale! : a.shift!
    return Tensor(shape: [v.count], values: v)
  }
  func literal(_ e: CheckedExpression, for: [String]) throws(Refusal.Reason) -> NewTextField.Value { .literal(e.text) }
}
extension Val { var truth: Truth { if case .a(.boolean(let b)) = self { return b ? .yes : .no }; return .unknown } }
func stubEval(_ text: String, _ net: WorkingNet, _ layer: (String) -> LayerID?) throws(Refusal.Reason) -> Val {
  if let r = text.firstRange(" and ") { 
    let a = try stubEval(r.0, net, layer).truth, b = try stubEval(r.1, net, layer).truth
    if a == .no || b == .no { return .a(.boolean(false)) }
    return a == .unknown || b == .unknown ? .unknown : .a(.boolean(true)) }
  if let r = text.firstRange(" == ") {
    let a = try stubEval(r.0, net, layer), b = try stubEval(r.1, net, layer)
    if case .a(let x) = a, case .a(let y) = b { return .a(.boolean(x == y)) }
    return .unknown }
  if text.hasPrefix("not ") { let t = try stubEval(String(text.dropFirst(4)), net, layer).truth
    return t == .unknown ? .unknown : .a(.boolean(t == .no)) }
  if let n = Double(text) { return .a(.number(n)) }
  if text.hasPrefix("attr(") {
    let parts = text.dropFirst(5).dropLast().split(separator: ",").map { $0.drop { $0 == " " } }
    let path = parts[1].dropFirst().dropLast().split(separator: ".").map(String.init)
    if let v = net.writtenAttribute(path, of: layer(String(parts[0]))!) { return .a(v) }
    return .a(.boolean(parts[2] == "true")) }
  let p = text.split(separator: ".").map(String.init)
  if p[1].hasPrefix("blobs[") { guard let b = try net.blobs(of: layer(p[0])!) else { return .unknown }
    let i = Int(p[1].dropFirst(6).dropLast())!
    return b.indices.contains(i) ? .a(.number(Double(b[i].count))) : .none }
  if let v = net.attribute(Array(p.dropFirst()), of: layer(p[0])!) { return .a(v) }
  return .none
}
extension String { func firstRange(_ s: String) -> (String, String)? {
  let u = Array(self), w = Array(s); guard u.count >= w.count else { return nil }
  for i in 0...(u.count - w.count) where Array(u[i..<i+w.count]) == w { return (String(u[..<i]), String(u[(i+w.count)...])) }
  return nil } }
extension WorkingNet {
  func writtenAttribute(_ path: [String], of layer: LayerID) -> AttributeValue? { graph.definition.layers[layer.index].writtenAttribute(path, schema: schema) }
  func evaluate(_ e: CheckedExpression, layer: LayerID) throws(Refusal.Reason) -> Truth { try stubEval(e.text, self, { _ in layer }).truth }
  func number(_ e: CheckedExpression, layer: LayerID) throws(Refusal.Reason) -> Double { if case .a(.number(let n)) = try stubEval(e.text, self, { _ in layer }) { return n }; return 0 }
  func integer(_ e: CheckedExpression, layer: LayerID) throws(Refusal.Reason) -> Int { Int(try number(e, layer: layer)) }
}
