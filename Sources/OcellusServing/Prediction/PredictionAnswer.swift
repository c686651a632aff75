import Ocellus

/// What is answered about one picture.
struct PredictionAnswer: Encodable {
    /// What the client called the picture; with several only.
    var filename: String?
    /// nil when it was rejected.
    var name: String?
    var confidence: Float
    var isRejected: Bool
    /// The likeliest classes, when they were asked for.
    var top: [Prediction.Candidate]?

    private enum Key: String, CodingKey {
        case filename
        case name = "class"
        case confidence, rejected, top
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(filename, forKey: .filename)
        try container.encode(name, forKey: .name)
        try container.encode(confidence, forKey: .confidence)
        if isRejected { try container.encode(true, forKey: .rejected) }
        try container.encodeIfPresent(top, forKey: .top)
    }
}

/// What is answered about one of several pictures.
enum PictureAnswer: Encodable {
    case prediction(PredictionAnswer)
    case failure(filename: String?, error: String)

    private enum Key: String, CodingKey { case filename, error }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .prediction(let answer): try answer.encode(to: encoder)
        case .failure(let filename, let error):
            var container = encoder.container(keyedBy: Key.self)
            try container.encodeIfPresent(filename, forKey: .filename)
            try container.encode(error, forKey: .error)
        }
    }
}

/// Several pictures' answers.
struct PictureAnswers: Encodable {
    var predictions: [PictureAnswer]
    /// Where none could be read.
    var error: String?
}
