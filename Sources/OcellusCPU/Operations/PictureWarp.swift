import OcellusGraph

/// The definition, a picture's row at a time. The loader's threads do it sooner (`AffineWarp`), beside the step before; this is
/// what other devices' kernels are checked against.
extension PictureWarp: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let pictures = try arguments.byteInput(0)
        let changes = try arguments.input(1)
        let images = try arguments.output(0)
        let shape = arguments.inputs[0].description.shape
        let (height, width) = (shape[0], shape[1])
        return CPUStep { invocation in
            backend.parallelFor(invocation.count * height) { index, _ in
                let (sample, row) = (index / height, index % height)
                let numbers = changes + sample * Change.count
                let reader = PictureReader(
                    pixels: pictures + sample * shape.count, width: width, height: height, outside: outside)
                for column in 0..<width {
                    let target = images + (index * width + column) * 3
                    let fromErased = (Float(column) - numbers[6], Float(row) - numbers[7])
                    guard
                        fromErased.0 < 0 || fromErased.0 >= numbers[8] || fromErased.1 < 0
                            || fromErased.1 >= numbers[9]
                    else {
                        for channel in 0..<3 { target[channel] = 0 }
                        continue
                    }
                    let value = reader.pixel(
                        x: numbers[0] + numbers[2] * Float(column) + numbers[4] * Float(row),
                        y: numbers[1] + numbers[3] * Float(column) + numbers[5] * Float(row))
                    for channel in 0..<3 {
                        target[isReversed ? 2 - channel : channel] = value[channel] * scale[channel] + offset[channel]
                    }
                }
            }
        }
    }
}

/// Reads one picture between its pixels.
private struct PictureReader {
    let pixels: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let outside: PictureWarp.Outside

    func pixel(x: Float, y: Float) -> SIMD3<Float> {
        var (x, y) = (x, y)
        switch outside {
        case .constant(let value):
            guard x >= 0, x <= Float(width - 1), y >= 0, y <= Float(height - 1) else {
                return SIMD3(repeating: value)
            }
        case .wrap: (x, y) = (wrapped(x, width), wrapped(y, height))
        case .nearest, .reflect: break
        }
        (x, y) = (max(-1e8, min(1e8, x)), max(-1e8, min(1e8, y)))
        let (left, upper) = (x.rounded(.down), y.rounded(.down))
        let columns = (index(Int(left), width), index(Int(left) + 1, width))
        let rows = (index(Int(upper), height), index(Int(upper) + 1, height))
        let top = mix(sample(rows.0, columns.0), sample(rows.0, columns.1), x - left)
        let low = mix(sample(rows.1, columns.0), sample(rows.1, columns.1), x - left)
        return mix(top, low, y - upper)
    }

    private func sample(_ row: Int, _ column: Int) -> SIMD3<Float> {
        let pixel = pixels + (row * width + column) * 3
        return SIMD3(Float(pixel[0]), Float(pixel[1]), Float(pixel[2]))
    }

    private func mix(_ first: SIMD3<Float>, _ second: SIMD3<Float>, _ part: Float) -> SIMD3<Float> {
        first + (second - first) * part
    }

    private func index(_ place: Int, _ count: Int) -> Int {
        guard outside == .reflect else { return max(0, min(place, count - 1)) }
        let rest = ((place % (2 * count)) + 2 * count) % (2 * count)
        return rest < count ? rest : 2 * count - 1 - rest
    }

    private func wrapped(_ place: Float, _ count: Int) -> Float {
        guard count > 1 else { return 0 }
        let period = Float(count - 1)
        if place < 0 { return place + period * ((-place / period).rounded(.down) + 1) }
        return place > period ? place - period * (place / period).rounded(.down) : place
    }
}
