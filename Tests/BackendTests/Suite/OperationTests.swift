import OcellusGraph
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
