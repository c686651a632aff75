/// What Python programs save objects as. Pickles can hold programs, so none is ever read.
package enum Pickle {
    /// - Throws: `ModelError` that says how to convert it, when the file is a pickle or an archive of one.
    package static func refuse(_ path: String) throws {
        let file = try MappedFile(path)
        let start = withExtendedLifetime(file) { Array(file.bytes.prefix(4)) }
        let isPickle = start.count >= 2 && start[0] == 0x80 && 2...5 ~= start[1]
        let isArchive = start == [0x50, 0x4B, 0x03, 0x04]
        guard isPickle || isArchive else { return }
        throw ModelError(
            path,
            "is a PyTorch pickle, which can hold programs and is never read. Convert it where you trust it: python -c "
                + "\"import torch, safetensors.torch as s; s.save_file(torch.load('\(path)', weights_only=True), "
                + "'weights.safetensors')\".")
    }
}
