import Ocellus

/// What `--profile` shows: the host's sections, totals by kind of operation, then each operation.
extension Profile {
    /// Tables, with totals first.
    func text(isTerminal: Bool) -> String {
        var parts = [
            "\(samples) samples a run; \(Terminal.number(milliseconds, digits: 3)) ms in operations, by their medians"
        ]
        if let peak {
            parts[0] +=
                "\nthe device's measured peak: \(Terminal.number(peak.gigaflopsPerSecond, digits: 0)) GFLOP/s, "
                + "\(Terminal.number(peak.gigabytesPerSecond, digits: 1)) GB/s read, "
                + "\(Terminal.number(peak.copiedGigabytesPerSecond, digits: 1)) GB/s copied"
        }
        if let idle {
            parts[0] += "\nthe device waited for the host \(Terminal.percent(idle)) of the time"
        }
        if !host.isEmpty {
            var table = Table(["host", "runs", "ms"])
            for row in host { table.add([row.layer, "\(row.runs)", Terminal.number(row.milliseconds, digits: 3)]) }
            parts.append(table.text(isTerminal: isTerminal))
        }
        parts.append(table(totals, isTotal: true).text(isTerminal: isTerminal))
        parts.append(table(operations, isTotal: false).text(isTerminal: isTerminal))
        return parts.joined(separator: "\n\n")
    }

    private func table(_ rows: [Row], isTotal: Bool) -> Table {
        var table = Table(
            ["operation", "algorithm", isTotal ? "count" : "layer", "ms", "share"]
                + (rows.contains { $0.busy != nil } ? ["busy"] : []) + ["GFLOP/s", "GB/s"]
                + (peak == nil ? [] : ["of peak", "bound"]) + (isTotal ? [] : ["shape"]), lastIsText: !isTotal)
        for row in rows {
            var cells = [
                row.operation, row.algorithm, row.layer, Terminal.number(row.milliseconds, digits: 3),
                Terminal.percent(row.share),
            ]
            if let busy = row.busy { cells.append(Terminal.percent(busy)) }
            cells += [
                Terminal.number(row.gigaflopsPerSecond, digits: 1), Terminal.number(row.gigabytesPerSecond, digits: 1),
            ]
            if let part = row.partOfPeak, let bound = row.bound { cells += [Terminal.percent(part), bound.rawValue] }
            if !isTotal { cells.append(row.shape) }
            table.add(cells)
        }
        return table
    }
}
