import OcellusImages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a picture looks like in the large: 64 bits, one a low frequency of its luminance, and a small copy of it. Re-encoding,
/// resizing and slight changes of brightness turn few bits.
///
/// The hash is the one of the cosine transform (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
/// 2010): the luminance at 32×32, its 8×8 lowest frequencies, each above the median or not.
public struct PerceptualHash: Sendable, Equatable, Codable {
    /// The hash of the picture, and of what it is when it is mirrored and turned: in the order of ``orientations``.
    let hashes: [UInt64]
    /// The luminance at 16×16, row-major.
    let thumbnail: [UInt8]

    static let thumbnailSide = 16
    /// Below this standard deviation of the luminance, of 255, there is nothing to compare.
    private static let leastDeviation: Float = 5
    private static let side = 32
    private static let frequencies = 8

    /// The eight ways to turn and mirror a square: whether rows and columns are exchanged, then whether columns, then rows are
    /// reversed.
    static let orientations: [(isTransposed: Bool, mirrorsColumns: Bool, mirrorsRows: Bool)] = (0..<8).map {
        ($0 & 4 != 0, $0 & 1 != 0, $0 & 2 != 0)
    }

    /// Hashes a picture.
    public init(_ image: RGBImage) {
        let plane = Luminance(image.resized(width: Self.side, height: Self.side))
        let transform = Self.lowFrequencies(plane)
        // A mirrored picture has the same frequencies, the odd ones negated.
        hashes = Self.orientations.map { orientation in
            var values: [Float] = []
            for v in 0..<Self.frequencies {
                for u in 0..<Self.frequencies {
                    let value = transform[
                        orientation.isTransposed ? u * Self.frequencies + v : v * Self.frequencies + u]
                    let isNegated =
                        (orientation.mirrorsColumns && u % 2 == 1) != (orientation.mirrorsRows && v % 2 == 1)
                    values.append(isNegated ? -value : value)
                }
            }
            return Self.bits(values)
        }
        thumbnail = Luminance(image.resized(width: Self.thumbnailSide, height: Self.thumbnailSide)).values.map {
            UInt8(max(0, min(255, $0.rounded())))
        }
    }

    /// Itself; nil for a picture in which there is too little to compare.
    var comparable: PerceptualHash? {
        let count = Float(thumbnail.count)
        let mean = thumbnail.reduce(0) { $0 + Float($1) } / count
        let variance = thumbnail.reduce(0) { $0 + (Float($1) - mean) * (Float($1) - mean) } / count
        return variance >= Self.leastDeviation * Self.leastDeviation ? self : nil
    }

    private static func bits(_ values: [Float]) -> UInt64 {
        // The first one is the brightness, which says nothing of the picture's content.
        let sorted = values.dropFirst().sorted()
        let median = (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
        return values.enumerated().dropFirst().reduce(0) { $1.element > median ? $0 | 1 << UInt64($1.offset) : $0 }
    }

    /// The lowest frequencies of the cosine transform (DCT-II), `[frequencies, frequencies]`, rows vertical.
    private static func lowFrequencies(_ plane: Luminance) -> [Float] {
        var rows = [Float](repeating: 0, count: side * frequencies)
        for y in 0..<side {
            for u in 0..<frequencies {
                var sum: Float = 0
                for x in 0..<side { sum += plane.values[y * side + x] * cosines[u * side + x] }
                rows[y * frequencies + u] = sum
            }
        }
        var result = [Float](repeating: 0, count: frequencies * frequencies)
        for v in 0..<frequencies {
            for y in 0..<side {
                for u in 0..<frequencies {
                    result[v * frequencies + u] += rows[y * frequencies + u] * cosines[v * side + y]
                }
            }
        }
        return result
    }

    private static let cosines: [Float] = (0..<frequencies * side).map { index in
        let (frequency, place) = (index / side, index % side)
        return Float(cos(Double.pi * (Double(place) + 0.5) * Double(frequency) / Double(side)))
    }

    /// The orientation in which the other picture looks like this one; nil when it does in none.
    ///
    /// - Parameters:
    ///   - bits: how many bits of the hash may differ.
    ///   - correlation: how well the small copies must agree, 0…1.
    func resemblance(of other: PerceptualHash, bits: Int, correlation: Float) -> Int? {
        for (index, hash) in other.hashes.enumerated() where (hashes[0] ^ hash).nonzeroBitCount <= bits {
            if agreement(with: other, orientation: index) >= correlation { return index }
        }
        return nil
    }

    /// The correlation (Pearson's) of the small copies, the other one turned and mirrored.
    private func agreement(with other: PerceptualHash, orientation: Int) -> Float {
        let (isTransposed, mirrorsColumns, mirrorsRows) = Self.orientations[orientation]
        let side = Self.thumbnailSide
        var (sumA, sumB, squaresA, squaresB, products): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
        for y in 0..<side {
            for x in 0..<side {
                let column = mirrorsColumns ? side - 1 - x : x
                let row = mirrorsRows ? side - 1 - y : y
                let a = Float(thumbnail[y * side + x])
                let b = Float(other.thumbnail[isTransposed ? column * side + row : row * side + column])
                sumA += a
                sumB += b
                squaresA += a * a
                squaresB += b * b
                products += a * b
            }
        }
        let count = Float(side * side)
        let variances = (squaresA - sumA * sumA / count) * (squaresB - sumB * sumB / count)
        return variances > 0 ? (products - sumA * sumB / count) / variances.squareRoot() : 0
    }
}

/// A picture's luminance, 0…255, row-major (ITU-R BT.601).
struct Luminance {
    let width: Int
    let height: Int
    let values: [Float]

    init(_ image: RGBImage) {
        (width, height) = (image.width, image.height)
        let count = image.width * image.height
        values = image.pixels.withUnsafeBufferPointer { pixels in
            (0..<count).map {
                0.299 * Float(pixels[3 * $0]) + 0.587 * Float(pixels[3 * $0 + 1]) + 0.114 * Float(pixels[3 * $0 + 2])
            }
        }
    }
}
