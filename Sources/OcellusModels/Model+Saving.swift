/// Saving.
extension Model {
    /// Writes the model to a folder, which is made; one that holds a model is replaced.
    ///
    /// Whatever happens, and whenever, the folder holds the old model (or is not there) or the new one, whole.
    /// - Parameter folder: the folder's path. The one that holds it must exist.
    /// - Throws: `ModelError`: the parts do not fit each other; the folder holds other files, which would be lost; the disk
    ///   is full.
    public func save(to folder: String) throws {
        let graph = try check(called: folder, weightsFile: folder)
        let tensors = graph.storedValues.map { (name: graph[$0].name, shape: graph[$0].description.shape) }
        try AtomicFolder.write(to: folder, owning: [Self.descriptionFile, Self.weightsFile]) { content in
            let written = try content.write(Self.weightsFile) { writer in
                try SafetensorsWriter.write(
                    tensors, metadata: ["format": "ocellus"], to: writer, values: weights.values(of:))
            }
            let description = ModelDescription(self, weights: .init(try SafetensorsFile(written)))
            try content.write(Self.descriptionFile) { try $0.write(try description.json()) }
        }
    }
}
