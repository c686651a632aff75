import CoreMetrics
import Synchronization

/// All series of one name. For who holds the lock of its `PrometheusMetrics`.
final class PrometheusFamily: @unchecked Sendable {
    enum Kind: String, CustomStringConvertible {
        case counter, gauge, histogram
        var description: String { rawValue }
    }

    var kind: Kind?
    var help: String?
    /// Upper bounds of a histogram's buckets: seconds, unless described otherwise.
    var bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    var series: [String: any PrometheusSeries] = [:]
}

/// One name with one set of labels.
protocol PrometheusSeries: AnyObject, Sendable {
    func write(_ name: String, _ labels: String, to text: inout String)
}

extension PrometheusSeries {
    fileprivate func line(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }
}

/// What only grows.
final class PrometheusCounter: PrometheusSeries, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(max(0, amount), ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += line(name, labels, "\(value.load(ordering: .relaxed))")
    }
}

/// What goes up and down.
final class PrometheusGauge: PrometheusSeries, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += line(name, labels, value.withLock { "\($0)" })
    }
}

/// How often a value was at most each of some bounds.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    private struct State {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[place] += 1
            $0.sum += value
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var count = 0
        for (place, bound) in (bounds.map { "\($0)" } + ["+Inf"]).enumerated() {
            count += counts[place]
            let edge = "le=\"\(bound)\""
            text += line("\(name)_bucket", labels.isEmpty ? edge : "\(labels),\(edge)", "\(count)")
        }
        text += line("\(name)_sum", labels, "\(sum)") + line("\(name)_count", labels, "\(count)")
    }
}
