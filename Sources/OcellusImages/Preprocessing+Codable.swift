extension Preprocessing: Codable {
    private enum Setting: String, CodingKey {
        case width, height, resizing, interpolation, padColor, shorterSide, channelOrder, scale, mean, standardDeviation
    }

    /// Reads a model's preprocessing; what comes from a file is checked as what comes from a caller.
    ///
    /// - Throws: `PreprocessingError` that names the setting.
    public init(from decoder: any Decoder) throws {
        let container: KeyedDecodingContainer<Setting>
        do {
            container = try decoder.container(keyedBy: Setting.self)
        } catch is DecodingError {
            throw PreprocessingError(setting: "width", problem: "is missing; the preprocessing is not an object")
        }
        func value<Value: Decodable>(_ setting: Setting, _ kind: String) throws -> Value {
            do {
                return try container.decode(Value.self, forKey: setting)
            } catch {  // JSONDecoder has errors of its own, such as for a number that no Int can hold
                throw PreprocessingError(setting: setting.rawValue, problem: "is missing or is not \(kind)")
            }
        }
        func choice<Choice: CaseIterable & RawRepresentable<String>>(_ setting: Setting) throws -> Choice {
            let name: String = try value(setting, "a word")
            guard let choice = Choice(rawValue: name) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw PreprocessingError(
                    setting: setting.rawValue,
                    problem: "is \"\(name)\", which this version does not know; it knows \(known)")
            }
            return choice
        }
        // What models from before there was a choice do not say.
        var sizing = Sizing(resizing: try choice(.resizing))
        if container.contains(.interpolation) { sizing.interpolation = try choice(.interpolation) }
        if container.contains(.padColor) { sizing.padColor = try value(.padColor, "a list of numbers, 0 to 255") }
        if container.contains(.shorterSide) { sizing.shorterSide = try value(.shorterSide, "a whole number") }
        try self.init(
            width: value(.width, "a whole number"), height: value(.height, "a whole number"), sizing: sizing,
            channelOrder: choice(.channelOrder), scale: value(.scale, "a number"),
            mean: value(.mean, "a list of numbers"), standardDeviation: value(.standardDeviation, "a list of numbers"))
    }

    /// Writes every setting that matters.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Setting.self)
        try container.encode(width, forKey: .width)
        try container.encode(height, forKey: .height)
        try container.encode(resizing, forKey: .resizing)
        try container.encode(interpolation, forKey: .interpolation)
        if resizing == .pad { try container.encode(padColor, forKey: .padColor) }
        if resizing == .centerCrop { try container.encode(shorterSide, forKey: .shorterSide) }
        try container.encode(channelOrder, forKey: .channelOrder)
        try container.encode(scale, forKey: .scale)
        try container.encode(mean, forKey: .mean)
        try container.encode(standardDeviation, forKey: .standardDeviation)
    }
}
