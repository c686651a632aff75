import Foundation
import Ocellus
import OcellusONNX
import Testing

@Suite("ONNX out and back in")
struct RoundTripTests {
    private func check(_ model: Model, includesPreprocessing: Bool = false) throws {
        let folder = try TemporaryFolder()
        try ONNXExport(model, includesPreprocessing: includesPreprocessing).write(to: folder("model.onnx"))
        let back = try ModelImport(onnx: folder("model.onnx"), labels: nil).model
        #expect(back.classes == model.classes && back.preprocessing == model.preprocessing)
        #expect(back.network.name == model.network.name)
        // A model like any other: it is saved and loaded.
        try back.save(to: folder("model"))
        let (found, expected) = (try Model(contentsOf: folder("model")).answers(), try model.answers())
        for (found, expected) in zip(found.joined(), expected.joined()) {
            #expect(abs(found - expected) <= 1e-5, "\(found) \(expected)")
        }
    }

    @Test("every operation comes back as it was", arguments: [false, true])
    func everyOperations(_ includesPreprocessing: Bool) throws {
        try check(.drawn(everyOperation), includesPreprocessing: includesPreprocessing)
    }

    @Test("networks with a name come back", arguments: NamedNetwork.allCases)
    func named(_ network: NamedNetwork) throws {
        try check(.drawn(network.network(height: 32, width: 48, classes: 5)))
    }

    @Test(
        "Caffe's order of the channels comes back with the preprocessing in the graph or beside it",
        arguments: [false, true])
    func caffe(_ includesPreprocessing: Bool) throws {
        let network = Network.simple(height: 16, width: 12, classes: 3)
        try check(.drawn(network, preprocessing: .caffeBGR), includesPreprocessing: includesPreprocessing)
    }

    @Test("layers keep their names")
    func names() throws {
        let network = NamedNetwork.resnet18.network(height: 32, width: 32, classes: 5)
        let file = try ONNXImport(ONNXExport(.drawn(network)).message, path: "resnet18.onnx")
        let graph = try network.inferenceGraph()
        #expect(Set(file.weights.names).symmetricDifference(graph.storedValues.map { graph[$0].name }) == [])
    }
}
