/// One thing that a check found.
public struct DatasetFinding: Sendable, Equatable, Codable {
    /// What kind of thing.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case unreadable
        case wrongExtension = "wrong-extension"
        case duplicateAcrossClasses = "duplicate-across-classes"
        case duplicateAcrossParts = "duplicate-across-parts"
        case duplicate
        case nearDuplicateAcrossClasses = "near-duplicate-across-classes"
        case nearDuplicateAcrossParts = "near-duplicate-across-parts"
        case nearDuplicate = "near-duplicate"
        case labelError = "label-error"
        case outlier
        case imbalance
        case fewPictures = "few-pictures"
        case tooDark = "too-dark"
        case tooBright = "too-bright"
        case nearlyEmpty = "nearly-empty"
        case blurred
        case tooSmall = "too-small"
        case oddAspect = "odd-aspect"
        case greyAmongColour = "grey-among-colour"
        case colorProfile = "color-profile"

        /// How bad it is.
        public var severity: Severity {
            switch self {
            case .unreadable, .duplicateAcrossClasses, .duplicateAcrossParts: .error
            case .wrongExtension, .nearDuplicateAcrossClasses, .nearDuplicateAcrossParts, .labelError, .imbalance,
                .fewPictures:
                .warning
            default: .note
            }
        }

        /// A heading.
        public var title: String {
            switch self {
            case .unreadable: "Files that cannot be read"
            case .wrongExtension: "Files whose name ends as another format's"
            case .duplicateAcrossClasses: "The same picture in several classes"
            case .duplicateAcrossParts: "The same picture in several parts"
            case .duplicate: "The same picture several times"
            case .nearDuplicateAcrossClasses: "Nearly the same picture in several classes"
            case .nearDuplicateAcrossParts: "Nearly the same picture in several parts"
            case .nearDuplicate: "Nearly the same picture several times"
            case .labelError: "Labels that the model doubts"
            case .outlier: "Pictures that the model can make nothing of"
            case .imbalance: "Classes of very different size"
            case .fewPictures: "Classes with few pictures"
            case .tooDark: "Too dark"
            case .tooBright: "Too bright"
            case .nearlyEmpty: "Nearly empty"
            case .blurred: "Blurred"
            case .tooSmall: "Very small"
            case .oddAspect: "Of another shape than most"
            case .greyAmongColour: "Grey among coloured ones"
            case .colorProfile: "With a colour profile that is not applied"
            }
        }

        /// What to do about it.
        public var advice: String {
            switch self {
            case .unreadable: "They are left out of training. Replace or remove them."
            case .wrongExtension: "They are read all the same. Other programs may stumble over them."
            case .duplicateAcrossClasses: "One label at least is wrong. Keep the right one, and remove the other."
            case .duplicateAcrossParts, .nearDuplicateAcrossParts:
                "A network is asked in the test what it was shown in training, so that figures are too good. Split anew, or remove "
                    + "them from one part."
            case .duplicate: "A split keeps them on one side. They weigh more than others."
            case .nearDuplicateAcrossClasses:
                "Look which label is right; they may also be different things that look alike."
            case .nearDuplicate: "A split keeps them on one side."
            case .labelError:
                "The likeliest errors first. Look at each: the model may be wrong too."
            case .outlier: "They may show something else, or be the only ones of their kind."
            case .imbalance: "Small classes are easily missed. --balance weights or --balance sampler evens them out."
            case .fewPictures: "More pictures help most here; augmentation and pre-trained weights help too."
            case .tooDark, .tooBright, .nearlyEmpty, .blurred, .tooSmall:
                "Remove them, unless a network will meet such pictures."
            case .oddAspect: "They are distorted most where pictures are stretched to the network's size."
            case .greyAmongColour: "Where they are of one class mostly, a network learns that grey is that class."
            case .colorProfile: "Their colours are a little off. Convert them to sRGB where colour tells classes apart."
            }
        }
    }

    /// How bad a finding is.
    public enum Severity: String, Sendable, Codable {
        /// It makes figures wrong or pictures useless.
        case error
        /// It may.
        case warning
        /// It is worth a look.
        case note
    }

    /// What kind of thing.
    public let kind: Kind
    /// The pictures that it is about, by their paths in the data set.
    public let pictures: [String]
    /// What is wrong, in words.
    public let message: String

    /// A finding.
    public init(_ kind: Kind, pictures: [String] = [], _ message: String) {
        (self.kind, self.pictures, self.message) = (kind, pictures, message)
    }
}
