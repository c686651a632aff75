import ArgumentParser
import Ocellus

struct ProductBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemm", abstract: "Time the product of two square matrices.",
        discussion: "The median of products after a warm-up.")

    @Option(help: ArgumentHelp("Rows and columns of each.", valueName: "n"))
    var size: Int = 2048

    @Option(help: ArgumentHelp("Time products for so long.", valueName: "s"))
    var seconds: Double = 5

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(help: "Write one line of JSON.")
    var json = false

    func validate() throws {
        guard 1...16384 ~= size, seconds > 0 else {
            throw ValidationError("--size must be 1 to 16384, and --seconds positive")
        }
    }

    func run() throws {
        let chosen = try device.choose()
        let tuned = try device.tuned(chosen, for: [.product(size: size, on: chosen.backend)])
        let result = try ProductBenchmark(backend: tuned.backend, size: size, seconds: seconds)
        if json { return try Terminal.writeJSON(result) }
        var table = Table(["product", "GFLOP/s", "ms", "device"])
        table.add([
            "\(size)×\(size)×\(size)", Terminal.number(result.gigaflopsPerSecond, digits: 1),
            Terminal.number(result.milliseconds, digits: 2), result.device,
        ])
        Terminal.write(table.text())
    }
}
