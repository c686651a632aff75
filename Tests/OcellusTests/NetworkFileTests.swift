import Foundation
import Ocellus
import Testing

@Suite("Files that describe a network")
struct NetworkFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String, _ name: String = "net.yaml", size: Int? = nil) throws -> Network {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder(name)))
        return try NetworkFile.read(folder(name), size: size, classes: 3)
    }

    private let yaml = """
        # A residual block and a head.
        name: small
        layers:
          - {kind: convolution, filters: 16, kernel: 3, padding: same, activation: relu, name: stem}
          - kind: convolution
            filters: 16
            kernel: [3, 1]
            padding: same
          - {kind: add, inputs: [convolution_1, stem]}
          - kind: global_average_pooling
          - {kind: dense, units: classes}
        """

    @Test("YAML and JSON say the same, and the size is the file's, the one asked for, or 224")
    func reading() throws {
        let network = try read(yaml)
        #expect(network.name == "small" && network.input == [224, 224, 3])
        #expect(try network.classCount() == 3)
        #expect(try read(yaml, size: 64).input == [64, 64, 3])
        #expect(try read("input: [32, 48, 3]\n" + yaml).input == [32, 48, 3])
        let json = try JSONEncoder().encode(network)
        let copy = try read(String(decoding: json, as: UTF8.self), "net.json")
        #expect(try JSONEncoder().encode(copy).count == json.count)
        #expect(NetworkRequest("a/net.yml") == .file("a/net.yml") && NetworkRequest("resnet18") == .named(.resnet18))
        #expect(NetworkRequest("resnet19") == nil)
    }

    @Test("a network of a file trains")
    func training() throws {
        let network = try read(yaml, size: 16)
        let graph = try network.build(isTraining: true).builder.graph
        #expect(graph.parameters.count == 6)
    }

    @Test(
        "what is wrong is named with its line, and what is allowed",
        arguments: [
            ("kernel: [3, 1]", "kernal: [3, 1]", ["line 7", "kernal", "kernel"]),
            ("kind: dense", "kind: densee", ["line 11", "densee", "dense"]),
            ("units: classes", "units: 7", ["7 classes", "units: classes"]),
            ("units: classes", "units: many", ["line 11", "units"]),
            ("inputs: [convolution_1, stem]", "inputs: [stem, trunk]", ["add_1", "'trunk'"]),
            ("filters: 16\n", "filters: 16\n    filters: 8\n", ["line", "filters"]),
            ("activation: relu,", "activation: relu, [", ["line", "not YAML"]),
            ("name: small", "input: [8, 8]", ["[height, width, 3]"]),
            ("name: small", "input: [8, 8, 3]\nsize: 8", ["line 3", "'size'", "layers"]),
        ])
    func errors(_ old: String, _ new: String, _ words: [String]) {
        do {
            _ = try read(yaml.replacing(old, with: new))
            Issue.record("there is no error")
        } catch {
            for word in ["net.yaml"] + words { #expect("\(error)".contains(word), "\(error)") }
        }
    }

    @Test("files made to waste time or memory are refused at once")
    func hostile() throws {
        let levels = (1...12).map {
            "a\($0): &a\($0) [" + Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ", ") + "]"
        }
        let bombs = [
            "a0: &a0 [1]\n" + levels.joined(separator: "\n"), String(repeating: "[", count: 100_000),
            String(repeating: " ", count: 2 << 20), "", "3", "layers: {}", "layers: [{kind: dense, units: 9999999999}]",
            "layers: [{kind: convolution, filters: 99999999, kernel: 99999999}]", "\u{0}",
        ]
        let start = ContinuousClock.now
        for text in bombs {
            for name in ["net.yaml", "net.json"] {
                #expect(throws: ModelError.self) { try read(text, name) }
            }
        }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(throws: ModelError.self) { try NetworkFile.read(folder("nothing.yaml"), classes: 3) }
        do {
            _ = try read(String(repeating: "[", count: 100_000))
        } catch {
            #expect("\(error)".count < 500)
        }
    }

    @Test("a size that differs from the file's own is an error")
    func sizes() throws {
        #expect(throws: ModelError.self) { try read("input: [32, 32, 3]\n" + yaml, size: 64) }
        #expect(try read("input: [64, 64, 3]\n" + yaml, size: 64).input == [64, 64, 3])
    }
}
