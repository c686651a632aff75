/// The normalised mean square error Σ(a − b)² / Σb²: 1e-7 is a relative error of 0.03 % of the whole. Infinite where `actual`
/// holds anything but numbers; of an expectation of all zeros, the plain sum of squares.
func normalizedError(_ actual: [Double], _ expected: [Double]) -> Double {
    guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return .infinity }
    let error = zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let energy = expected.reduce(0) { $0 + $1 * $1 }
    return energy > 0 ? error / energy : error
}

/// The most that is allowed in FP32.
let tolerance = 1e-7
