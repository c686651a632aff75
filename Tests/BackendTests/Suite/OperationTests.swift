import OcellusGraph
import OcellusOpenCL
import Testing

extension BackendSuite {
    @Suite("Each operation agrees with the oracle") @DeviceActor struct OperationTests {
        @Test(arguments: TestedDevice.all, OperationKind.all)
        func `On every device`(_ device: TestedDevice, _ kind: OperationKind) throws {
            let reports = try OperationReport.all(of: kind.type, on: device)
            let failures = reports.filter { $0.failure != nil }
            for report in failures.prefix(5) {
                Issue.record("\(report.test) (\(report.layout)) on \(device): \(report.failure ?? "")")
            }
            if failures.count > 5 { Issue.record("\(failures.count) of \(reports.count) cases failed on \(device)") }
        }

        @Test(
            arguments: TestedDevice.all.filter { $0.isOpenCL && (TestedDevice.isComplete || !$0.isSimulated) },
            [ElementType.float16, .bfloat16])
        func `On every OpenCL device, with activations stored in fewer bits`(
            _ device: TestedDevice, _ type: ElementType
        )
            throws
        {
            var narrow: Set<String> = []
            for kind in OperationKind.all {
                let reports = try OperationReport.all(of: kind.type, on: device, storing: type)
                if !reports.isEmpty { narrow.insert(kind.type.name) }
                let failures = reports.filter { $0.failure != nil }
                for report in failures.prefix(3) {
                    Issue.record("\(report.test) (\(report.layout)) on \(device): \(report.failure ?? "")")
                }
            }
            // Losses are computed in FP32 from what is FP32, and what updates weights has nothing to do with activations.
            let floats = [
                Convert.name, Softmax.name, SoftmaxCrossEntropy.name, SoftmaxCrossEntropyGradient.name,
                GradientAccumulation.name, NonFiniteCheck.name, GradientUnscaling.name, GradientNorm.name,
                GradientScale.name, GradientClamp.name, SGDUpdate.name, AdamUpdate.name, RMSPropUpdate.name,
                LAMBUpdate.name, MovingAverage.name, JoinedUpdates.name,
            ]
            let unsupported = testedOperations.filter {
                !($0 is any OpenCLOperation.Type) || device.description.contains("tiled") && $0.isFused
            }.map { $0.name }
            #expect(
                Set(OperationKind.all.map { $0.type.name }).subtracting(narrow).subtracting(floats + unsupported) == [])
        }

        @Test func `Every operation of the graph has cases`() throws {
            let tested = Set(testedOperations.map { $0.name }).union([Reshape.name])
            #expect(try namesInSource().subtracting(tested) == [])
        }
    }
}

/// An operation's type as a test's argument.
struct OperationKind: CustomTestStringConvertible, Sendable {
    let type: any TestedOperation.Type

    /// All, or those that the environment variable `OCELLUS_TEST_OPERATION` names a part of.
    static let all = testedOperations.map { OperationKind(type: $0) }.filter {
        isWanted($0.type.name, by: "OCELLUS_TEST_OPERATION")
    }

    var testDescription: String { type.name }
}
