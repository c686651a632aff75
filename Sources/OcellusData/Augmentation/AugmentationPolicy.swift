import OcellusGraph

extension Augmentation.Policy {
    /// An operation of the list with its magnitude.
    enum Operation: Equatable {
        case identity
        case movement(PictureChange.Movement)
        case color(ColorChange)
    }

    /// The operations' names are torchvision's, in its order.
    enum Name: String, CaseIterable {
        case identity = "Identity"
        case shearX = "ShearX"
        case shearY = "ShearY"
        case translateX = "TranslateX"
        case translateY = "TranslateY"
        case rotate = "Rotate"
        case brightness = "Brightness"
        case color = "Color"
        case contrast = "Contrast"
        case sharpness = "Sharpness"
        case posterize = "Posterize"
        case solarize = "Solarize"
        case autoContrast = "AutoContrast"
        case equalize = "Equalize"
    }

    /// The operations' names, in the list's order: torchvision's.
    package static var operationNames: [String] { Name.allCases.map(\.rawValue) }

    /// What an operation does, by its name; nothing when there is none of that name.
    ///
    /// - Parameters:
    ///   - magnitude: its number, 0…30.
    ///   - isNegative: whether the magnitude is negated where it has a sign.
    package func change(_ name: String, magnitude: Int, isNegative: Bool, width: Int, height: Int) -> PictureChange {
        guard let name = Name(rawValue: name) else { return PictureChange() }
        switch operation(name, magnitude: magnitude, isNegative: isNegative, width: width, height: height) {
        case .identity: return PictureChange()
        case .movement(let movement): return PictureChange(movements: [movement])
        case .color(let color): return PictureChange(colors: [color])
        }
    }

    /// The largest magnitude's number; there are 31.
    private static let lastMagnitude = 30

    func draw(_ random: inout PhiloxSequence, width: Int, height: Int) -> Operation {
        let name = Name.allCases[place(random.nextUniform(), Name.allCases.count - 1)]
        let drawn = place(random.nextUniform(), Self.lastMagnitude)
        let isNegative = random.nextUniform() < 0.5
        return operation(
            name, magnitude: kind == .randAugment ? magnitude : drawn, isNegative: isNegative, width: width,
            height: height)
    }

    /// An operation.
    ///
    /// - Parameters:
    ///   - magnitude: its number, 0…30.
    ///   - isNegative: whether the magnitude is negated where it has a sign.
    func operation(_ name: Name, magnitude: Int, isNegative: Bool, width: Int, height: Int) -> Operation {
        let part = Float(magnitude) / Float(Self.lastMagnitude)
        let isWide = kind == .trivialAugment
        func signed(_ most: Float) -> Float { isNegative ? -most * part : most * part }
        let factor = 1 + signed(isWide ? 0.99 : 0.9)
        func pixels(_ side: Int) -> Int { Int(signed(isWide ? 32 : Float(150.0 / 331.0 * Double(side)))) }
        switch name {
        case .identity: return .identity
        case .shearX: return .movement(.shearX(signed(isWide ? 0.99 : 0.3)))
        case .shearY: return .movement(.shearY(signed(isWide ? 0.99 : 0.3)))
        case .translateX: return .movement(.translateX(pixels(width)))
        case .translateY: return .movement(.translateY(pixels(height)))
        case .rotate: return .movement(.rotate(signed(isWide ? 135 : 30)))
        case .brightness: return .color(.brightness(factor))
        case .color: return .color(.saturation(factor))
        case .contrast: return .color(.contrast(factor))
        case .sharpness: return .color(.sharpness(factor))
        case .posterize:
            return .color(.posterize(bits: 8 - Int((part * (isWide ? 6 : 4)).rounded(.toNearestOrEven))))
        case .solarize: return .color(.solarize(threshold: 255 * (1 - part)))
        case .autoContrast: return .color(.autoContrast)
        case .equalize: return .color(.equalize)
        }
    }
}
