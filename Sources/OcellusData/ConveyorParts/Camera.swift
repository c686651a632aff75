import OcellusGraph
import OcellusImages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A square picture in linear light.
struct Canvas {
    let size: Int
    private var pixels: [Vector]

    init(size: Int) {
        self.size = size
        pixels = Array(repeating: Vector(), count: size * size)
    }

    subscript(row: Int, column: Int) -> Vector {
        get { pixels[row * size + column] }
        set { pixels[row * size + column] = newValue }
    }

    /// Blurred by a Gaussian; the border's pixels go on beyond it.
    func blurred(sigma: Float) -> Canvas {
        let radius = Int((sigma * 2.5).rounded(.up))
        guard radius > 0 else { return self }
        var weights = (-radius...radius).map { exp(-Float($0 * $0) / (2 * sigma * sigma)) }
        let total = weights.reduce(0, +)
        weights = weights.map { $0 / total }
        var across = self
        var result = self
        for row in 0..<size {
            for column in 0..<size {
                var sum = Vector()
                for (offset, weight) in zip(-radius...radius, weights) {
                    sum += self[row, max(0, min(size - 1, column + offset))] * weight
                }
                across[row, column] = sum
            }
        }
        for row in 0..<size {
            for column in 0..<size {
                var sum = Vector()
                for (offset, weight) in zip(-radius...radius, weights) {
                    sum += across[max(0, min(size - 1, row + offset)), column] * weight
                }
                result[row, column] = sum
            }
        }
        return result
    }
}

/// What a camera adds: exposure, focus, darker corners and noise.
struct Camera {
    private let exposure: Float
    /// The blur's standard deviation in sides of the picture.
    private let blur: Float
    private let vignette: Float
    private let noise: Float

    init(_ random: inout PhiloxSequence) {
        exposure = random.nextUniform(in: 0.75...1.25)
        let focus = random.nextUniform()
        blur = focus * focus * 0.0085
        vignette = random.nextUniform(in: 0...0.9)
        noise = random.nextUniform(in: 0.003...0.027)
    }

    /// The picture as a file holds it.
    func develop(_ canvas: Canvas, _ random: inout PhiloxSequence) -> RGBImage {
        let size = canvas.size
        let blurred = canvas.blurred(sigma: blur * Float(size))
        var samples: [UInt8] = []
        samples.reserveCapacity(size * size * 3)
        for row in 0..<size {
            for column in 0..<size {
                let place = Point(Float(column), Float(row)) / Float(size) - 0.5
                let light = blurred[row, column] * (exposure * (1 - vignette * dot(place, place)))
                for channel in 0..<3 {
                    let value = max(0, light[channel])
                    // Bright light is rolled off rather than cut; the square root is the gamma that `screenColor` assumes.
                    let shown = (value < 0.7 ? value : 0.7 + 0.3 * (1 - exp(-(value - 0.7) / 0.3))).squareRoot()
                    // Two uniform numbers make a triangular one, near enough to a Gaussian for noise.
                    let grain = (random.nextUniform() + random.nextUniform() - 1) * 2 * noise
                    samples.append(UInt8(max(0, min(255, ((shown + grain) * 255).rounded()))))
                }
            }
        }
        return RGBImage(width: size, height: size, pixels: samples)
    }
}
