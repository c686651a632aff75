import OcellusGraph
import OcellusOpenCL
import Testing

extension BackendSuite {
    @Suite("Kernels of every shape agree with the oracle") @DeviceActor struct ParameterTests {
        @Test(arguments: TestedDevice.forced) func `With each set of parameters`(_ device: TestedDevice) throws {
            for type in testedOperations where type is any TunableOperation.Type {
                for report in try OperationReport.all(of: type, on: device) {
                    guard let failure = report.failure else { continue }
                    Issue.record("\(report.test) (\(report.layout)) on \(device): \(failure)")
                    // One failure of an operation is enough.
                    break
                }
            }
        }
    }
}
