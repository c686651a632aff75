import Foundation
import Ocellus

/// An event file as TensorBoard reads it: records of `length, its checksum, event, its checksum` (TFRecord), in which an event is
/// a protocol buffers message.
final class EventFile {
    private let file: FileHandle
    let path: String
    /// Records that are not in the file yet.
    private var pending: [UInt8] = []
    private var lastFlush = ContinuousClock.now

    /// Begins a new file in a folder, which is made.
    ///
    /// - Parameter firstStep: the first step that will be written; what older files of the folder say of it and of later ones no
    ///   longer counts, as after a run went on from a checkpoint.
    /// - Throws: `ModelError` when it cannot be made.
    init(folder: String, firstStep: Int) throws {
        let time = Date().timeIntervalSince1970
        let name =
            "events.out.tfevents.\(String(format: "%010d", Int(time))).ocellus.\(getpid()).\(Int(time * 1e6) % 1_000_000)"
        path = folder + "/" + name
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        } catch {
            throw ModelError(path, "cannot be made: \(error.localizedDescription)")
        }
        try append { $0.add(3, "brain.Event:2") }
        // SessionLog.START, from which on TensorBoard forgets later steps.
        try append(step: firstStep) { event in event.add(7, .make { $0.add(1, 1) }) }
    }

    deinit { try? file.close() }

    /// Appends values of a step, which are in the file within half a second or after `flush()`.
    ///
    /// - Throws: `ModelError` when it cannot be written, as on a full disk.
    func append(_ values: [ProtobufMessage], step: Int) throws {
        try append(step: step) { event in
            event.add(5, .make { summary in for value in values { summary.add(1, value) } })
        }
    }

    private func append(step: Int = 0, _ fill: (inout ProtobufMessage) -> Void) throws {
        var event = ProtobufMessage()
        event.add(1, Date().timeIntervalSince1970)
        if step != 0 { event.add(2, step) }
        fill(&event)
        let length = withUnsafeBytes(of: UInt64(event.bytes.count).littleEndian) { Array($0) }
        pending += length + CRC32C.masked(length) + event.bytes + CRC32C.masked(event.bytes)
        if lastFlush.duration(to: .now) > .milliseconds(500) { try flush() }
    }

    /// Writes what is not in the file yet.
    ///
    /// - Throws: as `append`.
    func flush() throws {
        lastFlush = .now
        do {
            try file.write(contentsOf: Data(pending))
        } catch {
            throw ModelError(path, "cannot be written: \(error.localizedDescription)")
        }
        pending.removeAll(keepingCapacity: true)
    }
}

/// The checksum of TFRecord: CRC-32C (RFC 3720, appendix B.4), masked so that one of data with checksums in it is no fixed point.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    /// The masked checksum's bytes.
    static func masked(_ bytes: [UInt8]) -> [UInt8] {
        let sum = checksum(bytes)
        return withUnsafeBytes(of: ((sum >> 15 | sum << 17) &+ 0xA282_EAD8).littleEndian) { Array($0) }
    }
}
