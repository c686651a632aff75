import NIOSSL

/// The files of a certificate and its key, in PEM format.
public struct TLSFiles: Sendable, Equatable {
    /// The certificate, followed by those that signed it.
    public var certificate: String
    /// The certificate's private key.
    public var key: String

    /// A certificate and its key.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// TLS 1.2 or later with these files.
    /// - Throws: `HTTPServiceError` that names the file.
    func configuration() throws -> TLSConfiguration {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate)
        } catch {
            throw HTTPServiceError("\(certificate): is missing, or is not a certificate in PEM format")
        }
        guard !chain.isEmpty else { throw HTTPServiceError("\(certificate): has no certificate in PEM format") }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        } catch {
            throw HTTPServiceError("\(key): is missing, or is not a private key without a password in PEM format")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw HTTPServiceError("\(key): is not the key of the certificate in \(certificate)")
        }
        return configuration
    }
}
