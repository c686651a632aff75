import Foundation
import OcellusGraph
import OcellusOpenCL
import Testing

/// Everything that uses a device, one test after the other.
@Suite(.serialized) enum OpenCLSuite {}

/// What the tests run on: any real device.
enum TestDevice {
    static let all = OpenCLDevices.all()
    static let first = all.first { $0.platformName != "Oclgrind" }
    static var isPresent: Bool { first != nil }

    static func backend(cacheFolder: URL? = nil) throws -> OpenCLBackend {
        try OpenCLBackend(#require(first), cacheFolder: cacheFolder)
    }
}

/// A new folder under the system's temporary one, removed afterwards.
func withTemporaryFolder<T>(_ body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ocellus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// The text of the error that `body` throws.
func message(of body: () throws -> Void) throws -> String {
    "\(try #require(#expect(throws: BackendError.self) { try body() }))"
}

extension OpenCLBackend {
    /// Memory that holds `values`.
    func region(_ values: [Float]) throws -> BufferRegion {
        let byteCount = values.count * MemoryLayout<Float>.size
        let region = BufferRegion(try makeBuffer(byteCount: byteCount, label: "test"), byteCount: byteCount)
        try values.withUnsafeBytes { try write($0, to: region) }
        return region
    }

    /// The numbers in `region`.
    func values(_ region: BufferRegion) throws -> [Float] {
        var values = [Float](repeating: .nan, count: region.byteCount / MemoryLayout<Float>.size)
        try values.withUnsafeMutableBytes { try read(region, into: $0) }
        return values
    }

    /// Doubles four numbers with a kernel of the tests' own, whose text depends on `salt`.
    func doubled(_ values: [Float], salt: String = "") throws -> [Float] {
        let source = KernelSource(
            name: "twice.cl", text: "kernel void twice(global float *x) { x[get_global_id(0)] *= 2.0f; } // \(salt)")
        let region = try region(values)
        let step = try launch(
            "twice", of: source, [.buffer(region)], grid: .linear(values.count, batched: false, local: 1),
            label: "doubling")
        try run([step], Invocation(count: 1))
        return try self.values(region)
    }
}
