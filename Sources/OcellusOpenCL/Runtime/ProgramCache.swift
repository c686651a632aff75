import FoundationEssentials
import OcellusGraph

/// Compiled programs in a folder, one file each, so that the next start does not compile.
///
/// A file is its key in full, a checksum, and the driver's binary. Whatever is wrong with a file or the folder, the
/// program is built from source: a cache must never be why something fails.
struct ProgramCache: Sendable {
    let folder: URL

    /// `$OCELLUS_CACHE`, else `ocellus` under `$XDG_CACHE_HOME`, else `~/.cache/ocellus`.
    static var standardFolder: URL {
        let environment = ProcessInfo.processInfo.environment
        func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        let root =
            path("OCELLUS_CACHE") ?? path("XDG_CACHE_HOME").map { $0 + "/ocellus" }
            ?? (path("HOME") ?? "/tmp") + "/.cache/ocellus"
        return URL(filePath: root + "/opencl", directoryHint: .isDirectory)
    }

    /// Everything that a binary depends on.
    struct Key: Hashable, Sendable {
        let text: String

        init(_ source: KernelSource, options: String, _ device: OpenCLDevice) {
            text = [
                "ocellus 2", device.platformName, device.platformVersion, device.description.name, device.deviceVersion,
                device.driverVersion, options, source.text,
            ].joined(separator: "\n")
        }

        var fileName: String { ProgramCache.hexadecimalHash(text) + ".bin" }
    }

    /// The binary kept under `key`, or nil.
    func binary(for key: Key) -> [UInt8]? {
        guard let data = try? Data(contentsOf: file(key)) else { return nil }
        let bytes = [UInt8](data)
        let header = Array(key.text.utf8) + [0]
        guard bytes.count > header.count + 16, bytes.starts(with: header) else { return nil }
        let binary = Array(bytes[(header.count + 16)...])
        return Array(bytes[header.count..<header.count + 16]) == Self.hash(binary) ? binary : nil
    }

    /// Keeps `binary` under `key`: written beside, then renamed. Says nothing when that cannot be done.
    func keep(_ binary: [UInt8], for key: Key) {
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? Data(Array(key.text.utf8) + [0] + Self.hash(binary) + binary).write(to: file(key), options: .atomic)
    }

    private func file(_ key: Key) -> URL { folder.appending(path: key.fileName) }

    /// A text's hash in hexadecimal digits.
    static func hexadecimalHash(_ text: String) -> String {
        hash(Array(text.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// FNV-1a of 128 bits: against accidents, not against attackers.
    private static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in bytes { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B }
        return (0..<16).map { UInt8(truncatingIfNeeded: hash >> (120 - 8 * UInt128($0))) }
    }
}

extension OpenCLDevice {
    /// A file for what was found out about this device with its driver and the kernels of this build.
    ///
    /// - Parameter folder: where such files are; nil is the standard folder.
    public func noteFile(_ kind: String, in folder: URL? = nil) -> URL {
        let identity = [platformName, platformVersion, description.name, deviceVersion, driverVersion]
        let key = ProgramCache.hexadecimalHash((identity + [KernelSource.everything]).joined(separator: "\n"))
        return (folder ?? ProgramCache.standardFolder).appending(path: "\(kind)-\(key).json")
    }
}
