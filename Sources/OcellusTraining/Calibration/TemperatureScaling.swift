import Foundation
import OcellusModels

/// Finds the temperature at which a model's probabilities on pictures that it was not trained on have the least cross-entropy.
public enum TemperatureScaling {
    /// Fits a temperature.
    ///
    /// The cross-entropy is convex in 1/T: Newton's method finds its minimum, between bounds that each step narrows.
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
        var (low, high) = (1 / Calibration.temperatures.upperBound, 1 / Calibration.temperatures.lowerBound)
        var inverse = 1.0
        for _ in 0..<100 {
            let (slope, curvature) = derivatives(inverse, logits, labels)
            if slope > 0 { high = inverse } else { low = inverse }
            let step = curvature > 0 ? inverse - slope / curvature : .nan
            // Where the curve is too flat, or the step too long, the middle.
            let next = step > low && step < high ? step : (low * high).squareRoot()
            let isDone = abs(next - inverse) <= 1e-10 * inverse
            inverse = next
            if isDone { break }
        }
        return Calibration(temperature: 1 / inverse)
    }

    /// The first and second derivative of the mean cross-entropy by 1/T.
    private static func derivatives(
        _ inverse: Double, _ logits: [[Double]], _ labels: [Int32]
    ) -> (slope: Double, curvature: Double) {
        var (slope, curvature) = (0.0, 0.0)
        for (row, label) in zip(logits, labels) {
            let largest = row.max() ?? 0
            var (sum, mean, square) = (0.0, 0.0, 0.0)
            for logit in row {
                let weight = exp(inverse * (logit - largest))
                sum += weight
                mean += weight * logit
                square += weight * logit * logit
            }
            mean /= sum
            slope += mean - row[Int(label)]
            curvature += max(square / sum - mean * mean, 0)
        }
        return (slope / Double(labels.count), curvature / Double(labels.count))
    }
}
