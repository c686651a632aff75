/// What is wrong with a part of a file, in words; whoever catches it adds which file and node.
struct ONNXFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
