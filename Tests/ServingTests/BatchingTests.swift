import Foundation
import HTTPTestClient
import Ocellus
import OcellusServing
import Synchronization
import Testing

@Suite struct BatchingTests {
    /// Blocks the device's thread until it is opened.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let isClosed = Atomic(false)
        func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }
        func open() {
            isClosed.store(false, ordering: .sequentiallyConsistent)
            semaphore.signal()
        }
        func pass() { if isClosed.load(ordering: .sequentiallyConsistent) { semaphore.wait() } }
    }

    /// nil for the CPU without OpenCL.
    private static let devices: [OpenCLDevice?] =
        [nil] + OpenCLDevices.all().filter { !$0.isSimulator }

    private static let picture = try? TestModel.picture(7).encodeJPEG()

    @Test func requestsThatComeWhileTheDeviceIsBusyRunAsOneBatchWithTheSameAnswers() async throws {
        let gate = Gate()
        let backend = try ObservedBackend { _ in gate.pass() }
        let pictures = try (0..<9).map { try TestModel.picture($0).encodeJPEG() }
        try await withServer(backend: backend, change: { $0.inference.maximumBatch = 8 }) { port, _, _ in
            var alone: [String?] = []
            for picture in pictures {
                alone.append(try await predict([("file", "x", picture)], port: port).json()["class"] as? String)
            }
            for _ in 0..<1000 where !backend.batches.contains(8) { try await Task.sleep(for: .milliseconds(5)) }
            _ = backend.takeBatches()
            gate.close()
            try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for (number, picture) in pictures.enumerated() {
                    group.addTask {
                        let answer = try await predict([("file", "x", picture)], port: port)
                        return (number, try answer.json()["class"] as? String)
                    }
                    // The first is on the device before the others come.
                    for _ in 0..<200 where number == 0 && backend.batches.isEmpty {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                try await Task.sleep(for: .milliseconds(500))
                gate.open()
                for try await (number, name) in group { #expect(name == alone[number]) }
            }
            #expect(backend.takeBatches() == [1, 8])
        }
    }

    @Test(
        arguments: devices)
    func eachDeviceAnswersBatchesUnderLoadAsTheCPUAnswersPicturesAlone(_ device: OpenCLDevice?) async throws {
        let backend: any Backend = try device.map { try OpenCLBackend($0) } ?? CPUBackend(threads: 2)
        let pictures = try (0..<8).map { try TestModel.picture($0).encodeJPEG() }
        let alone = try Predictor(TestModel.make(), backend: CPUBackend(threads: 1))
        let expected = try pictures.map { try alone.predict(RGBImage.decode($0, name: "x")) }
        @Sendable func check(_ answer: [String: any Sendable]?, _ expected: Prediction) {
            #expect(answer?["class"] as? String == expected.name)
            #expect(abs((answer?["confidence"] as? Double ?? 0) - Double(expected.confidence)) < 1e-4)
        }
        // One that is ready waits for those that came with it.
        try await withServer(backend: backend, change: { $0.inference.maximumDelay = .seconds(30) }) { port, _, _ in
            let together = try await predict(
                pictures.enumerated().map { ("file", "\($0)", $1) }, port: port
            ).json()["predictions"]
            let answers = try #require(together as? [[String: any Sendable]])
            for (answer, expected) in zip(answers, expected) { check(answer, expected) }
            try await withThrowingTaskGroup(of: (Int, [String: any Sendable]).self) { group in
                for number in 0..<64 {
                    group.addTask {
                        let answer = try await predict([("file", "x", pictures[number % 8])], port: port)
                        return (number % 8, try answer.json())
                    }
                }
                for try await (place, answer) in group { check(answer, expected[place]) }
            }
            let metrics = try await request("GET", "/metrics", port: port).text.split(separator: "\n")
            func batches(upTo size: String) -> Int {
                let line = metrics.first { $0.hasPrefix(#"ocellus_batch_size_bucket{model="parts",le="\#(size)"}"#) }
                return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
            }
            #expect(batches(upTo: "8.0") > batches(upTo: "4.0"), "the eight ran as one")
        }
    }

    @Test func oneThatIsAloneNeverWaitsForOthers() async throws {
        let picture = try #require(Self.picture)
        try await withServer(change: { $0.inference.maximumDelay = .seconds(60) }) { port, _, _ in
            let start = ContinuousClock.now
            let answer = try await predict([("file", "x", picture)], port: port)
            #expect(answer.status == 200 && ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func pastTheQueueRequestsAreToldAtOnceToComeBack() async throws {
        let gate = Gate()
        let backend = try ObservedBackend { _ in gate.pass() }
        let picture = try #require(Self.picture)
        try await withServer(backend: backend, change: { $0.inference.queueLength = 2 }) { port, _, _ in
            gate.close()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask { try await predict([("file", "x", picture)], port: port).status }
                }
                try await Task.sleep(for: .milliseconds(300))
                let start = ContinuousClock.now
                let refused = try await predict([("file", "x", picture)], port: port)
                #expect(refused.status == 503 && refused.headers["retry-after"] == "1")
                #expect(ContinuousClock.now - start < .seconds(5))
                #expect(try await request("GET", "/healthz", port: port).status == 200)
                gate.open()
                for try await status in group { #expect(status == 200) }
            }
            #expect(try await predict([("file", "x", picture)], port: port).status == 200)
            let three = (0..<3).map { _ in (name: "file", filename: String?("x"), bytes: picture) }
            #expect(try await predict(three, port: port).status == 413)
        }
    }

    @Test func aDeviceThatFailsIsTheServersErrorAndIsTriedAgain() async throws {
        let backend = try ObservedBackend()
        let picture = try #require(Self.picture)
        try await withServer(backend: backend) { port, _, _ in
            // A service that has just started runs one whole batch by itself.
            for _ in 0..<1000 where !backend.batches.contains(8) { try await Task.sleep(for: .milliseconds(5)) }
            backend.fail(2)
            let failure = try await predict([("file", "x", picture)], port: port)
            #expect(failure.status == 500)
            #expect(try await request("GET", "/readyz", port: port).status == 503)
            #expect(try await request("GET", "/healthz", port: port).status == 200)
            #expect(try await request("GET", "/readyz", port: port).status == 200)
            #expect(try await predict([("file", "x", picture)], port: port).status == 200)
        }
    }
}
