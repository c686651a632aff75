import Ocellus

/// What `predict` shows: a line a picture.
struct PredictionDisplay {
    let isJSON: Bool
    private let width: Int

    init(isJSON: Bool, files: [String]) {
        self.isJSON = isJSON
        width = files.map(displayWidth).max() ?? 0
    }

    func show(_ file: String, _ prediction: Prediction) throws {
        if isJSON {
            return try Terminal.writeJSON(
                Line(
                    file: file, class: prediction.name, confidence: prediction.confidence, top: prediction.top))
        }
        let candidates = prediction.top.enumerated().map { place, candidate in
            let text = "\(candidate.name) \(Terminal.percent(Double(candidate.confidence)))"
            return place == 0 ? Terminal.styled(text, .bold) : text
        }
        let pad = String(repeating: " ", count: max(0, width - displayWidth(file)))
        Terminal.write(file + pad + "  " + candidates.joined(separator: "  "))
    }

    private struct Line: Encodable {
        let file: String
        let `class`: String
        let confidence: Float
        let top: [Prediction.Candidate]
    }
}
