public import HTTPTypes

/// Why a request is not answered as it asks: the status and what the client is told, `{"error": message}`. It says
/// nothing of the server's insides.
public struct RequestError: Error, Sendable, Equatable {
    /// The response's status.
    public var status: HTTPResponse.Status
    /// What the client is told.
    public var message: String
    /// More header fields, as `Retry-After`.
    public var headers: HTTPFields

    /// An error with a status and what the client is told.
    public init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    /// The response that tells it.
    var response: ServiceResponse {
        var response = ServiceResponse(status, body: JSONText.object("error", message), type: "application/json")
        response.headers.append(contentsOf: headers)
        return response
    }
}
