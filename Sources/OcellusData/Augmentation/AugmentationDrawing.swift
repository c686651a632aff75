import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Augmentation {
    /// Draws one picture's changes.
    ///
    /// Every parameter has its place in a sequence, drawn or not, so that turning one off leaves the others as they are.
    ///
    /// - Parameters:
    ///   - occurrence: which of the picture's appearances in the epoch it is, from 0: a sampler may show one several times.
    ///   - width: The picture's width in pixels.
    ///   - height: The picture's height in pixels.
    public func draw(
        seed: UInt64, epoch: Int, sample: Int, occurrence: Int = 0, width: Int, height: Int
    ) -> PictureChange {
        // Epochs are below a million, so the upper bits are free.
        let step = epoch &+ occurrence << 20
        func random(_ purpose: Philox.Purpose) -> PhiloxSequence {
            PhiloxSequence(seed: seed, purpose: purpose, step: step, sample: sample)
        }
        var keras = random(.augmentation)
        let affine = drawAffine(&keras, width: width, height: height)
        var colors: [ColorChange] = []
        let (brightness, shift) = (keras.nextUniform(), 2 * keras.nextUniform() - 1)
        if channelShiftRange > 0 { colors.append(.channelShift(shift * channelShiftRange)) }
        if let range = brightnessRange { colors.append(.brightness(range.at(brightness))) }
        var movements: [PictureChange.Movement] = []
        if let policy {
            var random = random(.policy)
            for _ in 0..<policy.operations {
                switch policy.draw(&random, width: width, height: height) {
                case .movement(let movement): movements.append(movement)
                case .color(let color): colors.append(color)
                case .identity: break
                }
            }
        }
        if colorJitter != ColorJitter() {
            var random = random(.colorJitter)
            colors += colorJitter.draw(&random)
        }
        var crop: PixelRectangle?
        if let randomResizedCrop {
            var random = random(.crop)
            crop = randomResizedCrop.draw(&random, width: width, height: height)
        }
        var erased: PixelRectangle?
        if let randomErasing {
            var random = random(.erasing)
            erased = randomErasing.draw(&random, width: width, height: height)
        }
        return PictureChange(
            affine: affine, crop: crop, movements: movements, fill: PictureChange.Fill(fillMode, value: fillValue),
            colors: colors, erased: erased)
    }

    private func drawAffine(_ random: inout PhiloxSequence, width: Int, height: Int) -> AffineParameters {
        func within(_ range: Float) -> Double { Double((2 * random.nextUniform() - 1) * range) }
        let theta = within(rotationRange)
        let vertical = within(heightShiftRange) * (heightShiftRange < 1 ? Double(height) : 1)
        let horizontal = within(widthShiftRange) * (widthShiftRange < 1 ? Double(width) : 1)
        let shear = within(shearRange)
        let zx = 1 + within(zoomRange)
        let zy = 1 + within(zoomRange)
        let isFlipped = random.nextUniform() < 0.5
        let isFlippedVertically = random.nextUniform() < 0.5
        return AffineParameters(
            theta: theta, tx: horizontal, ty: vertical, shear: shear, zx: zx, zy: zy,
            isFlipped: isFlipped && horizontalFlip, isFlippedVertically: isFlippedVertically && verticalFlip)
    }
}

extension Philox.Purpose {
    /// The part of a picture that is kept.
    static let crop = Philox.Purpose(rawValue: 0x20)
    /// Colour jitter.
    static let colorJitter = Philox.Purpose(rawValue: 0x21)
    /// RandAugment's and TrivialAugment's operations.
    static let policy = Philox.Purpose(rawValue: 0x22)
    /// What is erased.
    static let erasing = Philox.Purpose(rawValue: 0x23)
    /// How a batch is mixed; the sample is the batch's number in the epoch.
    static let mixing = Philox.Purpose(rawValue: 0x24)
    /// Which pictures of a class an epoch has, for samplers; the sample is the class.
    static let sampler = Philox.Purpose(rawValue: 0x25)
}

extension Augmentation.RandomResizedCrop {
    /// The part that is kept: ten tries, then the largest in the middle whose proportions are allowed.
    func draw(_ random: inout PhiloxSequence, width: Int, height: Int) -> PixelRectangle {
        for _ in 0..<10 {
            let area = Float(width * height) * scale.at(random.nextUniform())
            let proportion = ratio.atLogarithmically(random.nextUniform())
            let (x, y) = (random.nextUniform(), random.nextUniform())
            let partWidth = Int((area * proportion).squareRoot().rounded())
            let partHeight = Int((area / proportion).squareRoot().rounded())
            guard 1...width ~= partWidth, 1...height ~= partHeight else { continue }
            return PixelRectangle(
                left: place(x, width - partWidth), top: place(y, height - partHeight), width: partWidth,
                height: partHeight)
        }
        let proportion = max(ratio.lowerBound, min(ratio.upperBound, Float(width) / Float(height)))
        let partWidth = max(1, min(width, Int((Float(height) * proportion).rounded())))
        let partHeight = max(1, min(height, Int((Float(width) / proportion).rounded())))
        return PixelRectangle(
            left: (width - partWidth) / 2, top: (height - partHeight) / 2, width: partWidth, height: partHeight)
    }
}

extension Augmentation.RandomErasing {
    /// What is erased; nil for nothing. A rectangle is smaller than the picture in both directions, or there is none after ten
    /// tries.
    func draw(_ random: inout PhiloxSequence, width: Int, height: Int) -> PixelRectangle? {
        guard random.nextUniform() < probability else { return nil }
        for _ in 0..<10 {
            let area = Float(width * height) * scale.at(random.nextUniform())
            let proportion = ratio.atLogarithmically(random.nextUniform())
            let (x, y) = (random.nextUniform(), random.nextUniform())
            let partWidth = Int((area / proportion).squareRoot().rounded())
            let partHeight = Int((area * proportion).squareRoot().rounded())
            guard 0..<width ~= partWidth, 0..<height ~= partHeight else { continue }
            return PixelRectangle(
                left: place(x, width - partWidth), top: place(y, height - partHeight), width: partWidth,
                height: partHeight)
        }
        return nil
    }
}

extension Augmentation.ColorJitter {
    /// The factors, in random order.
    func draw(_ random: inout PhiloxSequence) -> [ColorChange] {
        func factor(_ range: Float) -> Float { (max(0, 1 - range)...1 + range).at(random.nextUniform()) }
        let all: [(Float, ColorChange)] = [
            (brightness, .brightness(factor(brightness))), (contrast, .contrast(factor(contrast))),
            (saturation, .saturation(factor(saturation))), (hue, .hue((2 * random.nextUniform() - 1) * hue)),
        ]
        var order = Array(all.indices)
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(last, place(random.nextUniform(), last))
        }
        return order.filter { all[$0].0 > 0 }.map { all[$0].1 }
    }
}

/// One of `0 ... last`, for a number in `0 ..< 1`.
func place(_ uniform: Float, _ last: Int) -> Int { min(last, Int(uniform * Float(last + 1))) }

extension ClosedRange<Float> {
    /// The place of a number of 0…1 in the range.
    func at(_ part: Float) -> Float { lowerBound + (upperBound - lowerBound) * part }

    /// The same where logarithms are spread evenly.
    func atLogarithmically(_ part: Float) -> Float { exp((log(lowerBound)...log(upperBound)).at(part)) }
}
