import Foundation
import HTTPTestClient
import Ocellus
import OcellusServing
import Testing

@Suite struct OpenInferenceTests {
    private static func expected(_ bytes: [UInt8]) throws -> [Float] {
        let predictor = try Predictor(TestModel.make(), backend: CPUBackend(threads: 2))
        return try predictor.probabilities(of: [RGBImage.decode(bytes, name: "x")])[0]
    }

    private static func infer(
        _ json: String, binary: [UInt8]? = nil, port: Int, path: String = "/v2/models/parts/infer"
    ) async throws -> Response {
        var headers = ["Content-Type": "application/json"]
        if binary != nil { headers["Inference-Header-Content-Length"] = "\(json.utf8.count)" }
        return try await request("POST", path, port: port, headers: headers, body: Array(json.utf8) + (binary ?? []))
    }

    private static func floats(_ output: Any?) -> [Float] {
        ((output as? [String: any Sendable])?["data"] as? [Double])?.map { Float($0) } ?? []
    }

    @Test func tellsOfServerAndModelsInTheProtocolsWords() async throws {
        try await withServer { port, _, _ in
            let server = try await request("GET", "/v2", port: port).json()
            #expect(server["name"] as? String == "ocellus" && (server["extensions"] as? [String])?.count == 2)
            #expect(try await request("GET", "/v2/health/live", port: port).status == 200)
            #expect(try await request("GET", "/v2/health/ready", port: port).status == 200)
            let model = try await request("GET", "/v2/models/parts", port: port).json()
            #expect(model["name"] as? String == "parts" && model["versions"] as? [String] == ["1"])
            let others = try #require(model["alternative_inputs"] as? [[String: any Sendable]])
            #expect(
                others.contains { $0["datatype"] as? String == "FP32" && $0["shape"] as? [Int] == [-1, 16, 20, 3] })
            #expect(try await request("GET", "/v2/models/parts/versions/1/ready", port: port).status == 200)
            for path in ["/v2/models/other", "/v2/models/other/ready", "/v2/models/parts/versions/2/ready"] {
                #expect(try await request("GET", path, port: port).status == 404)
            }
        }
    }

    @Test func aClientThatSendsEveryInputOfTheMetadataAndAsksForEveryOutputIsAnswered() async throws {
        let picture = Data(try TestModel.picture(4).encodePNG()).base64EncodedString()
        try await withServer { port, _, _ in
            let model = try await request("GET", "/v2/models/parts", port: port).json()
            func entries(_ key: String, _ more: String) throws -> String {
                let tensors = try #require(model[key] as? [[String: any Sendable]])
                return try tensors.map { tensor in
                    #"{"name":"\#(try #require(tensor["name"] as? String))"\#(more)}"#
                }.joined(separator: ",")
            }
            let inputs = try entries("inputs", #","datatype":"BYTES","shape":[1],"data":["\#(picture)"]"#)
            let outputs = try entries("outputs", "")
            let answer = try await Self.infer(#"{"inputs":[\#(inputs)],"outputs":[\#(outputs)]}"#, port: port)
            #expect(answer.status == 200, "\(answer.text)")
            #expect((try answer.json()["outputs"] as? [any Sendable])?.count == 2)
        }
    }

    @Test func filesPixelsAndTensorsGiveTheSameProbabilities() async throws {
        let image = TestModel.picture(4)
        let png = try image.encodePNG()
        let expected = try Self.expected(png)
        let model = try TestModel.make()
        let values = model.preprocessing(image)
        let valueBytes = values.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        }
        let length = (0..<4).map { UInt8(truncatingIfNeeded: png.count >> ($0 * 8)) }
        try await withServer(model) { port, _, _ in
            let base64 = Data(png).base64EncodedString()
            let nested = (0..<30).map { row in
                "["
                    + (0..<40).map { "\(Array(image.pixels[(row * 40 + $0) * 3..<(row * 40 + $0) * 3 + 3]))" }
                    .joined(separator: ",") + "]"
            }.joined(separator: ",")
            let cases: [(String, [UInt8]?)] = [
                (#"{"id":"a1","inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["\#(base64)"]}]}"#, nil),
                (#"{"inputs":[{"name":"pixels","shape":[1,30,40,3],"datatype":"UINT8","data":[[\#(nested)]]}]}"#, nil),
                (#"{"inputs":[{"name":"input","shape":[1,16,20,3],"datatype":"FP32","data":\#(values)}]}"#, nil),
                (
                    #"{"inputs":[{"name":"image","shape":[1,1],"datatype":"BYTES","parameters":{"binary_data_size":\#(png.count + 4)}}]}"#,
                    length + png
                ),
                (
                    #"{"inputs":[{"name":"pixels","shape":[1,30,40,3],"datatype":"UINT8","parameters":{"binary_data_size":3600}}]}"#,
                    image.pixels
                ),
                (
                    #"{"inputs":[{"name":"input","shape":[1,16,20,3],"datatype":"FP32","parameters":{"binary_data_size":3840}}]}"#,
                    valueBytes
                ),
            ]
            for (json, binary) in cases {
                let answer = try await Self.infer(json, binary: binary, port: port)
                #expect(answer.status == 200, "\(answer.text)")
                let outputs = try #require(try answer.json()["outputs"] as? [any Sendable])
                #expect(Self.floats(outputs[0]) == expected)
            }
            #expect(try await Self.infer(cases[0].0, port: port).json()["id"] as? String == "a1")
        }
    }

    @Test func outputsComeInBinaryAndAsClassesWhenAskedFor() async throws {
        let png = try TestModel.picture(4).encodePNG()
        let expected = try Self.expected(png)
        let best = try #require(expected.indices.max { expected[$0] < expected[$1] })
        let input =
            #""inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["\#(Data(png).base64EncodedString())"]}]"#
        try await withServer { port, _, _ in
            let answer = try await Self.infer(
                #"{\#(input),"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}"#, port: port)
            let count = try #require(answer.headers["inference-header-content-length"].flatMap { Int($0) })
            let binary = answer.body.dropFirst(count)
            let numbers = stride(from: binary.startIndex, to: binary.endIndex, by: 4).map { place in
                Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(binary[place + $1]) << UInt32($1 * 8) })
            }
            #expect(numbers == expected)
            let classes = try await Self.infer(
                #"{\#(input),"outputs":[{"name":"probabilities","parameters":{"classification":2}}]}"#, port: port)
            let output = try #require(try classes.json()["outputs"] as? [[String: any Sendable]])[0]
            #expect(output["shape"] as? [Int] == [1, 2] && output["datatype"] as? String == "BYTES")
            #expect((output["data"] as? [String])?.first?.hasSuffix(":\(best):\(TestModel.classes[best])") == true)
        }
    }

    @Test func whatDoesNotFitIsTheClientsErrorAndNamesIt() async throws {
        try await withServer(change: { $0.inference.pictures.pixels = 5000 }) { port, _, _ in
            for (json, binary) in [
                ("{", nil), ("{}", nil), (#"{"inputs":[]}"#, nil),
                (#"{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["AAAA"]}]}"#, nil),
                (#"{"inputs":[{"name":"image","shape":[1],"datatype":"FP32","data":[1]}]}"#, nil),
                (#"{"inputs":[{"name":"image","shape":[0],"datatype":"BYTES","data":[]}]}"#, nil),
                (#"{"inputs":[{"name":"image","shape":[-1],"datatype":"BYTES","data":[]}]}"#, nil),
                (#"{"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","data":["AAAA"]}]}"#, nil),
                (#"{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["AAAA"]}]}"#, nil),
                (
                    #"{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":99}}]}"#,
                    [1, 2]
                ),
                (
                    #"{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":-1}}]}"#,
                    [1, 2]
                ),
                (
                    #"{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":4}}]}"#,
                    [255, 255, 255, 255]
                ),
                (
                    #"{"inputs":[{"name":"pixels","shape":[1,9223372036854775807,9223372036854775807,3],"datatype":"UINT8","data":[1]}]}"#,
                    nil
                ),
                (#"{"inputs":[{"name":"pixels","shape":[1,2,2,3],"datatype":"UINT8","data":[1]}]}"#, nil),
                (#"{"inputs":[{"name":"pixels","shape":[1,1,1,3],"datatype":"UINT8","data":[1,256,0.5]}]}"#, nil),
                (#"{"inputs":[{"name":"input","shape":[1,20,16,3],"datatype":"FP32","data":[1]}]}"#, nil),
                (#"{"inputs":[{"name":"input","shape":[1,16,20,3],"datatype":"FP32","data":["a"]}]}"#, nil),
                (
                    #"{"inputs":[{"name":"input","shape":[1,16,20,3],"datatype":"FP32","parameters":{"binary_data_size":3840}}]}"#,
                    (0..<960).flatMap { _ in [0, 0, 0x80, 0x7F] as [UInt8] }  // infinities
                ),
                (#"{"inputs":[{"name":"input","shape":[99999999,16,20,3],"datatype":"FP32","data":[]}]}"#, nil),
                (String(repeating: "[", count: 5000), nil),
            ] as [(String, [UInt8]?)] {
                let answer = try await Self.infer(json, binary: binary, port: port)
                #expect([400, 413, 415].contains(answer.status), "\(json.prefix(100)): \(answer.status)")
                #expect(try answer.json()["error"] is String)
            }
            let beyond = try await request(
                "POST", "/v2/models/parts/infer", port: port,
                headers: ["Inference-Header-Content-Length": "-5"], body: [1])
            #expect(beyond.status == 400)
        }
    }
}
