import Ocellus

/// What `predict` shows: a line a picture.
struct PredictionDisplay {
    let isJSON: Bool
    private let rejectBelow: Float
    private let width: Int

    init(isJSON: Bool, rejectBelow: Float?, files: [String]) {
        self.isJSON = isJSON
        self.rejectBelow = rejectBelow ?? 0
        width = files.map(displayWidth).max() ?? 0
    }

    func show(_ file: String, _ prediction: Prediction) throws {
        let isRejected = prediction.confidence < rejectBelow
        if isJSON {
            return try Terminal.writeJSON(
                Line(
                    file: file, class: isRejected ? nil : prediction.name, confidence: prediction.confidence,
                    top: prediction.top))
        }
        let candidates = prediction.top.enumerated().map { place, candidate in
            let text = "\(candidate.name) \(Terminal.percent(Double(candidate.confidence)))"
            return place == 0 ? Terminal.styled(text, .bold) : text
        }
        let pad = String(repeating: " ", count: max(0, width - displayWidth(file)))
        let rejected = isRejected ? Terminal.styled("rejected", .yellow) + "  " : ""
        Terminal.write(file + pad + "  " + rejected + candidates.joined(separator: "  "))
    }

    private struct Line: Encodable {
        let file: String
        let `class`: String?
        let confidence: Float
        let top: [Prediction.Candidate]

        private enum CodingKeys: String, CodingKey { case file, `class`, confidence, top }

        /// Writes null for no class.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(file, forKey: .file)
            try container.encode(`class`, forKey: .class)
            try container.encode(confidence, forKey: .confidence)
            try container.encode(top, forKey: .top)
        }
    }
}
