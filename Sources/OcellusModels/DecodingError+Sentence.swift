extension DecodingError {
    /// What is wrong as one sentence, with the place in the file.
    package var sentence: String {
        let context: Context
        var reason: String
        switch self {
        case .keyNotFound(let key, let found): (context, reason) = (found, "'\(key.stringValue)' is missing")
        case .dataCorrupted(let found) where found.codingPath.isEmpty:
            // The decoder says no more than this, and says the same of 4.5 where a whole number belongs.
            return "it is not JSON, or a number in it is too large or not whole."
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
            (context, reason) = (found, found.debugDescription)
        @unknown default: return "\(self)"
        }
        while reason.hasSuffix(".") { reason.removeLast() }
        let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        return (place.isEmpty ? "" : "at \(place): ") + reason + "."
    }
}
