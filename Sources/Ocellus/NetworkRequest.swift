import OcellusGraph
import OcellusNetworks

/// Which network a person asks for.
public enum NetworkRequest: Sendable, Equatable, CustomStringConvertible {
    /// One that is known by a name.
    case named(NamedNetwork)
    /// One that a YAML or JSON file describes.
    case file(String)

    /// Reads the name of a network, or the path of a file whose name ends in `.yaml`, `.yml` or `.json`; nil for anything
    /// else.
    public init?(_ text: String) {
        if let network = NamedNetwork(rawValue: text) {
            self = .named(network)
        } else if NetworkFile.extensions.contains(where: { text.lowercased().hasSuffix("." + $0) }) {
            self = .file(text)
        } else {
            return nil
        }
    }

    /// As it is read.
    public var description: String {
        switch self {
        case .named(let network): network.rawValue
        case .file(let path): path
        }
    }

    /// The network for a number of classes.
    ///
    /// - Parameters:
    ///   - size: the side of its input in pixels; nil for what its file says, or 224.
    ///   - padding: how strided windows lie in a network with a name.
    /// - Throws: `ModelError` naming the file and what is wrong with it.
    public func network(size: Int?, classes: Int, padding: PaddingConvention = .torch) throws -> Network {
        switch self {
        case .named(let network):
            network.network(height: size ?? 224, width: size ?? 224, classes: classes, padding: padding)
        case .file(let path): try NetworkFile.read(path, size: size, classes: classes)
        }
    }
}
