import Foundation
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import Testing

@Suite struct ModelTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Saves a model, and changes its description as text.
    private func saved(replacing old: String = "", by new: String = "") throws -> String {
        let path = folder.file("model")
        try smallModel().save(to: path)
        if !old.isEmpty {
            let text = try #require(String(bytes: try readFile(path + "/model.json"), encoding: .utf8))
            try #require(text.contains(old), "the description has '\(old)'")
            let changed = text.replacingOccurrences(of: old, with: new)
            try Data(changed.utf8).write(to: URL(fileURLWithPath: path + "/model.json"))
        }
        return path
    }

    @Test func whatIsSavedIsLoadedBitForBit() throws {
        let model = try smallModel()
        try model.save(to: folder.file("model"))
        let loaded = try Model(contentsOf: folder.file("model"))
        #expect(loaded.classes == model.classes)
        #expect(loaded.preprocessing == model.preprocessing)
        #expect(loaded.training == model.training)
        #expect(loaded.network.name == "small" && loaded.network.layers.count == 5)
        #expect(loaded.weights.names == model.weights.names)
        #expect(loaded.weights.names.contains("norm.running_var"))
        for name in model.weights.names {
            #expect(loaded.weights.shape(of: name) == model.weights.shape(of: name))
            #expect(try loaded.weights.values(of: name) == model.weights.values(of: name))
            #expect(try loaded.weights.withUnsafeValues(of: name, Array.init) == model.weights.values(of: name))
        }
    }

    @Test func savingALoadedModelGivesTheSameBytesEvenInItsOwnPlace() throws {
        let path = try saved()
        let files = ["model.json", "weights.safetensors"]
        let before = try files.map { try readFile("\(path)/\($0)") }
        let loaded = try Model(contentsOf: path)
        try loaded.save(to: path)
        try loaded.save(to: folder.file("copy"))
        #expect(try files.map { try readFile("\(path)/\($0)") } == before)
        #expect(try files.map { try readFile("\(folder.file("copy"))/\($0)") } == before)
        #expect(try folder.names() == ["copy", "model"])
    }

    @Test func aModelWhosePartsDoNotFitIsNotSaved() throws {
        var model = try smallModel()
        model.classes = ["bolt", "nut"]
        expectError(saying: "2 classes", "3 outputs") { try model.save(to: folder.file("model")) }
        model.classes = ["bolt", "nut", "nut"]
        expectError(saying: "two classes", "'nut'") { try model.save(to: folder.file("model")) }
        model = try smallModel()
        model.weights = ModelWeights([NamedTensor("conv.weight", [3], [1, 2, 3]), NamedTensor("extra", [1], [1])])
        expectError(
            saying: "missing", "'conv.bias'", "'conv.weight' is [3] and should be [3, 3, 3, 4]",
            "not in the network: 'extra'"
        ) { try model.save(to: folder.file("model")) }
        model = try smallModel()
        model.preprocessing = try Preprocessing(width: 9, height: 11)
        expectError(saying: "[9, 11, 3]", "[11, 9, 3]") { try model.save(to: folder.file("model")) }
        #expect(try folder.names() == [])
    }

    @Test func missingFilesAreNamed() throws {
        expectError(saying: folder.file("no"), "no such folder") { try Model(contentsOf: folder.file("no")) }
        expectError(saying: folder.path, "no model.json", "RUN/model") { try Model(contentsOf: folder.path) }
        let path = try saved()
        expectError(saying: folder.path, "no model.json", "is in \(path)") { try Model(contentsOf: folder.path) }
        try FileManager.default.removeItem(atPath: path + "/weights.safetensors")
        expectError(saying: path, "no weights.safetensors") { try Model(contentsOf: path) }
    }

    @Test(arguments: [
        ("{\n", "[", ["model.json", "not JSON"]),
        ("\"formatVersion\" : 1", "\"formatVersion\" : 2", ["model.json", "version 2", "newer ocellus"]),
        ("\"formatVersion\" : 1", "\"formatVersion\" : 0", ["version 0"]),
        ("\"formatVersion\" : 1", "\"formatVersion\" : \"1\"", ["formatVersion"]),
        ("\"formatVersion\"", "\"version\"", ["'formatVersion' is missing"]),
        ("\"bolt\",", "", ["2 classes", "3 outputs"]),
        ("\"bolt\"", "\"\"", ["empty name"]),
        ("\"bolt\"", "\"écrou\"", ["two classes", "'écrou'"]),
        ("\"bolt\"", "7", ["classes.[0]"]),
        ("\"kind\" : \"dense\"", "\"kind\" : \"denser\"", ["no kind of layer 'denser'"]),
        ("\"filters\" : 4", "\"filters\" : 5", ["weights.safetensors", "'conv.bias' is [4] and should be [5]"]),
        ("\"filters\" : 4", "\"filters\" : 9223372036854775807", ["the network is not valid", "'conv'"]),
        ("\"filters\" : 4", "\"filters\" : -4", ["the network is not valid", "'conv'"]),
        ("\"filters\" : 4", "\"filters\" : 4.5", ["model.json", "not whole"]),
        (
            "\"name\" : \"conv\"", "\"name\" : \"convolution\"",
            ["missing: 'convolution.", "not in the network: 'conv."]
        ),
        ("\"name\" : \"norm\"", "\"name\" : \"conv\"", ["two parameters", "'conv."]),
        ("\"width\" : 11", "\"width\" : 1000000", ["width", "1000000"]),
        ("\"width\" : 11", "\"width\" : 12", ["[9, 11, 3]", "[9, 12, 3]"]),
        ("\"xxh64\" : \"", "\"xxh64\" : \"0", ["weights.safetensors", "checksum"]),
    ]) func aChangedDescriptionIsAClearError(old: String, new: String, words: [String]) throws {
        let path = try saved(replacing: old, by: new)
        for word in words { expectError(saying: word) { try Model(contentsOf: path) } }
    }

    @Test func aChangedBitOfTheWeightsIsFoundUnlessNobodyAsks() throws {
        let path = try saved()
        var bytes = try readFile(path + "/weights.safetensors")
        bytes[bytes.count - 3] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/weights.safetensors"))
        expectError(saying: "weights.safetensors", "checksum") { try Model(contentsOf: path) }
        _ = try Model(contentsOf: path, isVerifyingChecksum: false)
        let (model, verification) = try Model.loading(contentsOf: path)
        #expect(model.classes == (try smallModel()).classes)
        for _ in 0..<2 { expectError(saying: "weights.safetensors", "checksum") { try verification.wait() } }
    }

    @Test func weightsThatAreThoseSavedPassTheirVerification() throws {
        let (model, verification) = try Model.loading(contentsOf: saved())
        try verification.wait()
        #expect(try model.weights.values(of: "dense.bias") == smallModel().weights.values(of: "dense.bias"))
    }

    @Test func detachedWeightsStayWhenTheirFileIsOverwrittenAndCutOff() throws {
        let path = try saved()
        let (model, verification) = try Model.loading(contentsOf: path, isDetached: true)
        let names = model.weights.names
        let before = try names.map { try model.weights.values(of: $0) }
        try verification.wait()
        let file = try #require(FileHandle(forUpdatingAtPath: path + "/weights.safetensors"))
        let size = Int(try file.seekToEnd())
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Data(repeating: 0xFF, count: size))
        try file.truncate(atOffset: 0)
        #expect(try names.map { try model.weights.values(of: $0) } == before)
    }

    @Test func tensorsThatChangedPlacesAreFound() throws {
        let path = try saved()
        // norm.weight and norm.bias have one shape, and a file with their names exchanged is a correct file.
        let names = [Data("\"norm.weight\"".utf8), Data("\"norm.bias\"".utf8)]
        var bytes = Data(try readFile(path + "/weights.safetensors"))
        let places = try names.map { try #require(bytes.range(of: $0)) }
        for (place, name) in zip(places, names.reversed()).sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) {
            bytes.replaceSubrange(place, with: name)
        }
        try bytes.write(to: URL(fileURLWithPath: path + "/weights.safetensors"))
        let exchanged = try Model(contentsOf: path, isVerifyingChecksum: false)
        #expect(try exchanged.weights.values(of: "norm.bias") == smallModel().weights.values(of: "norm.weight"))
        expectError(saying: "weights.safetensors", "checksum") { try Model(contentsOf: path) }
    }

    @Test func anotherToolsWeightsAreTakenWhenTheChecksumIsTakenOut() throws {
        let path = try saved()
        let model = try Model(contentsOf: path)
        let tensors = try model.weights.names.map {
            NamedTensor($0, try #require(model.weights.shape(of: $0)), try model.weights.values(of: $0).map { $0 / 2 })
        }
        try SafetensorsWriter.write(tensors, to: path + "/weights.safetensors")
        expectError(saying: "checksum") { try Model(contentsOf: path) }
        var description = try #require(
            try JSONSerialization.jsonObject(with: Data(try readFile(path + "/model.json"))) as? [String: Any])
        description["weights"] = nil
        try JSONSerialization.data(withJSONObject: description).write(to: URL(fileURLWithPath: path + "/model.json"))
        let half = try model.weights.values(of: "dense.bias").map { $0 / 2 }
        #expect(try Model(contentsOf: path).weights.values(of: "dense.bias") == half)
    }

    @Test func aDamagedDescriptionNeverCrashes() throws {
        let path = try saved()
        let whole = try readFile(path + "/model.json")
        let odd: [[UInt8]] = ["9", "0", "-1", "\"", "}", "null", "[", "e9", "4294967296"].map { Array($0.utf8) }
        var random = PhiloxSequence(seed: 2, purpose: .init(rawValue: 99))
        for _ in 0..<600 {
            var bytes = whole
            for _ in 0...Int(random.nextWord() % 3) {
                let place = Int(random.nextWord()) % bytes.count
                bytes.replaceSubrange(place...place, with: odd[Int(random.nextWord()) % odd.count])
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path + "/model.json"))
            do {
                _ = try Model(contentsOf: path)
            } catch {
                #expect(error is ModelError)
            }
        }
    }
}
