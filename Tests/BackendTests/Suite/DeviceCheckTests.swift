import Ocellus
import Testing

@Suite("The check of a device that users run")
struct DeviceCheckTests {
    /// What plans in lower precision alone have; it is compared where that is in use.
    private static let ofLowerPrecision = [Convert.name]

    @Test("it has every operation that OpenCL runs")
    func hasEveryOperation() throws {
        let check = try DeviceCheck(usual: .wide, against: CPUBackend()) { _, _ in try CPUBackend() }
        let checked = Set(check.operations.map(\.name) + Self.ofLowerPrecision)
        #expect(testedOperations.filter { $0 is any OpenCLOperation.Type && !checked.contains($0.name) }.isEmpty)
    }
}

extension BackendSuite {
    @Suite("The check of a device's matrix units") @DeviceActor struct MatrixUnitCheckTests {
        /// Minutes of compiling, so that `OCELLUS_TEST_PARAMETERS=all` alone asks for it.
        @Test(
            "units that multiply rightly pass it", .enabled(if: TestedDevice.isComplete),
            arguments: [Precision.tf32, .fp16, .bf16])
        func passes(_ precision: Precision) throws {
            for device in TestedDevice.withMatrixUnits(precision).filter({
                !$0.isSimulated && $0.description.hasSuffix("\(precision)")
            }) {
                let check = try DeviceCheck(usual: .tiled, against: CPUBackend()) { _, choices in
                    #expect(choices == KernelChoices())
                    return try device.backend()
                }
                #expect(check.refusal == nil && !check.choices.avoidsMatrixUnits, "\(check.operations)")
            }
        }
    }
}
