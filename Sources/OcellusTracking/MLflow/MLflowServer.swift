import Foundation

/// Where an MLflow server is, and how one logs in to it.
///
/// Environment variables are MLflow's own: `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`;
/// `MLFLOW_TRACKING_INSECURE_TLS` to trust any certificate, `MLFLOW_TRACKING_SERVER_CERT_PATH` for those to trust. None of
/// them is written anywhere.
public struct MLflowServer: Sendable {
    /// Its address, as `http://localhost:5000`, without a slash at its end.
    public let address: String
    /// The header `Authorization`; nil to send none.
    let authorization: String?
    let trustsAnyCertificate: Bool
    /// A file of certificates that are trusted; nil for the system's.
    let certificateFile: String?

    /// A server.
    ///
    /// - Throws: `MLflowError` when the address is none of a server.
    public init(
        _ address: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        let trimmed = String(address.reversed().drop { $0 == "/" }.reversed())
        guard let parts = URLComponents(string: trimmed), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil
        else {
            throw MLflowError(
                "'\(address)' is no address of an MLflow server, which is as http://localhost:5000 (runs in files or a data base "
                    + "are reached through one: mlflow server --backend-store-uri …)")
        }
        guard parts.user == nil, parts.password == nil else {
            throw MLflowError(
                "the address of the MLflow server holds a password, which would be written to the run: give it in the environment, as "
                    + "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD")
        }
        self.address = trimmed
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let name = value("MLFLOW_TRACKING_USERNAME"), let password = value("MLFLOW_TRACKING_PASSWORD") {
            authorization = "Basic " + Data("\(name):\(password)".utf8).base64EncodedString()
        } else {
            authorization = value("MLFLOW_TRACKING_TOKEN").map { "Bearer " + $0 }
        }
        trustsAnyCertificate = ["true", "1"].contains(value("MLFLOW_TRACKING_INSECURE_TLS")?.lowercased())
        certificateFile = value("MLFLOW_TRACKING_SERVER_CERT_PATH")
    }
}

/// What is wrong with an MLflow server, or with its address.
public struct MLflowError: Error, CustomStringConvertible {
    /// In words.
    public let description: String
    /// The server's own code of it, as `RESOURCE_DOES_NOT_EXIST`; nil when it has said none.
    let code: String?

    init(_ description: String, code: String? = nil) {
        self.description = description
        self.code = code
    }
}
