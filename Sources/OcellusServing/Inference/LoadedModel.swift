import Ocellus

/// A model that is ready on the device. Another version of it is another object; what is in flight keeps the one that it began
/// with.
final class LoadedModel: @unchecked Sendable {
    // `predictor` is for the device's thread, and `ready` and `pending` for who holds its monitor.

    /// What clients call it.
    let name: String
    /// Counts up from 1 with each reload.
    let version: Int
    let model: Model
    let predictor: Predictor
    let metrics: ModelMetrics

    /// Pictures that can run, oldest first.
    var ready: [InferenceJob] = []
    /// Pictures that are being decoded, or wait for it.
    var pending = 0

    init(name: String, version: Int, predictor: Predictor, metrics: ModelMetrics) {
        self.name = name
        self.version = version
        self.predictor = predictor
        model = predictor.model
        self.metrics = metrics
    }
}
