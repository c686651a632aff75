import Foundation
import Testing

@Suite("The command", .serialized)
struct CommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let made = try Command.run("demo-data", folder("parts"), "--images", "10", "--size", "48", in: folder)
        #expect(made.code == 0)
    }

    private func json(_ line: Substring?) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data((line ?? "").utf8))
        return try #require(object as? [String: Any])
    }

    @Test("train, evaluate and predict from a folder to answers")
    func wholeWay() throws {
        let trained = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "2", "--batch", "8",
            "--device", "cpu", "--json", in: folder)
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(trained.lines.count == 3)
        #expect(try json(trained.lines.first)["epoch"] != nil)
        let test = try #require(json(trained.lines.last)["test"] as? [String: Any])
        for name in ["run.json", "split.csv", "metrics.csv", "model/model.json", "model/weights.safetensors"] {
            #expect(FileManager.default.fileExists(atPath: folder("run/" + name)), "\(name)")
        }
        let metrics = try String(contentsOfFile: folder("run/metrics.csv"), encoding: .utf8)
        #expect(metrics.split(separator: "\n").count == 3)

        let evaluated = try Command.run(
            "evaluate", folder("run/model"), folder("parts"), "--split", "test", "--json", "--device", "cpu", in: folder
        )
        #expect(evaluated.code == 0, "\(evaluated.errors)")
        let result = try json(evaluated.lines.first)
        #expect(result["images"] as? Int == test["images"] as? Int)
        #expect(result["accuracy"] as? Double == test["accuracy"] as? Double)
        #expect(result["classes"] as? [String] == ["bolts", "nuts", "washers"])
        let confusion = try #require(result["confusion"] as? [[Int]])
        #expect(confusion.joined().reduce(0, +) == result["images"] as? Int)

        let all = try Command.run("evaluate", folder("run/model"), folder("parts"), "--device", "cpu", in: folder)
        #expect(all.code == 0 && all.errors.contains("were trained on"))
        #expect(all.output.contains("accuracy") && !all.output.contains("\u{1B}"))

        let pictures = try FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).sorted()
        let files = pictures.prefix(2).map { folder("parts/nuts/" + $0) }
        let predicted = try Command.run(
            "predict", folder("run/model"), files[0], files[1], "--top", "2", "--json", in: folder)
        #expect(predicted.code == 0 && predicted.lines.count == 2)
        let line = try json(predicted.lines.first)
        #expect(line["file"] as? String == files[0])
        #expect((line["top"] as? [[String: Any]])?.count == 2)
        #expect(line["class"] as? String == (line["top"] as? [[String: Any]])?.first?["class"] as? String)

        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder("bad.jpg")))
        let partly = try Command.run("predict", folder("run/model"), folder("bad.jpg"), files[0], in: folder)
        #expect(partly.code == 1 && partly.lines.count == 1)
        #expect(partly.errors.contains("bad.jpg"))

        let again = try Command.run("train", folder("parts"), "--output", folder("run"), in: folder)
        #expect(again.code == 1 && again.errors.contains("exists already"))

        // The same picture twice: nothing that is there is replaced.
        for _ in 0..<2 {
            let explained = try Command.run(
                "explain", folder("run/model"), folder("bad.jpg"), files[0], "--output", folder("maps"), "--class",
                "nuts",
                in: folder)
            #expect(explained.code == 1 && explained.lines.count == 1 && explained.errors.contains("bad.jpg"))
        }
        let picture = URL(fileURLWithPath: files[0]).deletingPathExtension().lastPathComponent
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder("maps")).sorted()
                == ["\(picture).nuts-2.png", "\(picture).nuts.png"])
        let unknown = try Command.run(
            "explain", folder("run/model"), files[0], "--output", folder("maps"), "--class", "screws", in: folder)
        #expect(unknown.code == 64 && unknown.errors.contains("'screws'") && unknown.errors.contains("washers"))
    }

    @Test("a wrong command line is code 64, anything else that fails code 1, and the thing is named")
    func failures() throws {
        let cases: [([String], Int32, String)] = [
            (["train", folder("parts")], 64, "--output"),
            (["train", folder("parts"), "--output", folder("r"), "--device", "quantum"], 64, "quantum"),
            (["train", folder("parts"), "--output", folder("r"), "--split", "80/30/15"], 64, "80/30/15"),
            (["train", folder("nothing"), "--output", folder("r")], 1, "nothing"),
            (["train", folder("parts"), "--output", folder("r"), "--learning-rate=-1"], 1, "learning rate"),
            (["train", folder("parts"), "--output", folder("r"), "--size", "4"], 1, "conv2"),
            (["train", folder("parts"), "--output", folder("r"), "--device", "opencl:nonesuch"], 1, "OpenCL"),
            (["train", folder("parts"), "--output", folder("r"), "--size", "16384"], 1, "smaller pictures"),
            (["train", folder("parts"), "--output", folder("parts/r"), "--size", "32"], 1, "taken for a class"),
            (["train", "--resume", folder("nothing")], 1, "nothing"),
            (["train", "--resume", folder("nothing"), "--precision", "bf16"], 64, "--precision"),
            (["train", folder("parts"), "--output", folder("r"), "--precision", "fp8"], 64, "fp8"),
            (["train", folder("parts"), "--output", folder("r"), "--device", "cpu", "--precision", "fp16"], 1, "fp32"),
            (["bench", "--device", "cpu", "--precision", "tf32"], 1, "tf32"),
            (["train", "--resume", folder("nothing"), "--batch", "3"], 64, "leave out --batch"),
            (["evaluate", folder("nothing"), folder("parts")], 1, "nothing"),
            (["predict", folder("nothing"), "x.jpg"], 1, "nothing"),
            (
                ["import", folder("nothing"), "--network", "resnet18", "--classes", "c", "--output", folder("r")], 1,
                "c:"
            ),
            (["import", folder("nothing"), "--network", "resnet99", "--classes", "c"], 64, "resnet99"),
            (["summary", folder("nothing")], 1, "nothing"),
            (["demo-data", folder("parts")], 1, "parts"),
            (["bench", "--batch", "0"], 64, "--batch"),
            (["bench", "--mode", "training", "--dense-weights", "bf16"], 64, "--dense-weights"),
            (["bench", "--mode", "inference", "--dense-weights", "bf16", "--device", "opencl"], 1, "bf16"),
            (["bench", "gemm", "--size", "0"], 64, "--size"),
            (["bench", "operations", "--products", "0"], 64, "--products"),
            (["tune", "--device", "cpu"], 1, "cpu"), (["tune", "--list", "--export", "x"], 64, "--export"),
            (["tune", "--seconds", "0"], 64, "--seconds"),
            (["train", folder("parts"), "--output", folder("r"), "--tuning", "much"], 64, "--tuning"),
            (["bench", "pipeline", folder("nothing")], 1, "nothing"),
            (["bench", "--profile-trace", folder("nothing/trace.json")], 64, "nothing"),
        ]
        for (arguments, code, words) in cases {
            let (process, _, errors) = try Command.start(arguments, in: folder)
            process.waitUntilExit()
            let text = try String(contentsOfFile: errors, encoding: .utf8)
            #expect(process.terminationStatus == code, "\(arguments): \(text)")
            #expect(text.contains(words), "\(arguments): \(text)")
            #expect(!FileManager.default.fileExists(atPath: folder("r")), "\(arguments) left a folder")
        }
    }

    @Test("bench and devices give JSON")
    func benchAndDevices() throws {
        for mode in ["training", "inference"] {
            let result = try Command.run(
                "bench", "--size", "32", "--batch", "4", "--mode", mode, "--seconds", "0.1", "--device", "cpu",
                "--json", in: folder)
            let line = try json(result.lines.first)
            #expect(line["imagesPerSecond"] as? Double ?? 0 > 0)
            #expect(line["peakMemoryMB"] as? Double ?? 0 > 1 && line["preparationSeconds"] as? Double ?? 0 > 0)
        }
        let product = try Command.run(
            "bench", "gemm", "--size", "65", "--seconds", "0.1", "--device", "cpu", "--json", in: folder)
        #expect(try json(product.lines.first)["gigaflopsPerSecond"] as? Double ?? 0 > 0)
        let pipeline = try Command.run(
            "bench", "pipeline", folder("parts"), "--size", "32", "--batch", "4", "--seconds", "0.1", "--augment",
            "guide", "--json", in: folder)
        let way = try json(pipeline.lines.first)
        #expect(way["imagesPerSecond"] as? Double ?? 0 > 0 && way["isAugmented"] as? Bool == true)
        let devices = try Command.run("devices", "--json", in: folder)
        #expect(try json(devices.lines.first)["option"] as? String == "cpu")
    }

    @Test(
        "a recipe, a file of options and single ones make up a run, whose model is calibrated and tells what to reject")
    func recipes() throws {
        try Data("epochs: 2\nsize: 32\nbatch: 8\nlearning-rate: 0.002\n".utf8).write(
            to: URL(fileURLWithPath: folder("options.yaml")))
        let trained = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--recipe", "standard", "--config",
            folder("options.yaml"),
            "--epochs", "1", "--device", "cpu", in: folder)
        #expect(trained.code == 0, "\(trained.errors)")
        let run = try String(contentsOfFile: folder("run/run.json"), encoding: .utf8)
        for words in [
            "\"recipe\" : \"standard\"", "\"epochs\" : 1", "\"warm-up-epochs\" : \"2.0\"", "\"curve\" : \"cosine\"",
        ] {
            #expect(run.contains(words), "\(words)")
        }
        let model = try String(contentsOfFile: folder("run/model/model.json"), encoding: .utf8)
        #expect(model.contains("\"temperature\""))
        let evaluated = try Command.run(
            "evaluate", folder("run/model"), folder("parts"), "--split", "validation", "--for-precision", "0.1",
            "--device",
            "cpu", in: folder)
        #expect(evaluated.code == 0 && evaluated.output.contains("expected calibration error"), "\(evaluated.errors)")
        #expect(evaluated.output.contains("--reject-below"))
        let picture = try #require(
            FileManager.default.subpaths(atPath: folder("parts"))?.first {
                $0.hasSuffix(".png") || $0.hasSuffix(".jpg")
            })
        let rejected = try Command.run(
            "predict", folder("run/model"), folder("parts/" + picture), "--reject-below", "1", "--json", in: folder)
        #expect(rejected.code == 0 && rejected.output.contains("\"class\":null"), "\(rejected.output)")
        let wrong: [([String], Int32, String)] = [
            (["--recipe", "slow"], 64, "quick"), (["--config", folder("nothing.yaml")], 1, "nothing.yaml"),
            (["--schedule", "step", "--schedule-epochs", "a"], 64, "30,60"), (["--folds", "2"], 1, "3 to 20"),
            (["--clip-norm", "0"], 1, "above 0"), (["--average", "1.5"], 1, "average"),
            (["--accumulate", "0"], 1, "1 or more"),
        ]
        for (options, code, words) in wrong {
            let failed = try Command.run(
                arguments: ["train", folder("parts"), "--output", folder("other"), "--size", "32", "--device", "cpu"]
                    + options,
                in: folder)
            #expect(failed.code == code && failed.errors.contains(words), "\(options) \(failed.code) \(failed.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder("other")))
    }

    @Test("a learning rate is found, drawn and written, folds and a search are run")
    func experiments() throws {
        let usual = ["--size", "24", "--batch", "8", "--device", "cpu"]
        let found = try Command.run(
            arguments: ["find-learning-rate", folder("parts"), "--steps", "40", "--svg", folder("rates.svg")] + usual,
            in: folder)
        #expect(found.code == 0 && found.output.contains("--learning-rate"), "\(found.errors)")
        #expect(try String(contentsOfFile: folder("rates.svg"), encoding: .utf8).hasPrefix("<svg"))
        let again = try Command.run(
            arguments: ["find-learning-rate", folder("parts"), "--svg", folder("rates.svg")] + usual, in: folder)
        #expect(again.code == 64 && again.errors.contains("not overwritten"))
        let folds = try Command.run(
            arguments: ["train", folder("parts"), "--output", folder("folds"), "--folds", "3", "--epochs", "1"] + usual,
            in: folder)
        #expect(folds.code == 0 && folds.output.contains("±"), "\(folds.errors)")
        try Data("optimizer: [adam, sgd]\n".utf8).write(to: URL(fileURLWithPath: folder("space.yaml")))
        let search = try Command.run(
            arguments: [
                "search", folder("parts"), "--space", folder("space.yaml"), "--output", folder("search"), "--trials",
                "2",
                "--epochs", "1",
            ] + usual, in: folder)
        #expect(search.code == 0 && search.output.contains("the best is trial"), "\(search.errors)")
        let resumed = try Command.run("search", "--resume", folder("search"), in: folder)
        #expect(resumed.code == 0 && resumed.output == search.output, "\(resumed.errors)")
    }

    @Test("operations are timed beside the peak, for each network and mode")
    func benchOperations() throws {
        let result = try Command.run(
            "bench", "operations", "--network", "simple", "--size", "24", "--batch", "2", "--products", "64",
            "--seconds", "0.05", "--device", "cpu", "--json", in: folder)
        #expect(result.code == 0, "\(result.errors)")
        let line = try json(result.lines.first)
        #expect((line["peak"] as? [String: Any])?["gigaflopsPerSecond"] as? Double ?? 0 > 0)
        #expect((line["products"] as? [[String: Any]])?.first?["size"] as? Int == 64)
        #expect((line["steps"] as? [[String: Any]])?.count == 2)
        let operations = try #require(line["operations"] as? [[String: Any]])
        let names = operations.compactMap { ($0["operation"] as? [String: Any])?["operation"] as? String }
        #expect(names.contains("pooledConvolution") && names.contains("pooledConvolutionFilterGradient"))
        #expect(!names.contains("adamUpdate"))
        let shown = try Command.run(
            "bench", "operations", "--network", "simple", "--size", "24", "--batch", "2", "--products", "64",
            "--seconds", "0.05", "--mode", "inference", "--device", "cpu", in: folder)
        #expect(shown.output.contains("TFLOP/s") && shown.output.contains("simple, inference"))
    }

    @Test("tune finds kernels, lists them, and carries them to another machine")
    func tune() throws {
        let devices = try Command.run("devices", "--json", in: folder).lines.map(json)
        let options = devices.compactMap { $0["option"] as? String }
        guard let device = options.first(where: { $0 != "cpu" && !$0.contains("oclgrind") }) else { return }
        let here = ["OCELLUS_CACHE": folder("cache")]
        let small = ["--size", "20", "--batch", "2", "--mode", "inference", "--seconds", "20"]
        func tune(_ arguments: [String], _ environment: [String: String]) throws -> (code: Int32, output: String) {
            let (process, output, _) = try Command.start(
                ["tune", "--device", device] + arguments, in: folder, environment: environment)
            process.waitUntilExit()
            return (process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8))
        }
        let found = try tune(small + ["--json"], here)
        #expect(found.code == 0)
        let entries = try #require(json(found.output.split(separator: "\n").first)["entries"] as? [String: Any])
        #expect(entries.keys.contains { $0.hasPrefix("pooledConvolution ") && $0.hasSuffix("N 2") })
        #expect(try tune(["--list"], here).output.contains("pooledConvolution "))
        #expect(try tune(["--export", folder("tuned.json")], here).code == 0)
        #expect(try tune(["--export", folder("tuned.json")], here).code == 1)
        #expect(try tune(["--import", folder("tuned.json")], here).code == 0)
        #expect(try tune(["--import", folder("parts")], here).code == 1)
        #expect(try !tune(["--list"], here).output.contains("imported"))
    }

    @Test("networks are listed, and weights of others become a model")
    func importing() throws {
        let networks = try Command.run("networks", "--json", "--size", "64", in: folder)
        let names = try networks.lines.map { try json($0)["name"] as? String }
        #expect(names.contains("resnet18") && names.contains("mobilenet_v2"))
        let summary = try Command.run("summary", "resnet18", in: folder)
        #expect(summary.output.contains("layer4.1.conv2") && summary.output.contains("11689512"))

        // A model's own weights are a file of weights too.
        let trained = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "1", "--batch", "8",
            "--device", "cpu", in: folder)
        #expect(trained.code == 0, "\(trained.errors)")
        try Data("background\nbolt\nbolt\nwasher\n".utf8).write(to: URL(fileURLWithPath: folder("labels.txt")))
        let arguments = [
            "import", folder("run/model/weights.safetensors"), "--network", "simple", "--size", "32", "--classes",
            folder("labels.txt"), "--preprocessing", "zero-to-one", "--output", folder("models/parts"),
        ]
        let (process, _, errors) = try Command.start(arguments, in: folder)
        process.waitUntilExit()
        let text = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(process.terminationStatus == 0 && text.contains("bolt (2)"), "\(text)")
        let picture = try #require(FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).first)
        let answers = try ["run/model", "models/parts"].map { model in
            let line = try Command.run(
                "predict", folder(model), folder("parts/nuts/" + picture), "--top", "3", "--json", in: folder
            ).lines.first
            let top = try #require(json(line)["top"] as? [[String: Any]])
            return top.compactMap { $0["confidence"] as? Double }
        }
        // The run's model is calibrated: the temperature is no weight.
        let description = try String(contentsOfFile: folder("run/model/model.json"), encoding: .utf8)
        let calibration = try json(description[...])["calibration"] as? [String: Any]
        let temperature = try #require(calibration?["temperature"] as? Double)
        let powers = answers[1].map { pow($0, 1 / temperature) }
        for (answer, power) in zip(answers[0], powers) { #expect(abs(answer - power / powers.reduce(0, +)) < 1e-5) }
        let again = try Command.run("summary", folder("models/parts"), in: folder)
        #expect(again.code == 0 && again.output.contains("dense2"))
    }

    @Test("a model goes out as ONNX and safetensors, and comes back from each to the same answers")
    func exporting() throws {
        let trained = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "1", "--batch", "8",
            "--device", "cpu", in: folder)
        #expect(trained.code == 0, "\(trained.errors)")
        for (format, file) in [("onnx", "parts.onnx"), ("safetensors", "parts.safetensors")] {
            let export = try Command.run(
                "export", folder("run/model"), "--format", format, "--output", folder(file), in: folder)
            #expect(export.code == 0 && export.output.contains("3 classes"), "\(export.errors)")
        }
        // The ONNX file brings its classes and preprocessing along.
        let imported = try Command.run("import", folder("parts.onnx"), "--output", folder("back"), in: folder)
        #expect(imported.code == 0 && imported.output.contains("3 classes"), "\(imported.errors)")
        let picture = try #require(FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).first)
        let answers = try ["run/model", "back"].map { model in
            try json(
                Command.run(
                    "predict", folder(model), folder("parts/nuts/" + picture), "--device", "cpu", "--json", in: folder
                ).lines.first)
        }
        #expect(answers[0]["class"] as? String == answers[1]["class"] as? String)
        let confidences = answers.compactMap { $0["confidence"] as? Double }
        #expect(confidences.count == 2 && abs(confidences[0] - confidences[1]) < 1e-5)

        let wrong = try Command.run(
            "export", folder("run/model"), "--format", "safetensors", "--preprocessing", "--output", folder("x"),
            in: folder)
        #expect(wrong.code == 64 && wrong.errors.contains("--preprocessing"))
        let none = try Command.run("import", folder("none.onnx"), "--output", folder("never"), in: folder)
        #expect(none.code == 1 && none.errors.contains("none.onnx"))
        #expect(!FileManager.default.fileExists(atPath: folder("never")))
    }

    @Test("how pictures are resized is chosen once, and stored with the model")
    func resizing() throws {
        let train = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "1", "--batch", "8",
            "--device", "cpu", "--resizing", "pad", "--pad-color", "114,0,255", "--interpolation", "lanczos", in: folder
        )
        #expect(train.code == 0, "\(train.errors)")
        let model = try Data(contentsOf: URL(fileURLWithPath: folder("run/model/model.json")))
        let stored = try #require(
            (JSONSerialization.jsonObject(with: model) as? [String: Any])?["preprocessing"] as? [String: Any])
        #expect(stored["resizing"] as? String == "pad" && stored["interpolation"] as? String == "lanczos")
        #expect(stored["padColor"] as? [Int] == [114, 0, 255])
        let picture = try #require(FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).first)
        let answer = try Command.run("predict", folder("run/model"), folder("parts/nuts/" + picture), in: folder)
        #expect(answer.code == 0, "\(answer.errors)")

        for (options, complaint) in [
            (["--resizing", "stretch", "--pad-color", "1,2,3"], "--resizing pad"),
            (["--resizing", "pad", "--pad-color", "1,2,256"], "--pad-color"),
            (["--shorter-side", "40"], "center-crop"), (["--interpolation", "cubic"], "bicubic"),
        ] {
            let (process, _, errors) = try Command.start(
                ["train", folder("parts"), "--output", folder("never"), "--size", "32"] + options, in: folder)
            process.waitUntilExit()
            let text = try String(contentsOfFile: errors, encoding: .utf8)
            #expect(process.terminationStatus == 64 && text.contains(complaint), "\(options): \(text)")
        }
        let short = try Command.run(
            "train", folder("parts"), "--output", folder("never"), "--size", "32", "--resizing", "center-crop",
            "--shorter-side", "20", in: folder)
        #expect(short.code == 1 && short.errors.contains("shorterSide"), "\(short.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder("never")))
    }

    @Test("weights that were trained on other pictures are trained on these, in two stages")
    func transfer() throws {
        let based = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "1", "--batch", "8",
            "--device", "cpu", in: folder)
        #expect(based.code == 0, "\(based.errors)")
        for name in ["nuts", "washers"] {
            try FileManager.default.createDirectory(atPath: folder("two"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: folder("parts/" + name), toPath: folder("two/" + name))
        }
        let (model, weights) = (folder("run/model"), folder("run/model/weights.safetensors"))
        let common = ["--head-epochs", "3", "--fine-tune-epochs", "1", "--batch", "8", "--device", "cpu", "--json"]
        for (output, arguments) in [
            ("from-model", ["--weights", model]),
            ("from-file", ["--weights", weights, "--network", "simple", "--size", "32", "--freeze", "dense1"]),
        ] {
            let (process, lines, errors) = try Command.start(
                ["train", folder("two"), "--output", folder(output)] + arguments + common, in: folder,
                environment: ["OCELLUS_CACHE": folder("cache")])
            process.waitUntilExit()
            let text = try String(contentsOfFile: errors, encoding: .utf8)
            #expect(process.terminationStatus == 0, "\(text)")
            #expect(text.contains("its head for 3 classes is left out for a new one for 2"), "\(text)")
            #expect(text.contains("stage 1 of 2: the head alone, 3 epochs") && text.contains("stage 2 of 2"), "\(text)")
            let epochs = try String(contentsOfFile: lines, encoding: .utf8).split(separator: "\n")
            #expect(epochs.count == 5)
            let run = try json(Substring(String(contentsOfFile: folder(output + "/run.json"), encoding: .utf8)))
            let options = try #require(run["options"] as? [String: Any])
            #expect((options["transfer"] as? [String: Any])?["headEpochs"] as? Int == 3)
            #expect((run["weights"] as? [String: Any])?["path"] as? String == weights)
            let evaluated = try Command.run(
                "evaluate", folder(output + "/model"), folder("two"), "--split", "test", "--json", in: folder)
            #expect(evaluated.code == 0, "\(evaluated.errors)")
        }
        #expect(FileManager.default.fileExists(atPath: folder("cache/features")))

        try Data([0x80, 0x02, 0x8A]).write(to: URL(fileURLWithPath: folder("weights.pth")))
        let failures: [([String], Int32, String)] = [
            (["--freeze", "none"], 64, "give --weights"),
            (["--weights", model, "--epochs", "3"], 64, "--head-epochs"),
            (["--weights", folder("weights.pth"), "--network", "simple"], 1, "save_file"),
            (["--weights", folder("nothing"), "--network", "simple"], 1, "nothing"),
            (["--weights", weights], 1, "give --network"),
            (["--weights", weights, "--network", "resnet18"], 1, "missing"),
            (["--weights", model, "--network", "simple"], 1, "leave that out"),
            (["--weights", model, "--freeze", "dense7"], 1, "conv1, pool1, conv2, pool2, flatten, dense1, dense2"),
            (["--weights", model, "--freeze", "all", "--head-epochs", "0"], 1, "nothing is trained"),
            (["--weights", model, "--freeze", "all", "--fine-tune-epochs", "2"], 1, "nothing to fine-tune"),
            (["--weights", model, "--layer-decay", "2"], 1, "layer decay"),
        ]
        for (arguments, code, words) in failures {
            let (process, _, errors) = try Command.start(
                ["train", folder("two"), "--output", folder("r")] + arguments, in: folder)
            process.waitUntilExit()
            let text = try String(contentsOfFile: errors, encoding: .utf8)
            #expect(process.terminationStatus == code && text.contains(words), "\(arguments): \(text)")
            #expect(!FileManager.default.fileExists(atPath: folder("r")), "\(arguments) left a folder")
        }
    }

    @Test("a profile names each operation and when it ran, for each subcommand that computes")
    func profile() throws {
        let bench = try Command.run(
            "bench", "--size", "32", "--batch", "4", "--seconds", "0.1", "--device", "cpu", "--json", "--profile",
            "--profile-trace", folder("bench.json"), in: folder)
        let profile = try json(bench.lines.last)
        let operations = try #require(profile["operations"] as? [[String: Any]])
        #expect(operations.contains { $0["operation"] as? String == "joinedUpdates" })
        #expect(operations.contains { $0["operation"] as? String == "pooledConvolution" })
        let milliseconds = operations.compactMap { $0["milliseconds"] as? Double }
        #expect(milliseconds == milliseconds.sorted(by: >) && milliseconds[0] > 0)

        let train = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "2", "--batch", "8",
            "--device", "cpu", "--profile", in: folder)
        #expect(train.errors.contains("wait for pictures") && train.errors.contains("pooledConvolutionFilterGradient"))

        let picture = try #require(FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).first)
        let predict = try Command.run(
            "predict", folder("run/model"), folder("parts/nuts/" + picture), "--profile", "--profile-trace",
            folder("predict.json"), in: folder)
        #expect(predict.lines.count == 1)
        #expect(predict.errors.contains("decode") && predict.errors.contains("softmax"))

        for file in ["bench.json", "predict.json"] {
            let trace = try json(Substring(String(contentsOfFile: folder(file), encoding: .utf8)))
            let events = try #require(trace["traceEvents"] as? [[String: Any]]).filter { $0["ph"] as? String == "X" }
            #expect(events.contains { $0["name"] as? String == "conv1" })
            for (row, events) in Dictionary(grouping: events, by: { $0["tid"] as? Int }) {
                let ends = events.compactMap { event in
                    (event["ts"] as? Double).flatMap { start in (event["dur"] as? Double).map { start + $0 } }
                }
                #expect(row != nil && ends.count == events.count && ends == ends.sorted())
            }
        }
    }

    @Test("Ctrl-C ends with everything saved, and the run resumes to the bits of one that was not stopped")
    func interrupt() throws {
        func arguments(_ run: String) -> [String] {
            [
                "train", folder("parts"), "--output", run, "--size", "48", "--epochs", "30", "--batch", "4", "--device",
                "cpu", "--augment", "guide",
            ]
        }
        let whole = try Command.start(arguments(folder("whole")), in: folder).0
        whole.waitUntilExit()
        #expect(whole.terminationStatus == 0)
        let stopped = try Command.start(arguments(folder("stopped")), in: folder).0
        while !FileManager.default.fileExists(atPath: folder("stopped/checkpoint.safetensors")), stopped.isRunning {
            usleep(2000)
        }
        stopped.interrupt()
        stopped.waitUntilExit()
        #expect(stopped.terminationStatus == 130 || stopped.terminationStatus == 0)
        #expect(try Command.run("train", "--resume", folder("stopped"), in: folder).code == 0)
        #expect(try weights("stopped") == weights("whole"))
    }

    @Test("doctor says what OpenCL lacks, and fails only for what is there and broken")
    func doctor() throws {
        let vendors = folder("vendors")
        try FileManager.default.createDirectory(atPath: vendors, withIntermediateDirectories: true)
        let absent = try Command.run("doctor", in: folder, environment: ["OCL_ICD_VENDORS": vendors])
        #expect(absent.code == 0, "\(absent.errors)")
        #expect(absent.output.contains("no .icd file in \(vendors)"))
        #expect(absent.output.contains("Ocellus computes on the CPU"))

        try Data("/nowhere/libdriver.so\n".utf8).write(to: URL(fileURLWithPath: vendors + "/a.icd"))
        let broken = try Command.run("doctor", "--json", in: folder, environment: ["OCL_ICD_VENDORS": vendors])
        #expect(broken.code == 1)
        let report = try #require(JSONSerialization.jsonObject(with: Data(broken.output.utf8)) as? [String: Any])
        let findings = try #require(report["findings"] as? [[String: Any]])
        #expect(findings.contains { $0["subject"] as? String == "driver a.icd" && $0["state"] as? String == "broken" })
    }

    @Test("a run killed at any moment leaves no model or a whole one, and resumes to the same bits")
    func kill() throws {
        func arguments(_ run: String) -> [String] {
            [
                "train", folder("parts"), "--output", run, "--size", "24", "--epochs", "6", "--batch", "4", "--device",
                "cpu", "--recipe", "standard", "--accumulate", "2", "--mixup", "0.2", "--balance", "sampler",
            ]
        }
        let start = Date()
        let whole = try Command.start(arguments(folder("whole")), in: folder).0
        whole.waitUntilExit()
        let duration = Date().timeIntervalSince(start)
        #expect(whole.terminationStatus == 0)
        // OCELLUS_KILL_ROUNDS=50 for a thorough look.
        let rounds = ProcessInfo.processInfo.environment["OCELLUS_KILL_ROUNDS"].flatMap(Int.init) ?? 8
        for round in 0..<rounds {
            let run = folder("killed\(round)")
            let process = try Command.start(arguments(run), in: folder).0
            usleep(UInt32(duration * (Double(round) + 0.5) / Double(rounds) * 1e6))
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            guard FileManager.default.fileExists(atPath: run) else { continue }
            if FileManager.default.fileExists(atPath: run + "/model") {
                let picture = try #require(FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).first)
                let predicted = try Command.run(
                    "predict", run + "/model", folder("parts/nuts/" + picture), in: folder)
                #expect(predicted.code == 0, "\(predicted.errors)")
            }
            let resumed = try Command.run("train", "--resume", run, in: folder)
            #expect(resumed.code == 0, "\(resumed.errors)")
            #expect(try weights("killed\(round)") == weights("whole"))
        }
    }

    private func weights(_ run: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder(run + "/model/weights.safetensors")))
    }

    @Test("import-labels, split and check")
    func labels() throws {
        var table = "filename,label\n"
        let parts = try #require(FileManager.default.enumerator(atPath: folder("parts")))
        for case let name as String in parts where name.hasSuffix(".jpg") || name.hasSuffix(".png") {
            table += "\(name),\(name.split(separator: "/")[0])\n"
        }
        try table.write(toFile: folder("parts/labels.csv"), atomically: true, encoding: .utf8)
        let imported = try Command.run(
            "import-labels", folder("parts"), "--output", folder("data.csv"), in: folder)
        #expect(imported.code == 0 && imported.errors.contains("CSV (1 file)"), "\(imported.errors)")
        let again = try Command.run("import-labels", folder("parts"), "-o", folder("data.csv"), in: folder)
        #expect(again.code == 1 && again.errors.contains("exists already"))
        let split = try Command.run("split", folder("data.csv"), "--output", folder("split.csv"), in: folder)
        #expect(split.code == 0 && split.lines.count == 4, "\(split.errors)")
        let checked = try Command.run(
            "check", folder("split.csv"), "--json", "--strict", "--report", folder("report.html"), in: folder)
        #expect(checked.code == 0, "\(checked.errors)")
        #expect(try json(checked.lines.first)["classes"] as? [String: Int] == ["bolts": 10, "nuts": 10, "washers": 10])
        #expect(FileManager.default.fileExists(atPath: folder("report.html")))

        try (table + "gone.png,bolt\n").write(toFile: folder("parts/labels.csv"), atomically: true, encoding: .utf8)
        let wrong = try Command.run("import-labels", folder("parts"), "-o", folder("wrong.csv"), in: folder)
        #expect(wrong.code == 1 && wrong.errors.contains("there is no file “gone.png”"))
        #expect(!FileManager.default.fileExists(atPath: folder("wrong.csv")))
        let skipped = try Command.run("import-labels", folder("parts"), "-o", folder("wrong.csv"), "--skip", in: folder)
        #expect(skipped.code == 0)
    }
}
