import Foundation
import HTTPTestClient
import Testing

/// A headless Chromium, driven by the WebDriver protocol (W3C, "WebDriver", 2018) through Debian's chromedriver.
final class Browser {
    static let driverPath = find("chromedriver")
    /// Whether pages can be tested.
    static var isThere: Bool { driverPath != nil && find("chromium") != nil }

    private let driver: Process
    private let log: String
    private let port: Int
    private let session: String

    /// Starts a browser with a window of a size, and ends it after the work.
    static func run(
        in folder: TemporaryFolder, width: Int = 1280, height: Int = 860, _ work: (Browser) async throws -> Void
    ) async throws {
        let browser = try await Browser(in: folder, width: width, height: height)
        do {
            try await work(browser)
        } catch {
            await browser.quit()
            throw error
        }
        await browser.quit()
    }

    private init(in folder: TemporaryFolder, width: Int, height: Int) async throws {
        log = folder("driver-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        driver = Process()
        driver.executableURL = URL(fileURLWithPath: try #require(Self.driverPath))
        driver.arguments = ["--port=0"]
        driver.standardOutput = FileHandle(forWritingAtPath: log)
        driver.standardError = FileHandle.nullDevice
        try driver.run()
        let log = log
        port = try await eventually("chromedriver listens") {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            return text.firstMatch(of: /successfully on port (\d+)/).flatMap { Int($0.1) }
        }
        let options: [String: Any] = [
            "binary": try #require(Self.find("chromium")),
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--window-size=\(width),\(height)",
            ],
        ]
        let capabilities: [String: Any] = [
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let made = try await Self.send(
            "POST", "/session", port: port, ["capabilities": ["alwaysMatch": capabilities]])
        let id = try #require((made as? [String: Any])?["sessionId"] as? String)
        session = "/session/" + id
    }

    private func quit() async {
        _ = try? await Self.send("DELETE", session, port: port, nil)
        // Its browser has ended with the session.
        kill(driver.processIdentifier, SIGKILL)
    }

    func open(_ address: String) async throws { _ = try await post("url", ["url": address]) }

    /// The value of a JavaScript expression.
    func value(_ expression: String) async throws -> Any? {
        try await post("execute/sync", ["script": "return \(expression)", "args": []])
    }

    func text(_ selector: String) async throws -> String {
        try await value("document.querySelector('\(selector)').textContent") as? String ?? ""
    }

    func isTrue(_ expression: String) async throws -> Bool {
        try await value("Boolean(\(expression))") as? Bool ?? false
    }

    /// Waits until an expression is true.
    func wait(_ expression: String) async throws {
        _ = try await eventually(expression) { try await self.isTrue(expression) ? true : nil }
    }

    func click(_ selector: String) async throws { _ = try await post("element/\(element(selector))/click", [:]) }

    /// Types into an element, or chooses a file.
    func type(_ text: String, into selector: String) async throws {
        _ = try await post("element/\(element(selector))/value", ["text": text])
    }

    /// Presses keys, one after the other, wherever the focus is.
    func press(_ keys: String) async throws {
        let actions = keys.flatMap { key in ["keyDown", "keyUp"].map { ["type": $0, "value": String(key)] } }
        _ = try await post("actions", ["actions": [["type": "key", "id": "keyboard", "actions": actions]]])
    }

    /// Calls Chromium's own protocol.
    func chromium(_ command: String, _ parameters: [String: Any]) async throws -> Any? {
        try await post("goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    /// Shows pages as in the dark, or as on a phone.
    func pretend(isDark: Bool = false, phone: (width: Int, height: Int)? = nil) async throws {
        _ = try await chromium(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
        guard let phone else { return }
        _ = try await chromium(
            "Emulation.setDeviceMetricsOverride",
            ["width": phone.width, "height": phone.height, "deviceScaleFactor": 2, "mobile": true])
        _ = try await chromium("Emulation.setTouchEmulationEnabled", ["enabled": true])
    }

    func openTab() async throws -> String {
        let made = try await post("window/new", ["type": "tab"]) as? [String: Any]
        return try #require(made?["handle"] as? String)
    }

    func tab() async throws -> String {
        try #require(try await Self.send("GET", session + "/window", port: port, nil) as? String)
    }
    func use(tab: String) async throws { _ = try await post("window", ["handle": tab]) }

    /// What the page wrote to its console, complaints of its security policy with it.
    func complaints() async throws -> [String] {
        let entries = try await post("se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.filter { $0["level"] as? String == "SEVERE" }.compactMap { $0["message"] as? String }
    }

    /// Keeps a picture of the page where OCELLUS_SCREENSHOTS says, if it says so: to be looked at.
    func screenshot(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["OCELLUS_SCREENSHOTS"] else { return }
        let answer = try await Self.send("GET", session + "/screenshot", port: port, nil)
        let data = try #require((answer as? String).flatMap { Data(base64Encoded: $0) })
        try data.write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
    }

    private func element(_ selector: String) async throws -> String {
        let found = try await post("element", ["using": "css selector", "value": selector]) as? [String: String]
        return try #require(found?.values.first, "\(selector)")
    }

    private func post(_ path: String, _ body: [String: Any]) async throws -> Any? {
        try await Self.send("POST", session + "/" + path, port: port, body)
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }

    private static func send(_ method: String, _ path: String, port: Int, _ body: [String: Any]?) async throws -> Any? {
        let bytes = try body.map { Array(try JSONSerialization.data(withJSONObject: $0)) } ?? []
        let head = [
            "\(method) \(path) HTTP/1.1", "Host: localhost:\(port)", "Content-Type: application/json",
            "Content-Length: \(bytes.count)", "Connection: close", "", "",
        ].joined(separator: "\r\n")
        // A browser takes its time to start.
        let connection = try Connection(port: port, timeout: 90)
        try await connection.send(Array(head.utf8) + bytes)
        let answer = try await connection.response()
        let value = (try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])?["value"]
        guard answer.status == 200 else {
            let error = value as? [String: Any]
            throw Failure(description: "\(path): \(error?["message"] as? String ?? "no answer")")
        }
        return value is NSNull ? nil : value
    }

    private static func find(_ program: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// Asks again until there is a value.
func eventually<Value>(
    _ what: String, seconds: Double = 60, _ value: () async throws -> Value?
) async throws -> Value {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
        if let found = try await value() { return found }
        try await Task.sleep(nanoseconds: 50_000_000)
    }
    return try #require(try await value(), "\(what)")
}
