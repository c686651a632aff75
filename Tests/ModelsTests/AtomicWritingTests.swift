import Foundation
import OcellusModels
import Testing

@Suite struct AtomicWritingTests {
    private struct Interruption: Error {}

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ files: [String: [UInt8]], to name: String, owning names: Set<String> = ["a", "b"]) throws {
        try AtomicFolder.write(to: folder.file(name), owning: names) { content in
            for (file, bytes) in files { try content.write(file) { try $0.write(bytes) } }
        }
    }

    private func content(_ name: String) throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file(name))
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try readFile(folder.file("\(name)/\($0)"))) })
    }

    @Test func aFileIsWrittenAndReplaced() throws {
        try AtomicFile.write([1], to: folder.file("f"))
        #expect(try readFile(folder.file("f")) == [1])
        try AtomicFile.write([2, 3], to: folder.file("f"))
        #expect(try readFile(folder.file("f")) == [2, 3])
        #expect(try folder.names() == ["f"])
    }

    @Test func aFileStaysWhenWritingFails() throws {
        try AtomicFile.write([1], to: folder.file("f"))
        #expect(throws: Interruption.self) {
            try AtomicFile.write(to: folder.file("f")) {
                try $0.write([2])
                throw Interruption()
            }
        }
        #expect(try readFile(folder.file("f")) == [1])
        #expect(try folder.names() == ["f"])
    }

    @Test func aFolderIsWrittenAndReplacedWhole() throws {
        try write(["a": [1], "b": [2]], to: "model")
        #expect(try content("model") == ["a": [1], "b": [2]])
        try write(["a": [3]], to: "model")
        #expect(try content("model") == ["a": [3]])
        try write(["b": [4]], to: "model/")
        #expect(try content("model") == ["b": [4]])
        #expect(try folder.names() == ["model"])
    }

    @Test func aFolderStaysWhenWritingFails() throws {
        try write(["a": [1]], to: "model")
        #expect(throws: Interruption.self) {
            try AtomicFolder.write(to: folder.file("model"), owning: ["a"]) {
                try $0.write("a") { try $0.write([2]) }
                throw Interruption()
            }
        }
        #expect(try content("model") == ["a": [1]])
        #expect(try folder.names() == ["model"])
    }

    @Test func someoneElsesFilesAreNeverLost() throws {
        try FileManager.default.createDirectory(atPath: folder.file("model"), withIntermediateDirectories: true)
        _ = try folder.write([1], to: "model/thesis.txt")
        expectError(saying: "model", "'thesis.txt'", "another folder") { try write(["a": [1]], to: "model") }
        #expect(try content("model") == ["thesis.txt": [1]])
        _ = try folder.write([1], to: "file")
        expectError(saying: folder.file("file"), "not a folder") { try write(["a": [1]], to: "file") }
        #expect(try folder.names() == ["file", "model"])
    }

    @Test func aSymbolicLinkIsFollowed() throws {
        try write(["a": [1]], to: "real")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("real"))
        try write(["a": [2]], to: "link")
        #expect(try content("real") == ["a": [2]])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == folder.file("real"))
    }

    @Test func leftoversOfKilledProcessesAreRemoved() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file(".model.saving-123-0/deep"), withIntermediateDirectories: true)
        _ = try folder.write([1], to: ".model.saving-123-0/a")
        _ = try folder.write([1], to: ".f.saving-99-0")
        _ = try folder.write([1], to: ".other")
        try write(["a": [1]], to: "model")
        try AtomicFile.write([1], to: folder.file("f"))
        #expect(try folder.names() == [".other", "f", "model"])
    }

    @Test func savesAtTheSameTimeDoNotDisturbEachOther() async throws {
        let path = folder.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<20 {
                        try AtomicFolder.write(to: path + "/model", owning: ["a", "b"]) { content in
                            for name in ["a", "b"] { try content.write(name) { try $0.write([UInt8(task)]) } }
                        }
                    }
                }
            }
            for try await _ in group {}
        }
        let files = try content("model")
        #expect(files["a"] == files["b"] && files.count == 2)
        #expect(try folder.names() == ["model"])
    }

    @Test func aReaderAlwaysFindsTheFolder() async throws {
        try write(["a": [0]], to: "model")
        let path = folder.path
        async let writing: Void = {
            for round in 0..<200 {
                try AtomicFolder.write(to: path + "/model", owning: ["a"]) {
                    try $0.write("a") { try $0.write([UInt8(round)]) }
                }
            }
        }()
        for _ in 0..<2000 { #expect(FileManager.default.fileExists(atPath: path + "/model")) }
        try await writing
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullDiskIsNamed() throws {
        let writer = FileWriter(descriptor: open("/dev/full", O_WRONLY), calledBy: "runs/parts/model/weights")
        expectError(saying: "runs/parts/model/weights", "No space left", "Free some space") { try writer.write([1]) }
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        let path = folder.file("no/model")
        expectError(saying: path, "No such file") { try AtomicFolder.write(to: path, owning: []) { _ in } }
        expectError(saying: path, "No such file") { try AtomicFile.write([1], to: path) }
    }
}
