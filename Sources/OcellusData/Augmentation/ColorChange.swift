/// A change of a picture's colours, on 8-bit samples. Each gives what Pillow's operation of that name gives, within 1 of 255;
/// factors of 1 leave the picture as it is.
public enum ColorChange: Sendable, Equatable {
    /// Each sample times the factor.
    case brightness(Float)
    /// The distance from the picture's mean luminance times the factor.
    case contrast(Float)
    /// The distance from each pixel's luminance times the factor.
    case saturation(Float)
    /// The hue turned by a part of the circle, −0.5…0.5.
    case hue(Float)
    /// The distance from a smoothed picture times the factor.
    case sharpness(Float)
    /// The upper bits of each sample.
    case posterize(bits: Int)
    /// Samples from the threshold on are inverted.
    case solarize(threshold: Float)
    /// Each channel stretched to 0…255.
    case autoContrast
    /// Each channel's histogram made flat.
    case equalize
    /// Added to each sample, within the bounds of the picture's samples: Keras' `apply_channel_shift`.
    case channelShift(Float)

    var numbers: [Double] {
        switch self {
        case .brightness(let factor): [11, Double(factor)]
        case .contrast(let factor): [12, Double(factor)]
        case .saturation(let factor): [13, Double(factor)]
        case .hue(let part): [14, Double(part)]
        case .sharpness(let factor): [15, Double(factor)]
        case .posterize(let bits): [16, Double(bits)]
        case .solarize(let threshold): [17, Double(threshold)]
        case .autoContrast: [18, 0]
        case .equalize: [19, 0]
        case .channelShift(let amount): [20, Double(amount)]
        }
    }
}
