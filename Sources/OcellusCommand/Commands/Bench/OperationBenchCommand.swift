import ArgumentParser
import Ocellus

struct OperationBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract:
            "Time matrix products, each convolution and dense layer of networks with their gradients, and whole steps.",
        discussion: """
            The peak is measured first: multiply-adds on registers, and memory. FLOPs are those of an operation's definition, so \
            that Winograd's algorithm, which needs fewer, can get beyond it. On an OpenCL device the kernels are those that \
            'ocellus tune' found, and quick tuning where it has not been run.
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The networks: \(NamedNetwork.allNames), or YAML or JSON files (default: simple).", valueName: "names"))
    var network: [NetworkRequest] = [.named(.simple)]

    @Option(help: ArgumentHelp("Side of the networks' input, in pixels (default: 224).", valueName: "pixels"))
    var size: Int?

    @Option(help: ArgumentHelp("How many classes the networks tell apart.", valueName: "n"))
    var classes: Int = 3

    @Option(help: ArgumentHelp("Pictures a step.", valueName: "n"))
    var batch: Int = 32

    @Option(help: ArgumentHelp("training or inference (default: both).", valueName: "mode"))
    var mode: StepBenchmark.Mode?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Rows and columns of the matrices that are multiplied.", valueName: "n"))
    var products: [Int] = [1024, 2048, 4096]

    @Option(help: ArgumentHelp("Time each thing for so long.", valueName: "s"))
    var seconds: Double = 2

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(help: "Write one line of JSON.")
    var json = false

    func validate() throws {
        guard 1...16384 ~= size ?? 224, 2...65536 ~= classes, 1...65536 ~= batch, seconds > 0,
            products.allSatisfy({ 1...16384 ~= $0 })
        else {
            throw ValidationError(
                "--size, --classes, --batch, --products and --seconds must be positive, and --classes 2 or more")
        }
    }

    func run() throws {
        let chosen = try device.choose()
        Terminal.status("measuring the peak …")
        var result = try OperationBenchmark(backend: chosen.backend, batch: batch)
        for size in products {
            Terminal.status("product of \(size)×\(size) …")
            let tuned = try device.tuned(chosen, for: [.product(size: size, on: chosen.backend)])
            try result.addProduct(size: size, backend: tuned.backend, seconds: seconds)
        }
        for request in network {
            let network = try request.network(size: size, classes: classes)
            for mode in mode.map({ [$0] }) ?? StepBenchmark.Mode.allCases {
                Terminal.status("\(network.name), \(mode.rawValue) …")
                let tuned = try device.tuned(
                    chosen, for: [.steps(network, mode, batch: batch, on: chosen.backend)])
                try result.add(network, mode, backend: tuned.backend, seconds: seconds)
            }
        }
        Terminal.clearStatus()
        if json { return try Terminal.writeJSON(result) }
        Terminal.write(result.text)
    }
}

extension OperationBenchmark {
    /// Tables: products, steps, operations.
    fileprivate var text: String {
        var parts = [device]
        if let peak {
            parts[0] +=
                "\npeak: \(Self.teraflops(peak.gigaflopsPerSecond)) TFLOP/s, "
                + "\(Terminal.number(peak.gigabytesPerSecond, digits: 1)) GB/s read, "
                + "\(Terminal.number(peak.copiedGigabytesPerSecond, digits: 1)) GB/s copied"
        }
        if !products.isEmpty {
            var table = Table(["product", "ms", "TFLOP/s", "of peak"])
            for product in products {
                table.add([
                    "\(product.size)×\(product.size)×\(product.size)", Terminal.number(product.milliseconds, digits: 3),
                    Self.teraflops(product.gigaflopsPerSecond),
                    Self.part(peak.map { product.gigaflopsPerSecond / $0.gigaflopsPerSecond }),
                ])
            }
            parts.append(table.text())
        }
        if !steps.isEmpty {
            var table = Table(["network", "step of \(batch)", "images/s", "ms", "TFLOP/s", "of peak"])
            for step in steps {
                table.add([
                    step.network, step.step.mode.rawValue, Terminal.number(step.step.imagesPerSecond, digits: 1),
                    Terminal.number(step.step.millisecondsPerStep, digits: 2), Self.teraflops(step.gigaflopsPerSecond),
                    Self.part(step.partOfPeak),
                ])
            }
            parts.append(table.text())
        }
        for step in steps {
            let rows = operations.filter { $0.network == step.network && $0.mode == step.step.mode }
            var table = Table(
                [
                    "\(step.network), \(step.step.mode.rawValue)", "layers", "ms", "TFLOP/s", "GB/s", "of peak",
                    "bound",
                    "kernels", "shape",
                ], lastIsText: true)
            for row in rows {
                let operation = row.operation
                table.add([
                    operation.operation, "\(row.count)", Terminal.number(operation.milliseconds, digits: 3),
                    Self.teraflops(operation.gigaflopsPerSecond),
                    Terminal.number(operation.gigabytesPerSecond, digits: 1), Self.part(operation.partOfPeak),
                    operation.bound?.rawValue ?? "–", operation.algorithm, operation.shape,
                ])
            }
            parts.append(table.text())
        }
        return parts.joined(separator: "\n\n")
    }

    private static func teraflops(_ gigaflops: Double) -> String { Terminal.number(gigaflops / 1000, digits: 3) }

    private static func part(_ value: Double?) -> String { value.map(Terminal.percent) ?? "–" }
}
