import Metrics
import Synchronization

/// What a service measures of itself.
final class ServingMetrics: Sendable {
    let factory: any MetricsFactory
    private let queueLength: Meter
    private let refusals: Counter
    /// By route, method and status.
    private let requests = Mutex<[String: (Counter, Timer)]>([:])

    init(_ prometheus: PrometheusMetrics) {
        factory = prometheus
        for (name, help) in Self.descriptions { prometheus.describe(name, help) }
        prometheus.describe(
            "ocellus_batch_size", "Pictures that ran as one batch.", bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256])
        queueLength = Meter(label: "ocellus_queue_length", factory: factory)
        refusals = Counter(label: "ocellus_refused_requests_total", factory: factory)
        queueLength.set(0)
    }

    func setQueueLength(_ length: Int) { queueLength.set(length) }
    func refused() { refusals.increment() }

    func answered(_ record: HTTPService.Record) {
        let route = record.route ?? "none"
        let (counter, timer) = requests.withLock { known in
            let key = "\(record.method.rawValue) \(route) \(record.status.code)"
            if let both = known[key] { return both }
            // Methods of the client's invention are one.
            let method = Self.methods.contains(record.method.rawValue) ? record.method.rawValue : "other"
            let labels = [("route", route), ("method", method), ("status", String(record.status.code))]
            let both = (
                Counter(label: "ocellus_http_requests_total", dimensions: labels, factory: factory),
                Timer(
                    label: "ocellus_http_request_duration_seconds", dimensions: [("route", route)], factory: factory)
            )
            if known.count < 1000 { known[key] = both }
            return both
        }
        counter.increment()
        timer.recordNanoseconds(record.duration.nanoseconds)
    }

    func loaded(_ model: String, isGood: Bool) {
        Counter(
            label: "ocellus_model_loads_total",
            dimensions: [("model", model), ("result", isGood ? "loaded" : "failed")], factory: factory
        ).increment()
    }

    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"]

    private static let descriptions = [
        ("ocellus_queue_length", "Pictures that wait or are being worked on."),
        ("ocellus_refused_requests_total", "Requests refused because too many pictures were waiting."),
        ("ocellus_http_requests_total", "Requests answered."),
        ("ocellus_http_request_duration_seconds", "From the end of a request's headers to its response."),
        ("ocellus_model_loads_total", "Times that a model was loaded, or could not be."),
        ("ocellus_predictions_total", "Pictures classified, by the class that was answered."),
        ("ocellus_rejected_total", "Pictures whose likeliest class was less probable than the limit."),
        ("ocellus_unreadable_total", "Pictures that could not be read."),
        ("ocellus_decode_seconds", "Time to decode and resize a picture."),
        ("ocellus_wait_seconds", "Time that a decoded picture waited for the device."),
        ("ocellus_inference_seconds", "Time that a batch took on the device."),
    ]
}

/// What is measured of one model.
final class ModelMetrics: Sendable {
    private let decode, wait, inference: Timer
    private let batch: Recorder
    private let classes: [Counter]
    private let rejections, unreadable: Counter

    init(_ metrics: ServingMetrics, model: String, classes: [String]) {
        let (factory, labels) = (metrics.factory, [("model", model)])
        decode = Timer(label: "ocellus_decode_seconds", dimensions: labels, factory: factory)
        wait = Timer(label: "ocellus_wait_seconds", dimensions: labels, factory: factory)
        inference = Timer(label: "ocellus_inference_seconds", dimensions: labels, factory: factory)
        batch = Recorder(label: "ocellus_batch_size", dimensions: labels, factory: factory)
        self.classes = classes.map {
            Counter(label: "ocellus_predictions_total", dimensions: labels + [("class", $0)], factory: factory)
        }
        rejections = Counter(label: "ocellus_rejected_total", dimensions: labels, factory: factory)
        unreadable = Counter(label: "ocellus_unreadable_total", dimensions: labels, factory: factory)
    }

    func decoded(in time: Duration) { decode.recordNanoseconds(time.nanoseconds) }
    func waited(_ time: Duration) { wait.recordNanoseconds(time.nanoseconds) }
    func ran(_ count: Int, in time: Duration) {
        batch.record(count)
        inference.recordNanoseconds(time.nanoseconds)
    }
    /// The likeliest class was answered.
    func predicted(_ probabilities: [Float]) {
        guard let best = probabilities.max(), let place = probabilities.firstIndex(of: best) else { return }
        classes[place].increment()
    }
    func rejected() { rejections.increment() }
    func couldNotRead() { unreadable.increment() }
}

extension Duration {
    /// Whole nanoseconds.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
