import ArgumentParser
import Ocellus

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what GPUs need here, what is missing, and whether each device computes rightly.",
        discussion: """
            Each operation is run on each OpenCL device and compared with the CPU. Kernels that fail are not used from then \
            on: other ones take their place, or the device is refused. The exit code is 1 when something that is there does \
            not work.
            """)

    @Flag(help: "Write all of it as a line of JSON.")
    var json = false

    @Flag(help: "Show each operation of each device, and all of the device's extensions.")
    var verbose = false

    @Option(help: "In what numbers devices are checked.")
    var precision = Precision.fp32

    func run() throws {
        let doctor = try Doctor(precision: precision) { Terminal.status($0 + " …") }
        Terminal.clearStatus()
        if json {
            try Terminal.writeJSON(doctor)
        } else {
            DoctorDisplay(isVerbose: verbose).show(doctor)
        }
        if !doctor.isWell { throw ExitCode.failure }
    }
}
