#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Loading.
extension Model {
    /// Loads the model in a folder. Its weights are mapped, not read; nothing in the folder is ever run.
    ///
    /// - Parameters:
    ///   - folder: the folder's path: `runs/parts/model`.
    ///   - isVerifyingChecksum: whether the weights are compared with the checksum that was saved with them, which reads
    ///     them all. Without, all is checked but the weights' values.
    /// - Throws: `ModelError` that names the file and what is wrong with it: missing, cut off, damaged, of a newer
    ///   version; or the network, classes, preprocessing and weights do not fit each other.
    public init(contentsOf folder: String, isVerifyingChecksum: Bool = true) throws {
        let (model, _, checkWeights) = try Self.opened(folder)
        if isVerifyingChecksum { try checkWeights() }
        self = model
    }

    /// The model in a folder, the file of its weights, and what compares them with their checksum.
    static func opened(
        _ folder: String
    ) throws -> (model: Model, file: SafetensorsFile, checkWeights: @Sendable () throws(ModelError) -> Void) {
        let descriptionPath = "\(folder)/\(descriptionFile)"
        let weightsPath = "\(folder)/\(weightsFile)"
        try checkExistence(folder)
        let description = try ModelDescription(contentsOf: descriptionPath)
        let file = try SafetensorsFile(weightsPath)
        let model = Model(
            network: description.network, classes: description.classes, preprocessing: description.preprocessing,
            training: description.training ?? TrainingRecord(), calibration: description.calibration,
            weights: .file(file))
        _ = try model.check(called: descriptionPath, weightsFile: weightsPath)
        let expected = description.weights
        return (
            model, file,
            { () throws(ModelError) in
                guard let expected, expected != .init(file) else { return }
                throw ModelError(
                    weightsPath,
                    "is not the file that was saved with \(descriptionFile): its checksum differs. It is damaged or was "
                        + "replaced; copy the model's folder again.")
            }
        )
    }

    private static func checkExistence(_ folder: String) throws {
        func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
        guard exists(folder) else {
            throw ModelError(folder, "there is no such folder. Give the model that 'ocellus train' wrote: RUN/model.")
        }
        if !exists("\(folder)/\(descriptionFile)") {
            let hint =
                exists("\(folder)/model/\(descriptionFile)")
                ? "Its model is in \(folder)/model: give that folder."
                : "Give the folder that 'ocellus train' wrote: RUN/model."
            throw ModelError(folder, "is not a model: it has no \(descriptionFile). \(hint)")
        }
        if !exists("\(folder)/\(weightsFile)") {
            throw ModelError(
                folder, "is only a part of a model: it has no \(weightsFile). Copy the model's folder again.")
        }
    }
}
