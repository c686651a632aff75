/// Finds pictures whose files are not what their names say, and those that are too dark, too bright, nearly empty, blurred, very small, of another shape than most, grey among
/// coloured ones, or in other colours than sRGB.
struct QualityCheck {
    private(set) var findings: [DatasetFinding] = []

    /// Bounds of the mean luminance, 0…1.
    static let brightness: ClosedRange<Float> = 0.06...0.96
    /// The least standard deviation of the luminance, 0…1.
    static let leastContrast: Float = 0.02
    /// The same for pictures that are very dark or bright: below it there is nothing that more light would show.
    static let blankContrast: Float = 0.005
    /// What is sharp to less than this part of the data set's median is blurred.
    static let sharpnessPart: Float = 0.05
    /// The least length of the shorter side in pixels.
    static let leastSide = 32
    /// How far a picture's proportions may be from the data set's median, as a factor.
    static let aspectFactor = 2.0
    /// Grey pictures are told when they are at most this part of all.
    static let greyPart = 0.2

    init(_ dataset: Dataset, _ traits: [PictureTraits?]) {
        let known = traits.compactMap(\.self)
        guard !known.isEmpty else { return }
        let sharpness = known.map(\.sharpness).sorted()[known.count / 2]
        let aspect = known.map(\.aspect).sorted()[known.count / 2]
        let greyCount = known.count(where: \.isGrey)
        let tellsGrey = greyCount > 0 && Double(greyCount) <= Self.greyPart * Double(known.count)
        for (sample, traits) in zip(dataset.samples, traits) {
            guard let traits else { continue }
            if let ending = sample.path.split(separator: ".").last?.lowercased(),
                !traits.format.fileExtensions.contains(ending)
            {
                findings.append(
                    DatasetFinding(
                        .wrongExtension, pictures: [sample.path], "\(sample.path) is a \(traits.format) file"))
            }
            func add(_ kind: DatasetFinding.Kind, _ message: String) {
                findings.append(DatasetFinding(kind, pictures: [sample.path], "\(sample.path): \(message)"))
            }
            let hasContent = traits.contrast >= Self.blankContrast
            if traits.brightness < Self.brightness.lowerBound, hasContent {
                add(.tooDark, "the mean luminance is \(percent(traits.brightness))")
            } else if traits.brightness > Self.brightness.upperBound, hasContent {
                add(.tooBright, "the mean luminance is \(percent(traits.brightness))")
            } else if traits.contrast < Self.leastContrast {
                add(.nearlyEmpty, "the luminance varies by \(percent(traits.contrast))")
            } else if traits.sharpness < Self.sharpnessPart * sharpness {
                add(.blurred, "it is sharp to \(percent(traits.sharpness / sharpness)) of what is usual here")
            }
            if min(traits.width, traits.height) < Self.leastSide {
                add(.tooSmall, "\(traits.width)×\(traits.height) pixels")
            }
            let factor = max(traits.aspect / aspect, aspect / traits.aspect)
            if factor > Self.aspectFactor { add(.oddAspect, "\(traits.width)×\(traits.height) pixels") }
            if let profile = traits.colorProfile {
                add(.colorProfile, "its colour profile (\(profile)) is not applied: colours are taken for sRGB")
            }
            if tellsGrey, traits.isGrey { add(.greyAmongColour, "it has no colour; \(greyCount) pictures have none") }
        }
    }

    private func percent(_ part: Float) -> String {
        let tenths = Int((part * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

extension PictureTraits {
    fileprivate var aspect: Double { Double(width) / Double(height) }
}
