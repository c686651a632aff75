/// Why a model, or a file of tensors, could not be read or written. Its description names the file, says what is wrong,
/// and what to do about it.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path of the file or folder.
    public let path: String
    /// What is wrong with it, and what to do.
    public let reason: String

    /// An error about the file or folder at `path`.
    public init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    /// As `runs/parts/model/weights.safetensors: the tensor 'dense.weight' …`.
    public var description: String { "\(path): \(reason)" }
}
