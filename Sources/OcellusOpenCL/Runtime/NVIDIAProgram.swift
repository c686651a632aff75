import OcellusGraph

// NVIDIA's OpenCL compiler gives what it compiles as text in PTX, and takes such text back. So a program says what OpenCL C has
// no words for.

extension KernelSource {
    /// Whether it holds instructions of Hopper's alone.
    fileprivate var isForHopper: Bool { name == "tiled_wgmma.cl" }

    /// Whether something is added to it: to products of GPUs.
    var isEditedForNVIDIA: Bool { name.hasPrefix("tiled") }

    /// What the compiler made of this source, with what is added to it.
    /// - Throws: `BackendError` when the compiler did not compile for Hopper and the source needs it.
    package func editing(_ assembly: String) throws -> String {
        var lines: [Substring] = []
        for line in assembly.split(separator: "\n", omittingEmptySubsequences: false) {
            lines.append(line)
            // Registers for no fewer work-items at once than 512: where the compiler takes more for itself, a unit has but one group,
            // and nothing to do while that waits.
            let words = line.split { $0 == " " || $0 == "," }
            if words.first == ".reqntid", words.count > 1, let items = Int(words[1]), items < 512 {
                lines.append(".minnctapersm \(512 / items)")
            }
        }
        let text = lines.joined(separator: "\n")
        guard isForHopper else { return text }
        guard text.contains(".target sm_90") else { throw BackendError("\(name) is for another kind of GPU") }
        // The instructions of the target sm_90a stand as comments behind `//@`.
        return text.replacing("//@", with: "")
            .replacing(".target sm_90a", with: ".target sm_90").replacing(".target sm_90", with: ".target sm_90a")
    }
}

extension Program {
    /// `source` built, and what the compiler made of it built again with what is added to it.
    /// - Throws: `BackendError` when it does not build, or the driver does not take back what it cannot do without.
    static func editedForNVIDIA(
        _ source: KernelSource, options: String, _ context: Context, label: String
    ) throws -> Program {
        let compiled = try Program(source, options: options, context, label: label)
        let assembly = String(decoding: try (compiled.binary() ?? []).prefix { $0 != 0 }, as: UTF8.self)
        do {
            return try Program(
                binary: Array(source.editing(assembly).utf8) + [0], name: source.name, options: "", context,
                label: label)
        } catch {
            guard !source.isForHopper else { throw error }
            return compiled  // slower, but right
        }
    }
}
