import Foundation
import Logging
import Ocellus
import OcellusServing
import Synchronization
import Testing

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("ocellus-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

enum TestModel {
    static let classes = ["bolt", "nut", "washer", "a \"quoted\"\nclass"]

    /// A small network with weights by chance.
    static func make(seed: UInt64 = 1, classes: [String] = classes) throws -> Model {
        let network = Network(input: [16, 20, 3]) {
            ConvolutionLayer(4, 3, activation: .relu)
            MaxPoolingLayer(2)
            FlattenLayer()
            DenseLayer(classes.count)
        }
        return Model(
            network: network, classes: classes, preprocessing: try .guide(width: 20, height: 16),
            weights: ModelWeights(initialOf: try network.inferenceGraph(), seed: seed))
    }

    /// A picture that is different for each number.
    static func picture(_ number: Int, width: Int = 40, height: Int = 30) -> RGBImage {
        let pixels = (0..<width * height * 3).map {
            UInt8(truncatingIfNeeded: $0 &* (number &* 2 &+ 3) &+ $0 / 97 &* number)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}

/// What a server logged.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func logger(_ format: ServiceLog.Format, level: Logger.Level = .info) -> Logger {
        let log = ServiceLog(format: format, level: level) { line in self.lines.withLock { $0.append(line) } }
        return Logger(label: "test", factory: { _ in log })
    }
}

/// Serves a model for as long as `body` takes.
func withServer(
    _ model: Model? = nil, logger: Logger = .silent, backend: (any Backend)? = nil,
    change: (inout ServingOptions) throws -> Void = { _ in },
    _ body: @Sendable (_ port: Int, _ folder: TemporaryFolder, _ server: ModelServer) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    try (model ?? TestModel.make()).save(to: folder("model"))
    var options = ServingOptions()
    try change(&options)
    let server = try await ModelServer(
        [try ModelSource(name: "parts", folder: folder("model"))], options: options,
        backend: backend ?? CPUBackend(threads: 2), logger: logger)
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    try await withRunning(server.service { continuation.yield($0) }, ports) { port, _ in
        try await body(port, folder, server)
    }
}
