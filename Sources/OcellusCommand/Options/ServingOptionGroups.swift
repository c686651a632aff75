import ArgumentParser
import Logging
import Ocellus
import OcellusServing

/// Where `serve` listens, to whom, and how long it waits for them.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The address to listen on; 0.0.0.0 for all that this machine has.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 for one that is free.", valueName: "n"))
    var port = 5000

    @Option(
        help: ArgumentHelp(
            "The certificate for TLS, in PEM format, followed by those that signed it.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's key, in PEM format.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Only clients that send one of the keys in this file, a line each, are served: as Authorization: Bearer KEY.",
            valueName: "file"))
    var apiKeyFile: String?

    @Option(help: ArgumentHelp("The largest body of a request.", valueName: "size"))
    var maxBody = ByteCount(32 << 20)

    @Option(help: ArgumentHelp("The most connections at once; more wait.", valueName: "n"))
    var maxConnections = 4096

    @Option(help: ArgumentHelp("How long a request's headers may take to arrive.", valueName: "seconds"))
    var headerTimeout = 10.0

    @Option(help: ArgumentHelp("How long a request's body may take to arrive.", valueName: "seconds"))
    var bodyTimeout = 30.0

    @Option(help: ArgumentHelp("How long a connection may be idle between requests.", valueName: "seconds"))
    var idleTimeout = 60.0

    @Option(help: ArgumentHelp("How long what is in flight may take once it is asked to stop.", valueName: "seconds"))
    var stopTimeout = 10.0

    @Option(help: ArgumentHelp("How the log, on standard error, is written: text or json.", valueName: "format"))
    var logFormat = ServiceLog.Format.text

    @Option(
        help: ArgumentHelp(
            "What is logged: info has a line a request; notice, warning and error have less.", valueName: "level"))
    var logLevel = Logger.Level.info

    func validate() throws {
        if !(0...65535 ~= port) { throw ValidationError("--port is \(port); it must be 0 to 65535") }
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key belong together; give both")
        }
        if maxConnections < 1 { throw ValidationError("--max-connections is \(maxConnections); it must be 1 or more") }
        if maxBody.bytes < 1 { throw ValidationError("--max-body must be 1 byte or more") }
        for (name, time) in [
            ("header", headerTimeout), ("body", bodyTimeout), ("idle", idleTimeout), ("stop", stopTimeout),
        ] where !(0.001...86400 ~= time) {
            throw ValidationError("--\(name)-timeout is \(time); it must be 0.001 to 86400 seconds")
        }
    }

    func makeLogger() -> Logger {
        let log = ServiceLog(format: logFormat, level: logLevel)
        return Logger(label: "ocellus", factory: { _ in log })
    }

    func apply(to options: inout ServingOptions) throws {
        options.http.host = host
        options.http.port = port
        if let tlsCertificate, let tlsKey { options.http.tls = TLSFiles(certificate: tlsCertificate, key: tlsKey) }
        options.keys = try apiKeyFile.map(APIKeys.init)
        options.http.limits.bodyBytes = maxBody.bytes
        options.http.limits.bodyBytesInAll = max(512 << 20, 2 * maxBody.bytes)
        options.http.limits.connections = maxConnections
        options.http.limits.headerTime = .seconds(headerTimeout)
        options.http.limits.bodyTime = .seconds(bodyTimeout)
        options.http.limits.idleTime = .seconds(idleTimeout)
        options.http.limits.stopTime = .seconds(stopTimeout)
        options.logsRequests = logLevel <= .info
    }
}

/// How `serve` brings pictures together.
struct BatchingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The most pictures that are computed at once.", valueName: "n"))
    var maxBatch = 8

    @Option(
        help: ArgumentHelp(
            "How long a picture waits for others that are being decoded; one that is alone never waits.",
            valueName: "milliseconds"))
    var maxDelay = 2.0

    @Option(
        name: .customLong("queue"),
        help: ArgumentHelp(
            "The most pictures that wait; requests beyond it are told to come back later.", valueName: "n"))
    var queueLength = 256

    @Option(help: ArgumentHelp("The most pixels that a picture may have.", valueName: "n"))
    var maxPixels = 50_000_000

    func validate() throws {
        if !(1...1024 ~= maxBatch) { throw ValidationError("--max-batch is \(maxBatch); it must be 1 to 1024") }
        if !(0...10_000 ~= maxDelay) { throw ValidationError("--max-delay is \(maxDelay); it must be 0 to 10000") }
        if !(1...100_000 ~= queueLength) { throw ValidationError("--queue is \(queueLength); it must be 1 to 100000") }
        if maxPixels < 1 { throw ValidationError("--max-pixels is \(maxPixels); it must be 1 or more") }
    }

    func apply(to options: inout ServingOptions) {
        options.inference.maximumBatch = maxBatch
        options.inference.maximumDelay = .milliseconds(maxDelay)
        options.inference.queueLength = queueLength
        options.inference.pictures.pixels = maxPixels
    }
}

/// What `serve` answers, and keeps.
struct AnswerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A picture whose likeliest class is less probable is rejected: its class is null.", valueName: "probability"
        ))
    var rejectBelow: Float?

    @Option(
        help: ArgumentHelp(
            "Keep rejected pictures in this folder, with a review.csv for their labels.", valueName: "folder"))
    var reviewFolder: String?

    @Option(help: ArgumentHelp("The most pictures that the review folder may hold.", valueName: "n"))
    var reviewLimit = 1000

    func validate() throws {
        if let rejectBelow, !(0...1 ~= rejectBelow) {
            throw ValidationError("--reject-below is \(rejectBelow); it must be 0 to 1")
        }
        if reviewFolder != nil, rejectBelow == nil {
            throw ValidationError("--review-folder keeps rejected pictures; give --reject-below too")
        }
        if reviewLimit < 1 { throw ValidationError("--review-limit is \(reviewLimit); it must be 1 or more") }
    }

    func apply(to options: inout ServingOptions, logger: Logger) throws {
        options.rejectBelow = rejectBelow
        options.review = try reviewFolder.map { try ReviewFolder($0, limit: reviewLimit, logger: logger) }
    }
}

extension ServiceLog.Format: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
