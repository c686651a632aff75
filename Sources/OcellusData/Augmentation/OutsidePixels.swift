/// What output pixels get that read outside of the picture, by the fill modes of SciPy's `affine_transform`: a value where it is
/// `constant`, else a bilinear reading of the picture mirrored or repeated.
struct OutsidePixels {
    let source: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let fill: PictureChange.Fill
    let scale: (Float, Float, Float)
    let offset: (Float, Float, Float)
    let isReversed: Bool

    /// Writes the pixel of one place.
    func write(x: Double, y: Double, to target: UnsafeMutablePointer<Float>) {
        let pixel: SIMD4<Float>
        switch fill.mode {
        case .nearest: pixel = read(x, y) { max(0, min($0, $1 - 1)) }
        case .constant: pixel = SIMD4(repeating: fill.value)
        case .reflect: pixel = read(x, y, Self.mirrored)
        case .wrap: pixel = read(Self.wrapped(x, width), Self.wrapped(y, height)) { min($0, $1 - 1) }
        }
        let value = pixel * SIMD4(scale.0, scale.1, scale.2, 0) + SIMD4(offset.0, offset.1, offset.2, 0)
        target[0] = isReversed ? value.z : value.x
        target[1] = value.y
        target[2] = isReversed ? value.x : value.z
    }

    private func read(_ x: Double, _ y: Double, _ index: (_ place: Int, _ count: Int) -> Int) -> SIMD4<Float> {
        let (left, upper) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        let (right, bottom) = (Float(x - Double(left)), Float(y - Double(upper)))
        let columns = (index(left, width), index(left + 1, width))
        let rows = (index(upper, height), index(upper + 1, height))
        let top = mix(sample(columns.0, rows.0), sample(columns.1, rows.0), right)
        let low = mix(sample(columns.0, rows.1), sample(columns.1, rows.1), right)
        return mix(top, low, bottom)
    }

    private func mix(_ first: SIMD4<Float>, _ second: SIMD4<Float>, _ part: Float) -> SIMD4<Float> {
        first + (second - first) * part
    }

    private func sample(_ column: Int, _ row: Int) -> SIMD4<Float> {
        let pixel = source + (row * width + column) * 3
        return SIMD4(Float(pixel[0]), Float(pixel[1]), Float(pixel[2]), 0)
    }

    /// The mirror's image of a place: `dcba|abcd|dcba`.
    private static func mirrored(_ place: Int, _ count: Int) -> Int {
        let period = 2 * count
        let rest = ((place % period) + period) % period
        return rest < count ? rest : period - 1 - rest
    }

    /// A place within 0 and the last one, from which the picture begins anew.
    private static func wrapped(_ place: Double, _ count: Int) -> Double {
        guard count > 1 else { return 0 }
        let period = Double(count - 1)
        if place < 0 { return place + period * ((-place / period).rounded(.down) + 1) }
        return place > period ? place - period * (place / period).rounded(.down) : place
    }
}
