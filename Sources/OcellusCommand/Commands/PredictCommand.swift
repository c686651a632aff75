import ArgumentParser
import Ocellus

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Say what pictures show.",
        discussion:
            "A line a picture. A picture that cannot be read is reported, the others are still classified, and the exit code is 1. "
            + "Computes on the CPU unless --device says otherwise: a few pictures take less time than a GPU's driver takes to start."
    )

    @Argument(help: "The model's folder, as runs/parts/model.")
    var model: String

    @Argument(help: "Pictures: JPEG, PNG, WebP, GIF, BMP or TIFF files.")
    var files: [String]

    @Option(help: ArgumentHelp("How many classes to name for each.", valueName: "k"))
    var top: Int = 1

    @Option(
        help: ArgumentHelp(
            "A picture whose likeliest class is less probable is rejected: its class is null. See 'evaluate --for-precision'.",
            valueName: "probability"))
    var rejectBelow: Float?

    @Option(
        help: ArgumentHelp(
            "What the CPU keeps dense layers' weights in: bf16 takes longer to start, and less time a picture.",
            valueName: "type"))
    var denseWeights: DenseWeightPrecision = .fp32

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @OptionGroup(title: "Profile")
    var profile: ProfileOptions

    @Flag(help: "Write a line of JSON a picture.")
    var json = false

    func validate() throws {
        if let rejectBelow, !(0...1 ~= rejectBelow) {
            throw ValidationError("--reject-below is \(rejectBelow); it must be 0 to 1")
        }
        if top < 1 { throw ValidationError("--top is \(top); it must be 1 or more") }
    }

    func run() throws {
        // A GPU's driver takes longer to start than a few pictures take on the CPU, so that one is used if asked for.
        let profiler = profile.makeProfiler()
        let chosen = try profiler.measure("open the device") {
            try device.choose(else: .cpu, denseWeights: denseWeights)
        }
        let (loaded, verification) = try profiler.measure("open the model") { try Model.loading(contentsOf: model) }
        let predictor = try profiler.measure("prepare the network") { try Predictor(loaded, backend: chosen.backend) }
        predictor.profiler = profiler
        let display = PredictionDisplay(isJSON: json, rejectBelow: rejectBelow, files: files)
        var failures = 0
        for file in files {
            do {
                let image = try profiler.measure("decode") { try RGBImage.decode(contentsOf: file) }
                let prediction = try predictor.predict(image, top: top)
                try profiler.measure("verify the weights") { try verification.wait() }
                try display.show(file, prediction)
            } catch let error as ImageError {
                failures += 1
                Terminal.fail("\(error)")
            }
        }
        try verification.wait()
        try profile.finish(profiler, on: chosen.backend) {
            Terminal.note($0.text(isTerminal: Terminal.isErrorTerminal))
        }
        if failures > 0 { throw ExitCode.failure }
    }
}
