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
