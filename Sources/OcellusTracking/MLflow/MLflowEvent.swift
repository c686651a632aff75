import Foundation

/// A line of `mlflow.jsonl`: something that happened in a run and that an MLflow server is to be told.
struct MLflowEvent: Codable, Equatable {
    /// When, in milliseconds since 1970.
    var time: Int64
    /// The step, or the epoch, of `metrics`.
    var step: Int?
    var metrics: [String: Double]?
    var tags: [String: String]?
    var parameters: [String: String]?
    /// What the run is from now on: `RUNNING`, `FINISHED`, `FAILED` or `KILLED`.
    var status: String?
    /// A file in the run's folder that the server is to keep, under the same name.
    var file: String?

    init(
        time: Int64 = Self.now, step: Int? = nil, metrics: [String: Double]? = nil, tags: [String: String]? = nil,
        parameters: [String: String]? = nil, status: String? = nil, file: String? = nil
    ) {
        self.time = time
        self.step = step
        self.metrics = metrics
        self.tags = tags
        self.parameters = parameters
        self.status = status
        self.file = file
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// Reads a line.
    init(line: Data) throws {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        self = try decoder.decode(MLflowEvent.self, from: line)
    }

    /// The line, with its end.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// The line of a step's metrics. There is one a step, which `JSONEncoder` would take ten times as long for.
    ///
    /// - Parameter metrics: by names that need no escapes.
    static func line(step: Int, _ metrics: KeyValuePairs<StaticString, Double>) -> String {
        let values = metrics.map { "\"\($0)\":\(jsonNumber($1))" }.joined(separator: ",")
        return "{\"metrics\":{\(values)},\"step\":\(step),\"time\":\(now)}\n"
    }

    /// A number as JSON and MLflow have it: what is no number as a text.
    static func jsonNumber(_ value: Double) -> String {
        if value.isFinite { return "\(value)" }
        return value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\""
    }
}
