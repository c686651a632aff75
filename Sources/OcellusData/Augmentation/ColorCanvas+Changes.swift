extension ColorCanvas {
    /// Applies a change.
    func apply(_ change: ColorChange) {
        switch change {
        case .brightness(let factor): map { blend(0, $1, factor) }
        case .contrast(let factor):
            let mean = UInt8(max(0, min(255, meanLuminance.rounded(.toNearestOrAwayFromZero))))
            map { blend(mean, $1, factor) }
        case .posterize(let bits):
            let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - max(0, min(8, bits))))
            map { $1 & mask }
        case .solarize(let threshold): map { Float($1) < threshold ? $1 : 255 - $1 }
        case .autoContrast: stretch()
        case .equalize: flatten()
        case .channelShift(let amount): shift(by: amount)
        case .saturation(let factor): saturate(factor)
        case .hue(let part): turnHue(part)
        case .sharpness(let factor): sharpen(factor)
        }
    }

    private var meanLuminance: Double {
        let sums = counts().map { counts in
            counts.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) }
        }
        return (19595 * sums[0] + 38470 * sums[1] + 7471 * sums[2]) / 65536 / Double(max(1, width * height))
    }

    private func stretch() {
        let bounds = counts().map { counts in
            (first: counts.firstIndex { $0 > 0 } ?? 0, last: counts.lastIndex { $0 > 0 } ?? 0)
        }
        map { channel, sample in
            let (first, last) = bounds[channel]
            guard last > first else { return sample }
            let scale = 255 / Double(last - first)
            return UInt8(max(0, min(255, Double(sample) * scale - Double(first) * scale)))
        }
    }

    private func flatten() {
        let targets = counts().map { counts -> [UInt8]? in
            let present = counts.filter { $0 > 0 }
            guard present.count > 1, let last = present.last else { return nil }
            let step = (present.reduce(0, +) - last) / 255
            guard step > 0 else { return nil }
            var sum = step / 2
            return counts.map { count in
                defer { sum += count }
                return UInt8(min(255, sum / step))
            }
        }
        map { targets[$0]?[Int($1)] ?? $1 }
    }

    private func shift(by amount: Float) {
        let counts = counts()
        let least = counts.compactMap { $0.firstIndex { $0 > 0 } }.min() ?? 0
        let most = counts.compactMap { $0.lastIndex { $0 > 0 } }.max() ?? 255
        map { UInt8(max(Float(least), min(Float(most), (Float($1) + amount).rounded()))) }
    }

    private func saturate(_ factor: Float) {
        settle()
        for start in stride(from: 0, to: pixels.count, by: 3) {
            let grey = luminance(pixels[start], pixels[start + 1], pixels[start + 2])
            for channel in start..<start + 3 { pixels[channel] = blend(grey, pixels[channel], factor) }
        }
    }

    /// Away from the picture smoothed by (1 1 1, 1 5 1, 1 1 1) ÷ 13; the border's pixels stay.
    private func sharpen(_ factor: Float) {
        settle()
        guard width > 2, height > 2 else { return }
        let stride = width * 3
        // The two rows above of the unchanged picture.
        var above = [UInt8](pixels[0..<stride])
        var current = [UInt8](repeating: 0, count: stride)
        for row in 1..<height - 1 {
            let start = row * stride
            for index in 0..<stride { current[index] = pixels[start + index] }
            for index in 3..<stride - 3 {
                let below = start + stride + index
                var sum = Int32(above[index - 3]) + Int32(above[index]) + Int32(above[index + 3])
                sum += Int32(current[index - 3]) + 5 * Int32(current[index]) + Int32(current[index + 3])
                sum += Int32(pixels[below - 3]) + Int32(pixels[below]) + Int32(pixels[below + 3])
                pixels[start + index] = blend(UInt8((sum + 6) / 13), current[index], factor)
            }
            swap(&above, &current)
        }
    }

    private func turnHue(_ part: Float) {
        settle()
        let turn = UInt8(truncatingIfNeeded: Int32(part * 255))
        guard turn != 0 else { return }
        for start in stride(from: 0, to: pixels.count, by: 3) {
            let color = HSV(pixels[start], pixels[start + 1], pixels[start + 2])
            (pixels[start], pixels[start + 1], pixels[start + 2]) = color.turned(by: turn).rgb
        }
    }
}

/// ITU-R BT.601 luminance, as Pillow rounds it.
private func luminance(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (19595 * Int32(red) + 38470 * Int32(green) + 7471 * Int32(blue) + 0x8000) >> 16)
}

/// From a degenerate sample (factor 0) over the picture's (1) and beyond, truncated.
private func blend(_ degenerate: UInt8, _ sample: UInt8, _ factor: Float) -> UInt8 {
    let value = Float(degenerate) + factor * (Float(sample) - Float(degenerate))
    return UInt8(max(0, min(255, value)))
}

/// Hue, saturation and value, 0…255 each.
private struct HSV {
    var hue: UInt8
    let saturation: UInt8
    let value: UInt8

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        let most = max(red, green, blue)
        let range = Float(most - min(red, green, blue))
        value = most
        guard range > 0 else {
            (hue, saturation) = (0, 0)
            return
        }
        func distance(_ sample: UInt8) -> Float { Float(most - sample) / range }
        let sixths =
            if red == most {
                distance(blue) - distance(green)
            } else if green == most {
                Float(2 + Double(distance(red)) - Double(distance(blue)))
            } else {
                Float(4 + Double(distance(green)) - Double(distance(red)))
            }
        // Rounded where Pillow rounds: a step of the hue is up to six of a sample.
        let turn = Double(sixths) / 6 + 1
        hue = UInt8(min(255, Double(Float(turn - turn.rounded(.down))) * 255))
        saturation = UInt8(min(255, range / Float(most) * 255))
    }

    func turned(by part: UInt8) -> HSV {
        var result = self
        result.hue = hue &+ part
        return result
    }

    var rgb: (UInt8, UInt8, UInt8) {
        guard saturation > 0 else { return (value, value, value) }
        let sixths = Float(hue) * 6 / 255
        let sector = Int(sixths)
        let rest = sixths - Float(sector)
        let part = Float(saturation) / 255
        func level(_ factor: Float) -> UInt8 { UInt8(max(0, min(255, (Float(value) * (1 - factor)).rounded()))) }
        let (low, falling, rising) = (level(part), level(part * rest), level(part * (1 - rest)))
        return switch sector % 6 {
        case 0: (value, rising, low)
        case 1: (falling, value, low)
        case 2: (low, value, rising)
        case 3: (low, falling, value)
        case 4: (rising, low, value)
        default: (value, low, falling)
        }
    }
}
