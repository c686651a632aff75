import OcellusGraph

/// How one case went on one device.
struct OperationReport {
    let test: OperationCase
    let layout: OperandLayout
    /// The normalised mean square error; nil where there was no result.
    var error: Double?
    /// What is wrong, if anything.
    var failure: String?

    /// Runs every case of an operation that the device supports and has time for, in every layout that makes a
    /// difference. Only what is made by fusion may be unsupported.
    @DeviceActor static func all(of type: any TestedOperation.Type, on device: TestedDevice) throws -> [OperationReport]
    {
        let backend = try device.backend()
        var reports: [OperationReport] = []
        var supported: [OperationCase] = []
        for test in type.allCases {
            let inputs = test.inputs.map(\.description)
            if backend.supports(test.operation, inputs: inputs, outputs: try test.operation.outputs(for: inputs)) {
                supported.append(test)
            } else if !test.operation.mayBeUnsupported {
                reports.append(OperationReport(test: test, layout: .separate, failure: "is not supported"))
            }
        }
        return try device.affordable(supported).reduce(into: reports) { $0 += try Self.reports(on: $1, device) }
    }

    /// Runs cases of an operation with activations stored in fewer bits, in every form that the device supports.
    @DeviceActor static func all(
        of type: any TestedOperation.Type, on device: TestedDevice, storing elementType: ElementType
    ) throws -> [OperationReport] {
        let backend = try device.backend()
        let supported = try type.allCases.flatMap { test in
            try ActivationStorageForm.forms(of: elementType).compactMap { form -> OperationCase? in
                var test = test
                let floats = (test.inputDescriptions, try test.outputDescriptions())
                test.storage = form
                let (inputs, outputs) = (test.inputDescriptions, try test.outputDescriptions())
                // Without activations the case is the same as in FP32.
                guard floats != (inputs, outputs) else { return nil }
                return backend.supports(test.operation, inputs: inputs, outputs: outputs) ? test : nil
            }
        }
        return try device.sampled(supported, most: 6).reduce(into: []) { $0 += try reports(on: $1, device) }
    }

    /// Runs the cases of a product on matrix units, with activations as floats, and as they are stored in that precision.
    @DeviceActor static func all(
        of type: any TestedOperation.Type, on device: TestedDevice, multiplying precision: Precision
    ) throws -> [OperationReport] {
        let backend = try device.backend()
        let forms =
            precision == .tf32 ? [] : [ActivationStorageForm.all(precision.storage), .inputs(precision.storage)]
        // Form after form, so that the few that there is time for are of each.
        let supported = try ([.floats] + forms).flatMap { form in
            try type.allCases.compactMap { test -> OperationCase? in
                var test = test
                test.storage = form
                test.factors = precision
                let (inputs, outputs) = (test.inputDescriptions, try test.outputDescriptions())
                return backend.supports(test.operation, inputs: inputs, outputs: outputs) ? test : nil
            }
        }
        return try device.affordable(supported, most: 1).reduce(into: []) { $0 += try reports(on: $1, device) }
    }

    @DeviceActor private static func reports(on test: OperationCase, _ device: TestedDevice) throws -> [OperationReport]
    {
        let expected = try test.expected()
        return (device.isSimulated ? [.separate] : test.layouts).map { layout in
            var report = OperationReport(test: test, layout: layout)
            do {
                let runner = try CaseRunner(device.backend(), test, layout, isSimulated: device.isSimulated)
                report.error = try test.error(of: runner.run(), expecting: expected)
                if let error = report.error, !(error <= test.storage.tolerance) {
                    report.failure = "its NMSE is \(Float(error))"
                }
            } catch {
                report.failure = "\(error)"
            }
            if let complaints = device.newComplaints() { report.failure = complaints }
            return report
        }
    }
}

extension OperationCase {
    /// The layouts that make a difference for the operation.
    var layouts: [OperandLayout] {
        var layouts = [OperandLayout.separate]
        if operation.inPlace != nil { layouts.append(.inPlace) }
        let hasWeights = inputs.contains { !$0.description.isBatched }
        if hasWeights, inputs[0].description.isBatched, operation.mutatedInputs.isEmpty {
            layouts.append(.constantWeights)
        }
        return layouts
    }
}
