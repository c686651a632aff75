extension Augmentation {
    /// Sets that have a name.
    public enum Preset: String, Codable, Sendable, CaseIterable {
        /// Nothing is changed.
        case none
        /// Rotation 20°, shifts 0.2, shear 0.2° (as Keras reads it), zoom 0.2, horizontal flip.
        case guide
        /// What hardly any class minds: horizontal flip, rotation 5°, shifts 0.05, zoom 0.1, brightness, contrast and saturation 0.1.
        case light
        /// For long training on few pictures: horizontal flip, half of the picture or more, TrivialAugment, random erasing in
        /// every fourth picture.
        case strong

        /// What it stands for.
        public var augmentation: Augmentation {
            switch self {
            case .none: .none
            case .guide: .guide
            case .light: .light
            case .strong: .strong
            }
        }
    }

    /// Changes nothing.
    public static let none = Augmentation()
    /// See ``Preset/guide``.
    public static let guide = Augmentation(
        rotationRange: 20, widthShiftRange: 0.2, heightShiftRange: 0.2, shearRange: 0.2, zoomRange: 0.2,
        horizontalFlip: true)
    /// See ``Preset/light``.
    public static let light = Augmentation(
        rotationRange: 5, widthShiftRange: 0.05, heightShiftRange: 0.05, zoomRange: 0.1, horizontalFlip: true,
        colorJitter: ColorJitter(brightness: 0.1, contrast: 0.1, saturation: 0.1))
    /// See ``Preset/strong``.
    public static let strong = Augmentation(
        horizontalFlip: true, randomResizedCrop: RandomResizedCrop(scale: 0.5...1),
        randomErasing: RandomErasing(probability: 0.25), policy: Policy(.trivialAugment))
}
