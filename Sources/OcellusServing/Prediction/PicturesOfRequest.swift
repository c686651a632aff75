import FoundationEssentials
import HTTPTypes

/// The pictures that a request to `/predict` brings.
struct PicturesOfRequest: Sendable {
    var files: [UploadedFile]
    /// Whether they are answered as a list, however many there are.
    var isList: Bool

    /// Reads a form's field `file`, a picture as the body itself, or base64 in JSON.
    ///
    /// - Parameter offload: runs work that takes long.
    /// - Throws: `RequestError` in the words of the guide's service where that has some.
    static func read(
        _ request: ServiceRequest, maximumCount: Int, offload: InferenceEngine
    ) async throws -> PicturesOfRequest {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw RequestError(.unsupportedMediaType, "The body's encoding is not supported; send it as it is")
        }
        switch request.mediaType {
        case "multipart/form-data":
            var form = try UploadedFiles(
                field: "file", contentType: request.headers[.contentType] ?? "", maximumCount: maximumCount)
            try await request.forEachChunk { try form.add($0.readableBytesView) }
            let files = try form.finish()
            guard !files.isEmpty else { throw RequestError(.badRequest, "No file part") }
            guard files.allSatisfy({ !$0.name.isEmpty }) else { throw RequestError(.badRequest, "No selected file") }
            return PicturesOfRequest(files: files, isList: files.count > 1)
        case let type where type.hasPrefix("image/") || type == "application/octet-stream":
            return PicturesOfRequest(files: [UploadedFile(name: "", bytes: try await request.body())], isList: false)
        case "application/json":
            let body = try await request.body()
            return try await offload.offload { try JSONPictures.read(body, maximumCount: maximumCount) }
        default: throw RequestError(.badRequest, "No file part")
        }
    }
}

/// `{"image": "BASE64"}` or `{"images": ["BASE64", …]}`; each may be a `data:` URL.
private struct JSONPictures: Decodable {
    var image: String?
    var images: [String]?

    static func read(_ body: [UInt8], maximumCount: Int) throws -> PicturesOfRequest {
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(body)) else {
            throw RequestError(.badRequest, "The body is not JSON with 'image' or 'images'")
        }
        let texts = read.images ?? read.image.map { [$0] } ?? []
        guard !texts.isEmpty, read.image == nil || read.images == nil else {
            throw RequestError(.badRequest, "The JSON must have one of 'image' and 'images', with a picture in base64")
        }
        guard texts.count <= maximumCount else {
            throw RequestError(.contentTooLarge, "More than \(maximumCount) pictures, which is the limit")
        }
        let files = try texts.map { UploadedFile(name: "", bytes: try bytes(ofBase64: $0)) }
        return PicturesOfRequest(files: files, isList: read.images != nil)
    }

    private static func bytes(ofBase64 text: String) throws -> [UInt8] {
        var text = text[...]
        if text.hasPrefix("data:"), let comma = text.firstIndex(of: ",") { text = text[text.index(after: comma)...] }
        guard let data = Data(base64Encoded: String(text), options: .ignoreUnknownCharacters), !data.isEmpty else {
            throw RequestError(.badRequest, "A picture is not base64")
        }
        return Array(data)
    }
}
