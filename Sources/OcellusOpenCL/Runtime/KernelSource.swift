import CKernels
import OcellusGraph

/// OpenCL C that a program is built from, in one or more named parts.
public struct KernelSource: Sendable {
    /// The parts' names, for errors: `convolution.cl`.
    public let name: String
    /// The whole text; each part begins with a `#line`, so that the compiler's messages name it.
    public let text: String

    /// A source of your own, for operations outside this package.
    public init(name: String, text: String) {
        self.name = name
        self.text = "#line 1 \"\(name)\"\n\(text)\n"
    }

    /// The files `Kernels/<name>.cl`, one after the other, behind `functions.cl` and `storage.cl`.
    /// - Throws: `BackendError` when there is no such file.
    static func files(_ names: String...) throws -> KernelSource { try files(names) }

    /// The same.
    static func files(_ names: [String]) throws -> KernelSource {
        var text = ""
        for name in ["functions", "storage"] + names {
            guard let source = ocellus_kernel_source(name) else {
                throw BackendError("This build has no kernel file '\(name).cl'")
            }
            text += KernelSource(name: "\(name).cl", text: String(cString: source)).text
        }
        return KernelSource(whole: text, name: "\(names.last ?? "").cl")
    }

    /// The names of all files of `Kernels/` in this build.
    package static var fileNames: [String] {
        sequence(state: 0) { index in
            defer { index += 1 }
            return ocellus_kernel_name(index).map { String(cString: $0) }
        }.map { $0 }
    }

    /// All files of `Kernels/` in this build, one after the other.
    static var everything: String {
        fileNames.map { ocellus_kernel_source($0).map { String(cString: $0) } ?? "" }.joined(separator: "\n")
    }

    private init(whole: String, name: String) {
        text = whole
        self.name = name
    }
}
