#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A point or direction in the plane of the belt: x to the right, y down.
typealias Point = SIMD2<Float>
/// A direction in space (z towards the camera), or a colour in linear light.
typealias Vector = SIMD3<Float>

func dot(_ a: Point, _ b: Point) -> Float { a.x * b.x + a.y * b.y }
func dot(_ a: Vector, _ b: Vector) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }
func length(_ a: Point) -> Float { dot(a, a).squareRoot() }
func normalized(_ a: Vector) -> Vector { a / max(1e-6, dot(a, a).squareRoot()) }
func direction(_ angle: Float) -> Point { Point(cos(angle), sin(angle)) }

func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }
func mix(_ a: Vector, _ b: Vector, _ t: Float) -> Vector { a + (b - a) * t }

/// 0 at `from`, 1 at `to`, smooth between.
func smoothstep(_ from: Float, _ to: Float, _ x: Float) -> Float {
    let t = max(0, min(1, (x - from) / (to - from)))
    return t * t * (3 - 2 * t)
}

/// A rotation of the plane.
struct Rotation {
    private let cosine: Float
    private let sine: Float

    init(_ angle: Float) {
        cosine = cos(angle)
        sine = sin(angle)
    }

    func callAsFunction(_ p: Point) -> Point { Point(cosine * p.x - sine * p.y, sine * p.x + cosine * p.y) }
    func inverse(_ p: Point) -> Point { Point(cosine * p.x + sine * p.y, cosine * p.y - sine * p.x) }
}

/// A colour as a screen shows it, turned to linear light (by a gamma of 2, which the camera undoes).
func screenColor(_ red: Float, _ green: Float, _ blue: Float) -> Vector {
    Vector(red * red, green * green, blue * blue)
}

/// Smooth random numbers over the plane: a value at each whole place, blended between.
struct ValueNoise {
    private let key: UInt32

    init(key: UInt32) { self.key = key }

    /// From 0 to 1, changing over distances of about 1.
    func callAsFunction(_ p: Point) -> Float {
        let (x, y) = (p.x.rounded(.down), p.y.rounded(.down))
        let (column, row) = (Int32(max(-1e6, min(1e6, x))), Int32(max(-1e6, min(1e6, y))))
        let (tx, ty) = (smoothstep(0, 1, p.x - x), smoothstep(0, 1, p.y - y))
        return mix(
            mix(value(column, row), value(column + 1, row), tx),
            mix(value(column, row + 1), value(column + 1, row + 1), tx), ty)
    }

    /// Octaves of noise, each twice as fine and half as strong as the one before; from 0 to 1.
    func fractal(_ p: Point, octaves: Int) -> Float {
        var (sum, weight, total, place) = (Float(0), Float(1), Float(0), p)
        for _ in 0..<octaves {
            sum += weight * self(place)
            total += weight
            weight *= 0.5
            place = place * 2.03 + 17.7
        }
        return sum / total
    }

    private func value(_ column: Int32, _ row: Int32) -> Float {
        var h = key ^ UInt32(bitPattern: column) &* 0x9E37_79B1 ^ UInt32(bitPattern: row) &* 0x85EB_CA77
        h = (h ^ h >> 15) &* 0x2C1B_3C6D
        h = (h ^ h >> 12) &* 0x297A_2D39
        return Float((h ^ h >> 15) >> 8) * 0x1p-24
    }
}
