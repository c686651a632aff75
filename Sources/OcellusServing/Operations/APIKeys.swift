import FoundationEssentials
import HTTPTypes

/// The keys that let a client use a service.
public struct APIKeys: Sendable {
    private let keys: [[UInt8]]

    /// Reads keys, one a line; empty lines and those that begin with `#` are left out.
    /// - Throws: `HTTPServiceError` that names the file: it cannot be read, has no key, or one that is too short to be safe.
    public init(contentsOf path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw HTTPServiceError("\(path): the file of keys cannot be read")
        }
        let lines = data.split(whereSeparator: { $0 == 10 || $0 == 13 }).map { line in
            Array(line.drop { $0 == 32 || $0 == 9 }.reversed().drop { $0 == 32 || $0 == 9 }.reversed())
        }
        keys = lines.filter { !$0.isEmpty && $0[0] != UInt8(ascii: "#") }
        guard !keys.isEmpty else { throw HTTPServiceError("\(path): has no key. Write one a line") }
        guard keys.allSatisfy({ $0.count >= 16 && $0.allSatisfy { 33...126 ~= $0 } }) else {
            throw HTTPServiceError(
                "\(path): a key is shorter than 16 characters, or has others than ASCII's visible ones. "
                    + "'openssl rand -hex 16' makes a good one")
        }
    }

    /// - Throws: `RequestError` 401 unless the request brings a key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`.
    func check(_ headers: HTTPFields) throws {
        let bearer = headers[.authorization].flatMap { field -> String? in
            guard field.prefix(7).lowercased() == "bearer " else { return nil }
            return String(field.dropFirst(7).drop { $0 == " " })
        }
        guard let given = bearer ?? Self.field.flatMap({ headers[$0] }), isKnown(Array(given.utf8)) else {
            throw RequestError(
                .unauthorized, "This needs a key: send Authorization: Bearer KEY", headers: [.wwwAuthenticate: "Bearer"]
            )
        }
    }

    private static let field = HTTPField.Name("X-API-Key")

    /// Compares with all keys, and with all bytes of each, so that the time tells nothing of how much is right.
    func isKnown(_ given: [UInt8]) -> Bool {
        var isFound: UInt8 = 0
        for key in keys {
            var difference = given.count ^ key.count
            for (place, byte) in given.enumerated() { difference |= Int(byte ^ key[place % key.count]) }
            isFound |= difference == 0 ? 1 : 0
        }
        return isFound == 1
    }
}
