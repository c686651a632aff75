import Foundation
import OcellusGraph
import OcellusOpenCL
import Testing

extension OpenCLSuite {
    @Suite("Compiled programs are kept on disk", .enabled(if: TestDevice.isPresent)) struct CacheTests {
        private let numbers: [Float] = [1, -2, 3, 0.5]
        private let doubled: [Float] = [2, -4, 6, 1]

        @Test func `The second start compiles nothing`() throws {
            try withTemporaryFolder { folder in
                let first = try TestDevice.backend(cacheFolder: folder)
                #expect(try first.doubled(numbers) == doubled)
                #expect(first.builtProgramCount == 1)

                let second = try TestDevice.backend(cacheFolder: folder)
                #expect(try second.doubled(numbers) == doubled)
                #expect(second.builtProgramCount == 0)
            }
        }

        @Test func `Another source is another entry`() throws {
            try withTemporaryFolder { folder in
                let backend = try TestDevice.backend(cacheFolder: folder)
                _ = try backend.doubled(numbers, salt: "a")
                _ = try backend.doubled(numbers, salt: "b")
                #expect(backend.builtProgramCount == 2)
                #expect(try entries(folder).count == 2)
            }
        }

        @Test(arguments: [Damage.truncated, .flipped, .emptied, .binaryReplaced])
        func `A damaged entry is built again, and mended`(_ damage: Damage) throws {
            try withTemporaryFolder { folder in
                #expect(try TestDevice.backend(cacheFolder: folder).doubled(numbers) == doubled)
                let entry = try #require(try entries(folder).first)
                try damage.apply(to: entry)

                let second = try TestDevice.backend(cacheFolder: folder)
                #expect(try second.doubled(numbers) == doubled)
                #expect(second.builtProgramCount == 1)

                let third = try TestDevice.backend(cacheFolder: folder)
                #expect(try third.doubled(numbers) == doubled)
                #expect(third.builtProgramCount == 0)
            }
        }

        @Test func `A folder that cannot be written is done without`() throws {
            try withTemporaryFolder { folder in
                let file = folder.appending(path: "a file")
                try Data().write(to: file)
                let backend = try TestDevice.backend(cacheFolder: file.appending(path: "below"))
                #expect(try backend.doubled(numbers) == doubled)
            }
        }

        private func entries(_ folder: URL) throws -> [URL] {
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        }

        enum Damage {
            case truncated, flipped, emptied, binaryReplaced

            func apply(to file: URL) throws {
                var data = try Data(contentsOf: file)
                switch self {
                case .truncated: data = data.prefix(data.count / 2)
                case .flipped: data[data.count - 7] ^= 0x10
                case .emptied: data = Data()
                case .binaryReplaced:
                    let header = try #require(data.firstIndex(of: 0)) + 1
                    data = data.prefix(header) + Data(repeating: 7, count: 500)
                }
                try data.write(to: file)
            }
        }
    }
}
