public import Metrics
import Synchronization

/// Metrics of a process that are read as Prometheus' text format (version 0.0.4). What is measured goes through swift-metrics, so
/// that another back end can take its place.
///
/// A counter becomes a counter, a meter and a recorder that does not aggregate a gauge, a timer a histogram of seconds, any other
/// recorder a histogram. Dots and dashes in names become underscores.
public final class PrometheusMetrics: MetricsFactory {
    private let families = Mutex<[String: PrometheusFamily]>([:])

    /// Nothing measured yet.
    public init() {}

    /// Says what a metric is, which the text repeats, and which upper bounds its histogram has.
    public func describe(_ label: String, _ help: String, bounds: [Double]? = nil) {
        families.withLock {
            let family = $0[Self.name(label)] ?? PrometheusFamily()
            family.help = help
            if let bounds { family.bounds = bounds }
            $0[Self.name(label)] = family
        }
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, .counter, dimensions) { _ in PrometheusCounter() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, .gauge, dimensions) { _ in PrometheusGauge() }
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? series(label, .histogram, dimensions) { PrometheusHistogram(bounds: $0.bounds) }
            : series(label, .gauge, dimensions) { _ in PrometheusGauge() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, .histogram, dimensions) { PrometheusHistogram(bounds: $0.bounds) }
    }

    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func series<Series: PrometheusSeries>(
        _ label: String, _ kind: PrometheusFamily.Kind, _ dimensions: [(String, String)],
        _ make: (PrometheusFamily) -> Series
    ) -> Series {
        families.withLock { families in
            var name = Self.name(label)
            // One name has one kind in Prometheus.
            if let other = families[name]?.kind, other != kind { name += "_\(kind)" }
            let family = families[name] ?? PrometheusFamily()
            families[name] = family
            family.kind = kind
            let labels = Self.labels(dimensions)
            if let known = family.series[labels] as? Series { return known }
            let new = make(family)
            family.series[labels] = new
            return new
        }
    }

    /// All that was measured, sorted by name.
    public var text: String {
        families.withLock { families in
            var text = ""
            for (name, family) in families.sorted(by: { $0.key < $1.key }) {
                guard let kind = family.kind, !family.series.isEmpty else { continue }
                text += "# HELP \(name) \(Self.escaped(family.help ?? name, quotes: false))\n# TYPE \(name) \(kind)\n"
                for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                    series.write(name, labels, to: &text)
                }
            }
            return text
        }
    }

    /// `ocellus.batch-size` as `ocellus_batch_size`.
    private static func name(_ label: String) -> String {
        let letters = label.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ":": Character(scalar)
            default: "_"
            }
        }
        return (letters.first?.isNumber ?? true ? "_" : "") + String(letters)
    }

    /// As `class="bolt",model="parts"`.
    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }
            .map { "\(name($0.0))=\"\(escaped($0.1, quotes: true))\"" }.joined(separator: ",")
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
