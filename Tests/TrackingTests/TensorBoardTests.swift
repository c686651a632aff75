import Foundation
import Ocellus
import OcellusTracking
import Testing

@Suite("Event files are those that TensorBoard reads", .serialized)
struct TensorBoardTests {
    /// A record as TFRecord has it: its length, that one's checksum, its bytes, and theirs.
    private struct Record {
        let bytes: [UInt8]

        static func all(of data: Data) throws -> [Record] {
            var records: [Record] = []
            var rest = [UInt8](data)
            while !rest.isEmpty {
                let length = rest[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
                try #require(rest.count >= length + 16)
                #expect(Array(rest[8..<12]) == masked(Array(rest[..<8])))
                let bytes = Array(rest[12..<(12 + length)])
                #expect(Array(rest[(12 + length)..<(16 + length)]) == masked(bytes))
                records.append(Record(bytes: bytes))
                rest.removeFirst(16 + length)
            }
            return records
        }

        /// CRC-32C bit by bit, masked.
        private static func masked(_ bytes: [UInt8]) -> [UInt8] {
            var crc = ~UInt32(0)
            for byte in bytes {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            }
            crc = ~crc
            let sum = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
            return (0..<4).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) }
        }

        func contains(_ text: String) -> Bool {
            Data(bytes).range(of: Data(text.utf8)) != nil
        }

        /// The fields of the message that is found by following these fields, the first of each; of numbers the bytes as they are.
        func message(_ path: Int...) -> [(field: Int, bytes: [UInt8])] {
            path.reduce(Self.fields(bytes)) { fields, field in
                Self.fields(fields.first { $0.field == field }?.bytes ?? [])
            }
        }

        private static func fields(_ bytes: [UInt8]) -> [(field: Int, bytes: [UInt8])] {
            var found: [(field: Int, bytes: [UInt8])] = []
            var rest = bytes[...]
            func varint() -> (value: Int, bytes: [UInt8]) {
                let end = rest.firstIndex { $0 < 0x80 }.map { $0 + 1 } ?? rest.endIndex
                let bytes = Array(rest[..<end])
                rest = rest[end...]
                return (bytes.reversed().reduce(0) { $0 << 7 | Int($1 & 0x7F) }, bytes)
            }
            while !rest.isEmpty {
                let key = varint().value
                if key & 7 == 0 {
                    found.append((key >> 3, varint().bytes))
                } else {
                    let count = key & 7 == 1 ? 8 : key & 7 == 5 ? 4 : varint().value
                    found.append((key >> 3, Array(rest.prefix(count))))
                    rest = rest.dropFirst(count)
                }
            }
            return found
        }
    }

    @Test("A run leaves scalars of steps and epochs, histograms, hyperparameters and pictures, and costs no bits")
    func run() throws {
        let folder = NSTemporaryDirectory() + "ocellus-tensorboard-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try ConveyorParts.write(to: folder + "/parts", imagesPerClass: 12, size: 24)
        func train(_ name: String, _ callbacks: (TrainingJob) -> [any TrainingCallback]) throws -> Data {
            let job = try TrainingJob(
                TrainingSettings(
                    data: folder + "/parts", output: folder + "/" + name, size: 20,
                    options: TrainingOptions(epochs: 2, batchSize: 8), device: .cpu))
            _ = try job.train(callbacks: callbacks(job))
            return try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name + "/model/weights.safetensors"))
        }
        var log: TensorBoardLog?
        let logged = try train("logged") { job in
            let made = TensorBoardLog(run: job.run.path) { Issue.record("\($0)") }
            log = made
            return [made]
        }
        #expect(try logged == train("plain") { _ in [] })
        log?.addResults(try RunReport(run: folder + "/logged", device: .cpu).results, epoch: 2)

        func records(_ part: String) throws -> [Record] {
            let path = TensorBoardLog.folder(of: folder + "/logged") + part
            let files = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasPrefix("events.out.tfevents.") }
            try #require(files.count == 1)
            return try Record.all(of: Data(contentsOf: URL(fileURLWithPath: path + "/" + files[0])))
        }
        let training = try records("/train")
        #expect(training[0].contains("brain.Event:2"))
        // 24 training pictures in batches of 8, twice.
        #expect(training.count { $0.contains("batch/loss") } == 6)
        #expect(training.count { $0.contains("epoch/accuracy") && !$0.contains("_hparams_") } == 2)
        // Of the first epoch always, of the second if it took three hundred times as long as that.
        #expect((1...2).contains(training.count { $0.contains("weights/") }))
        let session = try records("")
        #expect(session.contains { $0.contains("_hparams_/session_start_info") && $0.contains("batchSize") })
        // As tensorboard/plugins/hparams/{plugin_data,api}.proto number the fields.
        let experiment = try #require(session.first { $0.contains("_hparams_/experiment") })
            .message(5, 1, 9, 1, 2, 2)
        let parameters = experiment.filter { $0.field == 4 }.map { Record(bytes: $0.bytes).message() }
        #expect(parameters.contains { $0.contains { $0.field == 1 && $0.bytes == Array("batchSize".utf8) } })
        let metrics = experiment.filter { $0.field == 5 }.map { Record(bytes: $0.bytes).message(1).map(\.bytes) }
        #expect(metrics.contains([Array("validation".utf8), Array("epoch/accuracy".utf8)]))
        #expect(training.contains { $0.contains("test/confusion") && $0.contains("PNG") })
        #expect(try records("/validation").count { $0.contains("epoch/loss") } == 2)
    }

    @Test("Where nothing can be written, that is said once and training goes on")
    func failure() throws {
        let folder = NSTemporaryDirectory() + "ocellus-tensorboard-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try ConveyorParts.write(to: folder + "/parts", imagesPerClass: 10, size: 24)
        let job = try TrainingJob(
            TrainingSettings(
                data: folder + "/parts", output: folder + "/run", size: 20,
                options: TrainingOptions(epochs: 1, batchSize: 8), device: .cpu))
        // A file where a folder is wanted.
        try Data().write(to: URL(fileURLWithPath: TensorBoardLog.folder(of: job.run.path)))
        var warnings: [String] = []
        #expect(try job.train(callbacks: [TensorBoardLog(run: job.run.path) { warnings.append($0) }]) != nil)
        #expect(warnings.count == 1 && warnings[0].contains("tensorboard"))
    }
}
