import Ocellus

/// A picture, in one of the forms that it is sent in.
enum PictureInput: Sendable {
    /// A file's bytes.
    case encoded([UInt8])
    /// Pixels of any size.
    case image(RGBImage)
    /// What the network takes: preprocessed, `[height, width, 3]`.
    case values([Float])
}

/// Why there are no probabilities for a picture.
enum InferenceError: Error {
    /// The picture's own fault.
    case picture(ImageError)
    /// The client has gone.
    case abandoned
    /// The device's.
    case device(any Error)
}

/// A picture's probabilities, in the classes' order, or why there are none.
typealias InferenceResult = Result<[Float], InferenceError>
