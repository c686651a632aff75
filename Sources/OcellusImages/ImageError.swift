/// Why a picture could not be read or written. Its description names the picture, says what is wrong, and what to do.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The file could not be opened or read; the system's own words.
        case unreadable(String)
        /// There is not a single byte.
        case empty
        /// No picture that is known by its first bytes.
        case notAPicture
        /// A picture of another format, named.
        case unsupportedFormat(String)
        /// The library that reads the format is not there; its file's name.
        case codecMissing(ImageFormat, String)
        /// More pixels, a longer side or a larger file than the limits allow.
        case tooLarge(String)
        /// The data end before the picture does.
        case truncated(ImageFormat)
        /// The data are damaged, or use what the codec does not know; the codec's own words.
        case corrupt(ImageFormat, String)
        /// The picture cannot be written in that format; the codec's own words.
        case notEncodable(ImageFormat, String)
    }

    /// The file's path, or whatever name the caller gave to the bytes.
    public let name: String
    /// What is wrong.
    public let reason: Reason

    /// An error about the picture called `name`.
    public init(name: String, reason: Reason) {
        self.name = name
        self.reason = reason
    }

    /// One sentence or two, for a person.
    public var description: String {
        switch reason {
        case .unreadable(let why):
            "\(name) cannot be read: \(why)."
        case .empty:
            "\(name) is empty. Remove it, or copy it again."
        case .notAPicture:
            "\(name) is not a picture. Remove it, or convert it to JPEG or PNG."
        case .unsupportedFormat(let format):
            "\(name) is a \(format) picture, but only \(ImageFormat.list) are supported. Convert it to one of them."
        case .codecMissing(let format, let library):
            "\(name) is a \(format) picture, and \(library) was not found. Install that library, or convert the picture to PNG."
        case .tooLarge(let what):
            "\(name) is too large: \(what). Scale it down, or raise the limit."
        case .truncated(let format):
            "\(name) is cut off: the file ends before its \(format) picture does. Copy it again, or remove it."
        case .corrupt(let format, let why):
            "\(name) is a damaged or unsupported \(format) picture: \(why). Replace it, or save it anew."
        case .notEncodable(let format, let why):
            "\(name) cannot be written as \(format): \(why)."
        }
    }
}
