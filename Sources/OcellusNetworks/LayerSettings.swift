import OcellusGraph

extension CodingUserInfoKey {
    /// The number of classes that `classes` stands for where a file gives it as a number of filters or units.
    package static let classCount = CodingUserInfoKey(rawValue: "ocellus.classCount").unsafelyUnwrapped
    /// The input `[height, width, channels]` of a network whose description leaves it out.
    package static let inputShape = CodingUserInfoKey(rawValue: "ocellus.inputShape").unsafelyUnwrapped
}

extension Decoder {
    /// - Throws: `DecodingError` for a setting whose name is not among `names`.
    func checkSettings(_ names: [String], of owner: String) throws {
        let container = try container(keyedBy: AnyKey.self)
        let known = Set(names)
        guard
            let unknown = container.allKeys.map(\.stringValue).filter({ !known.contains($0) }).min()
        else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: codingPath + [AnyKey(stringValue: unknown)],
                debugDescription: "'\(unknown)' is no setting of \(owner), which has "
                    + names.sorted().joined(separator: ", ")))
    }
}

/// Any name.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// How layers read their settings from a file: what is left out has its default.
extension KeyedDecodingContainer {
    func value<Value: Decodable>(_ key: Key, default value: Value) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? value
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: Key, as type: Choice.Type = Choice.self
    ) throws -> Choice? {
        guard let word = try decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let choice = Choice(rawValue: word) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "'\(word)' is not known; there are \(known)")
        }
        return choice
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: Key, default choice: Choice) throws -> Choice {
        try self.choice(key) ?? choice
    }

    /// One of a few words, which has to be there.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: Key) throws -> Choice {
        guard let choice = try choice(key, as: Choice.self) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: ""))
        }
        return choice
    }

    /// A number of filters or units, or the word `classes` where the number of classes is known.
    func width(_ key: Key, _ decoder: any Decoder) throws -> Int {
        if let classes = decoder.userInfo[.classCount] as? Int, (try? decode(String.self, forKey: key)) == "classes" {
            return classes
        }
        return try decode(Int.self, forKey: key)
    }
}

/// How layers write their window: its extents and strides each as one number or `[height, width]`.
enum WindowSettings: String, CodingKey {
    case kernel, size, stride, dilation, padding
    /// All of it as an object of its own, as models had it that were saved before this way of writing.
    case window

    static let kernelNames = [kernel, stride, dilation, padding, window].map(\.rawValue)
    static let sizeNames = [size, stride, dilation, padding, window].map(\.rawValue)

    /// - Parameter extent: how the layer calls its extents: `.kernel`, with a stride of 1 unless given, or `.size`, with the
    ///   size as its stride.
    static func decode(from decoder: any Decoder, extent: WindowSettings) throws -> Window {
        let container = try decoder.container(keyedBy: Self.self)
        if let window = try container.decodeIfPresent(Window.self, forKey: .window) { return window }
        let size = try container.decode(Pair.self, forKey: extent)
        let stride = try container.value(.stride, default: extent == .size ? size : Pair(1, 1))
        let dilation = try container.value(.dilation, default: Pair(1, 1))
        return Window(
            size.height, size.width, stride: stride.height, strideWidth: stride.width, dilation: dilation.height,
            dilationWidth: dilation.width, padding: try container.value(.padding, default: .valid))
    }

    static func encode(_ window: Window, to encoder: any Encoder, extent: WindowSettings) throws {
        var container = encoder.container(keyedBy: Self.self)
        try container.encode(Pair(window.height, window.width), forKey: extent)
        try container.encode(Pair(window.strideHeight, window.strideWidth), forKey: .stride)
        let dilation = Pair(window.dilationHeight, window.dilationWidth)
        if dilation != Pair(1, 1) { try container.encode(dilation, forKey: .dilation) }
        try container.encode(window.padding, forKey: .padding)
    }
}

/// `3`, or `[3, 5]` for height and width.
private struct Pair: Codable, Equatable {
    let height, width: Int

    init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self.init(number, number)
        } else if let pair = try? container.decode([Int].self), pair.count == 2 {
            self.init(pair[0], pair[1])
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "it is to be a whole number, or two as [height, width]")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if height == width { try container.encode(height) } else { try container.encode([height, width]) }
    }
}
