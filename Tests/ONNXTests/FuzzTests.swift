import Foundation
import Ocellus
import OcellusONNX
import Testing

/// Files changed at random: each is read or refused with an error, quickly, and nothing else happens. The seeds are fixed;
/// OCELLUS_FUZZ_SECONDS=600 goes on for so long, with others, and prints how far it came.
@Suite("ONNX files changed at random", .serialized)
struct FuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["OCELLUS_FUZZ_SECONDS"].flatMap(Double.init)

    /// Runs `body` some times, or as long as is asked for; it says whether the file was read.
    private func repeated(_ what: String, _ count: Int, _ body: (inout PhiloxSequence) throws -> Bool) rethrows {
        let end = ContinuousClock.now + .seconds(Self.seconds ?? 0)
        var (done, read) = (0, 0)
        var longest = Duration.zero
        while done < count || ContinuousClock.now < end {
            var random = PhiloxSequence(seed: UInt64(done), purpose: .init(rawValue: 99))
            let start = ContinuousClock.now
            read += try body(&random) ? 1 : 0
            longest = max(longest, ContinuousClock.now - start)
            done += 1
        }
        #expect(longest < .seconds(5))
        #expect(read > 0 && read < done, "\(read) of \(done) were read")
        if Self.seconds != nil { print("\(what): \(done) files, \(read) of them read, at most \(longest) each") }
    }

    /// Whether a file is read. Any error but those that name the file is one of the program.
    private func isRead(_ read: () throws -> ONNXImport) throws -> Bool {
        do {
            let file = try read()
            _ = try file.network.classCount()
            return true
        } catch let error as ModelError {
            #expect(error.path == "fuzzed.onnx" && error.reason.count < 2000)
            return false
        }
    }

    private func seeds() throws -> [ONNXModel] {
        let small = Network(name: "small", input: [8, 8, 3]) {
            ConvolutionLayer(4, 3, padding: .same, activation: .gelu, name: "conv")
            MaxPoolingLayer(2)
            FlattenLayer()
            DenseLayer(3)
        }
        return [
            try ONNXExport(.drawn(small)).message,
            try ONNXExport(.drawn(everyOperation), includesPreprocessing: true).message,
        ]
    }

    @Test("bytes: changed, taken out, put in, cut off")
    func bytes() throws {
        let seeds = try seeds().map { try $0.serializedBytes() as [UInt8] }
        try repeated("bytes", 400) { random in
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<12, using: &random) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...64, using: &random)))
                case 1: bytes.insert(contentsOf: bytes.prefix(Int.random(in: 1...64, using: &random)), at: place)
                case 2: bytes.removeSubrange(place...)
                case 3: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
                default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            return try isRead { try ONNXImport(Data(bytes), path: "fuzzed.onnx") }
        }
    }

    @Test("graphs: nodes, attributes, constants and names that belong elsewhere")
    func graphs() throws {
        let seeds = try seeds()
        let numbers: [Int64] = [.min, -(1 << 32), -2, -1, 0, 1, 2, 3, 7, 64, 65536, 65537, 1 << 31, 1 << 40, .max]
        try repeated("graphs", 400) { random in
            var message = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            let operators =
                message.graph.node.map(\.opType) + [
                    "Squeeze", "Slice", "Shape", "AveragePool", "Sub", "MatMul", "Cast",
                ]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let nodes = message.graph.node.indices
                guard let place = nodes.randomElement(using: &random), let other = nodes.randomElement(using: &random),
                    let constant = message.graph.initializer.indices.randomElement(using: &random),
                    let number = numbers.randomElement(using: &random)
                else { break }
                let names = message.graph.node.flatMap(\.output) + message.graph.initializer.map(\.name)
                switch Int.random(in: 0..<9, using: &random) {
                case 0: message.graph.node.swapAt(place, other)
                case 1: message.graph.node[place].opType = operators.randomElement(using: &random) ?? ""
                case 2:
                    guard let input = message.graph.node[place].input.indices.randomElement(using: &random) else {
                        break
                    }
                    message.graph.node[place].input[input] = names.randomElement(using: &random) ?? ""
                case 3: message.graph.node.remove(at: place)
                case 4: message.graph.node[place].attribute = message.graph.node[other].attribute
                case 5:
                    guard let attribute = message.graph.node[place].attribute.indices.randomElement(using: &random)
                    else { break }
                    message.graph.node[place].attribute[attribute].i = number
                    let ints = message.graph.node[place].attribute[attribute].ints.indices
                    guard let int = ints.randomElement(using: &random) else { break }
                    message.graph.node[place].attribute[attribute].ints[int] = number
                case 6:
                    let dims = message.graph.initializer[constant].dims.indices
                    guard let dim = dims.randomElement(using: &random) else { break }
                    message.graph.initializer[constant].dims[dim] = number
                case 7: message.graph.initializer[constant].dims.shuffle(using: &random)
                default:
                    let dims = message.graph.input[0].type.tensorType.shape.dim.indices
                    guard let dim = dims.randomElement(using: &random) else { break }
                    message.graph.input[0].type.tensorType.shape.dim[dim].extent = .dimValue(number)
                }
            }
            return try isRead { try ONNXImport(message, path: "fuzzed.onnx") }
        }
    }
}
