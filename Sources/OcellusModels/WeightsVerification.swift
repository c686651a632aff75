import Dispatch

/// A comparison of a model's weights with the checksum that was saved with them, under way on a thread of its own.
public final class WeightsVerification: @unchecked Sendable {  // `failure` is written before the group is left.
    private let group = DispatchGroup()
    private var failure: ModelError?

    init(_ check: @escaping @Sendable () throws(ModelError) -> Void) {
        DispatchQueue.global(qos: .userInitiated).async(group: group) {
            do throws(ModelError) { try check() } catch { self.failure = error }
        }
    }

    /// Waits for the result.
    /// - Throws: `ModelError` when the weights are not those that were saved.
    public func wait() throws(ModelError) {
        group.wait()
        if let failure { throw failure }
    }
}

extension Model {
    /// Loads the model in a folder, as `init(contentsOf:)` does, and returns before all the weights have been read: another
    /// thread compares them with their checksum. What the model says may be trusted once `verification` has been waited for.
    ///
    /// - Parameter isDetached: whether that thread also reads the weights into memory of their own, so that nothing that
    ///   happens to the folder afterwards matters: for what runs for weeks.
    /// - Throws: `ModelError`, for all that is wrong but the weights' values.
    public static func loading(
        contentsOf folder: String, isDetached: Bool = false
    ) throws -> (model: Model, verification: WeightsVerification) {
        let (model, file, check) = try Model.opened(folder)
        let verification = WeightsVerification { () throws(ModelError) in
            if isDetached { try file.detach() }
            try check()
        }
        return (model, verification)
    }
}
