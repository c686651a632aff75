import Foundation
import Testing

@Suite("Augmentation and balance on the command line", .serialized)
struct AugmentationCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        #expect(try Command.run("demo-data", folder("parts"), "--images", "12", "--size", "40", in: folder).code == 0)
        // Three nuts are left of twelve.
        let nuts = try FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).sorted()
        for name in nuts.dropFirst(3) { try FileManager.default.removeItem(atPath: folder("parts/nuts/" + name)) }
    }

    private func run(_ arguments: [String]) throws -> Command.Result {
        let (process, output, errors) = try Command.start(arguments, in: folder)
        process.waitUntilExit()
        return Command.Result(
            code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }

    @Test("augment-preview writes a picture a preset, and never over another", arguments: ["none", "light", "strong"])
    func preview(preset: String) throws {
        let file = folder("grid-\(preset).png")
        let arguments = [
            "augment-preview", folder("parts"), "--output", file, "--augment", preset, "--rows", "3", "--columns", "4",
            "--size", "32", "--json",
        ]
        let made = try run(arguments)
        #expect(made.code == 0, "\(made.errors)")
        let summary = try #require(JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        let rows = try #require(summary["rows"] as? [[String: String]])
        #expect(rows.map { $0["class"] } == ["bolts", "nuts", "washers"])
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        // Width and height stand in PNG's first chunk: 4 × 32 and 3 × 32 with gaps of 4.
        #expect(Array(bytes[16..<24]) == [0, 0, 0, 140, 0, 0, 0, 104])
        let again = try run(arguments)
        #expect(again.code == 1 && again.errors.contains("exists already"))
    }

    @Test("all options of augmentation and balance reach run.json, and a resumed run keeps them")
    func options() throws {
        let trained = try run([
            "train", folder("parts"), "--output", folder("run"), "--size", "24", "--epochs", "1", "--batch", "4",
            "--device", "cpu", "--augment", "strong", "--no-horizontal-flip", "--vertical-flip", "--brightness-range",
            "0.8,1.2", "--channel-shift-range", "10", "--fill-mode", "constant", "--fill-value", "7", "--crop-scale",
            "0.6,1", "--crop-ratio", "1,1", "--jitter-hue", "0.1", "--jitter-contrast", "0.2", "--erasing", "0.3",
            "--policy", "randaugment", "--policy-magnitude", "5", "--mixup", "0.2", "--cutmix", "1", "--balance",
            "weights",
            "--split", "50/25/25",
        ])
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(trained.errors.contains("weights of the classes in the loss: bolts "))
        let data = try Data(contentsOf: URL(fileURLWithPath: folder("run/run.json")))
        let run = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let options = try #require(run["options"] as? [String: Any])
        #expect(options["balance"] as? String == "weights")
        #expect((options["classWeights"] as? [Double])?.count == 3)
        let augmentation = try #require(options["augmentation"] as? [String: Any])
        #expect(augmentation["vertical_flip"] as? Bool == true && augmentation["horizontal_flip"] as? Bool == false)
        #expect((augmentation["policy"] as? [String: Any])?["magnitude"] as? Int == 5)
        #expect((augmentation["color_jitter"] as? [String: Any])?["hue"] as? Double ?? 0 > 0.09)
        #expect(augmentation["cval"] as? Double == 7 && augmentation["cutmix_alpha"] as? Double == 1)
        let resumed = try self.run(["train", "--resume", folder("run"), "--epochs", "2"])
        #expect(resumed.code == 0, "\(resumed.errors)")
    }

    @Test("classes of very different size are told, with what evens them out")
    func imbalance() throws {
        let plain = try run([
            "train", folder("parts"), "--output", folder("plain"), "--size", "24", "--epochs", "1", "--device", "cpu",
            "--split", "50/25/25",
        ])
        #expect(plain.code == 0, "\(plain.errors)")
        #expect(plain.errors.contains("has 12 pictures, “nuts” has 3: 4.0 times as many; --balance weights"))
        let checked = try run(["check", folder("parts")])
        #expect(checked.output.contains("“nuts” has 3: 4.0 times as many"))
    }

    @Test("options that do not go together are refused")
    func refused() throws {
        for (arguments, words) in [
            (["--fill-value", "3"], "--fill-mode constant"), (["--crop-ratio", "1,2"], "--crop-scale"),
            (["--policy-magnitude", "3"], "--policy randaugment"), (["--brightness-range", "2,1"], "2,1"),
            (["--jitter-hue", "0.7"], "hue"), (["--balance", "both"], "both"),
        ] {
            let result = try run(["train", folder("parts"), "--output", folder("r")] + arguments)
            #expect(result.code == 64 && result.errors.contains(words), "\(arguments): \(result.errors)")
        }
        let frozen = try run([
            "train", folder("parts"), "--output", folder("r"), "--weights", "x.safetensors", "--network",
            "mobilenet_v2",
            "--mixup", "0.2",
        ])
        #expect(frozen.code == 1 && frozen.errors.contains("--freeze none"), "\(frozen.errors)")
    }
}
