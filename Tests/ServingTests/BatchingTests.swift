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
