import Foundation
import OcellusModels

/// Finds the temperature at which a model's probabilities on pictures that it was not trained on have the least cross-entropy.
public enum TemperatureScaling {
    /// Fits a temperature.
    ///
    /// The cross-entropy is convex in 1/T: Newton's method finds its minimum, between bounds that each step narrows. Of n pictures
    /// each counts as its class's for (n + 1) / (n + 2) alone (Platt, 1999), so that a model that is right on all of them is not
    /// taken for one that is never wrong. A temperature that makes no more difference than chance would is left at 1: twice the
    /// likelihood's logarithm rises by 3.84 in one of twenty cases (Wilks, 1938), and on a few hundred pictures such a temperature
    /// is as likely to make confidence worse on others.
    /// - Parameters:
    ///   - probabilities: `[pictures, classes]`, row-major.
    ///   - losses: each picture's cross-entropy, which is exact where its true class's probability is too small for a `Float`.
    ///   - labels: each picture's class.
    /// - Returns: a temperature of `Calibration.temperatures`; 1 without pictures.
    public static func fit(_ probabilities: [Float], losses: [Float], labels: [Int32]) -> Calibration {
        guard !labels.isEmpty else { return Calibration(temperature: 1) }
        let classes = probabilities.count / labels.count
        let logits = labels.indices.map { picture in
            var row = probabilities[picture * classes..<(picture + 1) * classes].map(Calibration.logit)
            row[Int(labels[picture])] = -Double(losses[picture])
            return row
        }
        // What each picture's logits are to be on average.
        let part = 1 / (Double(labels.count) + 2)
        let wanted = zip(logits, labels).map { row, label in
            let own = row[Int(label)]
            return (1 - part) * own + part * (row.reduce(0, +) - own) / Double(max(row.count - 1, 1))
        }
        var (low, high) = (1 / Calibration.temperatures.upperBound, 1 / Calibration.temperatures.lowerBound)
        var inverse = 1.0
        for _ in 0..<100 {
            let (slope, curvature) = derivatives(inverse, logits, wanted)
            if slope > 0 { high = inverse } else { low = inverse }
            let step = curvature > 0 ? inverse - slope / curvature : .nan
            // Where the curve is too flat, or the step too long, the middle.
            let next = step > low && step < high ? step : (low * high).squareRoot()
            let isDone = abs(next - inverse) <= 1e-10 * inverse
            inverse = next
            if isDone { break }
        }
        let gain = meanCrossEntropy(1, logits, wanted) - meanCrossEntropy(inverse, logits, wanted)
        guard 2 * Double(labels.count) * gain > 3.84 else { return Calibration(temperature: 1) }
        return Calibration(temperature: 1 / inverse)
    }

    private static func meanCrossEntropy(_ inverse: Double, _ logits: [[Double]], _ wanted: [Double]) -> Double {
        let sum = zip(logits, wanted).reduce(0.0) { sum, pair in
            let largest = pair.0.max() ?? 0
            let powers = pair.0.reduce(0) { $0 + exp(inverse * ($1 - largest)) }
            return sum + log(powers) + inverse * (largest - pair.1)
        }
        return sum / Double(logits.count)
    }

    /// The first and second derivative of the mean cross-entropy by 1/T.
    private static func derivatives(
        _ inverse: Double, _ logits: [[Double]], _ wanted: [Double]
    ) -> (slope: Double, curvature: Double) {
        var (slope, curvature) = (0.0, 0.0)
        for (row, wanted) in zip(logits, wanted) {
            let largest = row.max() ?? 0
            var (sum, mean, square) = (0.0, 0.0, 0.0)
            for logit in row {
                let weight = exp(inverse * (logit - largest))
                sum += weight
                mean += weight * logit
                square += weight * logit * logit
            }
            mean /= sum
            slope += mean - wanted
            curvature += max(square / sum - mean * mean, 0)
        }
        return (slope / Double(logits.count), curvature / Double(logits.count))
    }
}
