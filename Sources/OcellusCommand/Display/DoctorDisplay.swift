import Ocellus

/// A doctor's report for a person.
struct DoctorDisplay {
    let isVerbose: Bool

    func show(_ doctor: Doctor) {
        for finding in doctor.findings {
            Terminal.write("\(mark(finding.state)) \(finding.subject): \(finding.detail)")
            if let advice = finding.advice { Terminal.write("      → \(advice)") }
        }
        Terminal.write("\(mark(.ok)) CPU: \(doctor.cpu)")
        for device in doctor.devices {
            Terminal.write("")
            show(device)
        }
        if doctor.devices.isEmpty {
            Terminal.write("\nOpenCL has no device here; Ocellus computes on the CPU.")
        }
    }

    private func show(_ device: Doctor.Device) {
        Terminal.write(Terminal.styled("\(device.kind) \(device.name)", .bold))
        Terminal.write("      \(device.platform); driver \(device.driver); \(device.version)")
        Terminal.write(
            "      \(device.computeUnits) compute units, vectors of \(device.vectorWidth); memory "
                + "\(Terminal.gibibytes(device.memoryByteCount)), at most "
                + "\(Terminal.gibibytes(device.maximumBufferByteCount)) in one buffer; local memory "
                + "\(device.localMemoryByteCount >> 10) KiB; groups of at most \(device.maximumWorkGroupSize); computes in "
                + device.precisions.map(\.rawValue).joined(separator: ", "))
        let shown = isVerbose ? device.extensions : device.extensions.filter(Self.telling.contains)
        if !shown.isEmpty { Terminal.write("      has \(shown.joined(separator: " "))") }
        if let check = device.check { show(check, device.seconds) }
        if let problem = device.problem {
            let state: Finding.State = device.kind == "device" ? .absent : .broken
            Terminal.write("\(mark(state)) it is not used: \(problem)")
        }
    }

    /// Extensions that change what Ocellus can do, or how fast.
    private static let telling: Set<String> = [
        "cl_khr_fp16", "cl_khr_subgroups", "cl_intel_subgroups", "cl_khr_integer_dot_product",
        "cl_nv_device_attribute_query",
    ]

    private func show(_ check: DeviceCheck, _ seconds: Double) {
        let failures = check.operations.filter { $0.failure != nil }
        let worst = check.operations.map(\.worstError).max() ?? 0
        let took = "\(Terminal.number(seconds, digits: 1)) s"
        if failures.isEmpty {
            Terminal.write(
                "\(mark(.ok)) \(check.operations.count) operations agree with the CPU (normalised squared error at most "
                    + "\(scientific(worst))), in \(took)")
        } else {
            Terminal.write(
                "\(mark(.broken)) \(failures.count) of \(check.operations.count) operations fail, in \(took)")
        }
        let rows = isVerbose ? check.operations : failures
        guard !rows.isEmpty else { return }
        var table = Table(
            ["operation", "kernels", "shapes", "error", "failure of the usual kernels"], lastIsText: true)
        for operation in rows {
            table.add([
                operation.name, operation.kernels?.rawValue ?? "none", "\(operation.shapes)",
                scientific(operation.worstError), operation.failure ?? "",
            ])
        }
        Terminal.write(table.text())
    }

    private func scientific(_ value: Double) -> String { value.isFinite ? Terminal.scientific(value) : "∞" }

    private func mark(_ state: Finding.State) -> String {
        switch state {
        case .ok: Terminal.styled(" ok ", .green)
        case .absent: Terminal.styled(" –  ", .dim)
        case .broken: Terminal.styled("FAIL", .red)
        }
    }
}
