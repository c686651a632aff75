import Foundation
import OcellusGraph
import Testing

extension BackendSuite {
    @Suite("Parity") @DeviceActor struct ParityTable {
        nonisolated static let path = ProcessInfo.processInfo.environment["OCELLUS_PARITY_TABLE"]

        /// Writes the worst NMSE of each operation on each device as a Markdown table to the file that
        /// `OCELLUS_PARITY_TABLE` names, or to the standard output when that is `-`.
        @Test(.enabled(if: path != nil, "OCELLUS_PARITY_TABLE says where to write the table"))
        func `Write the table`() throws {
            let devices = TestedDevice.all
            var rows = [
                ["operation", "cases"] + devices.map(\.description),
                ["---", "---:"] + devices.map { _ in "---:" },
            ]
            for type in testedOperations {
                let cells = try devices.map { try cell(OperationReport.all(of: type, on: $0)) }
                rows.append([type.name, "\(type.allCases.count)"] + cells)
            }
            let table = rows.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
            if let path = Self.path, path != "-" {
                try table.write(toFile: path, atomically: true, encoding: .utf8)
            } else {
                print(table)
            }
        }

        private func cell(_ reports: [OperationReport]) -> String {
            guard !reports.isEmpty else { return "–" }
            let failures = reports.count { $0.failure != nil }
            if failures > 0 { Issue.record("\(failures) cases of \(reports[0].test.operation.name) failed") }
            let worst = reports.compactMap(\.error).max()
            let error = worst.map { String(format: "%.1e", $0) } ?? ""
            return failures == 0 ? error : "\(failures) of \(reports.count) failed"
        }
    }
}
