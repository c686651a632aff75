import OcellusGraph

/// The programs of one device: each built once, or taken from the cache on disk.
final class ProgramStore {
    private let context: Context
    private let cache: ProgramCache?
    private var programs: [ProgramCache.Key: Program] = [:]
    private var unsaved: [(key: ProgramCache.Key, program: Program)] = []

    /// How many programs were compiled from source so far.
    private(set) var builtCount = 0

    /// Programs for `context`, kept in `cache` when there is one.
    init(_ context: Context, cache: ProgramCache?) {
        self.context = context
        // A simulator's binaries hold no line numbers, which its reports are for.
        self.cache = context.device.isSimulator ? nil : cache
    }

    /// `source` built with `options`.
    func program(_ source: KernelSource, options: String, label: String) throws -> Program {
        let key = ProgramCache.Key(source, options: options, context.device)
        if let known = programs[key] { return known }
        let program = try fromCache(key, source.name, options, label) ?? build(key, source, options, label)
        programs[key] = program
        return program
    }

    /// Keeps what was built since the last call. To be called after the programs' kernels have run once: PoCL's
    /// binaries hold machine code only then.
    func save() {
        guard let cache else { return }
        for (key, program) in unsaved {
            if let binary = try? program.binary() { cache.keep(binary, for: key) }
        }
        unsaved.removeAll()
    }

    private func fromCache(_ key: ProgramCache.Key, _ name: String, _ options: String, _ label: String) -> Program? {
        // A binary that the driver refuses is no error: the source is at hand.
        cache?.binary(for: key).flatMap {
            try? Program(binary: $0, name: name, options: options, context, label: label)
        }
    }

    private func build(
        _ key: ProgramCache.Key, _ source: KernelSource, _ options: String, _ label: String
    ) throws -> Program {
        let program =
            source.isEditedForNVIDIA && context.device.isNVIDIA
            ? try .editedForNVIDIA(source, options: options, context, label: label)
            : try Program(source, options: options, context, label: label)
        builtCount += 1
        if cache != nil { unsaved.append((key, program)) }
        return program
    }
}
