import Foundation
import Testing

/// Tests of pages run one after the other: each takes a browser.
@Suite(
    "Pages", .serialized,
    .enabled(if: Browser.isThere, "there is no chromium with its chromedriver (Debian: chromium, chromium-driver)"))
struct Pages {}

extension Pages {
    @Suite("The page of 'ocellus label'")
    struct LabelPage {
        let folder: TemporaryFolder

        /// Thirty pictures in one folder, a model of them, and a file that is none.
        init() throws {
            folder = try TemporaryFolder()
            try Command.run("demo-data", folder("parts"), "--images", "10", "--size", "48", in: folder)
            try FileManager.default.createDirectory(atPath: folder("all"), withIntermediateDirectories: true)
            for name in ["bolts", "nuts", "washers"] {
                for file in try FileManager.default.contentsOfDirectory(atPath: folder("parts/" + name)) {
                    try FileManager.default.copyItem(
                        atPath: folder("parts/\(name)/\(file)"), toPath: folder("all/\(name)-\(file)"))
                }
            }
            try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder("all/broken.jpg")))
        }

        private var labels: [String] {
            let text = (try? String(contentsOfFile: folder("all/labels.csv"), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").dropFirst().map(String.init)
        }

        private func wait(forLabels count: Int) async throws {
            _ = try await eventually("\(count) labels") { labels.count == count ? true : nil }
        }

        private let isShown =
            "document.querySelector('#picture').naturalWidth > 0 && !document.querySelector('#picture').hidden"

        @Test("labels by keys alone, one picture after the other, and takes steps back")
        func keys() async throws {
            let server = try await RunningCommand(
                ["label", folder("all"), "--classes", "bolts,nuts,washers", "--port", "0"], in: folder)
            defer { server.stop() }
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.wait(isShown)
                try await browser.expectAccessible()
                let first = try await browser.text("#name")
                try await browser.press("2")
                try await wait(forLabels: 1)
                #expect(labels == ["\(first),nuts,"])
                try await browser.wait("document.querySelector('#name').textContent !== '\(first)'")
                try await browser.press("n")
                try await browser.press("s")
                try await browser.press("13")
                try await wait(forLabels: 3)
                let unsure = folder("all/labels.not-sure.csv")
                #expect(try String(contentsOfFile: unsure, encoding: .utf8).split(separator: "\n").count == 2)
                try await browser.press("uuuu")
                _ = try await eventually("nothing is said of any but the first") {
                    try String(contentsOfFile: unsure, encoding: .utf8) == "file\n" && labels.count == 1 ? true : nil
                }
                try await browser.wait("document.querySelector('#counts').textContent.startsWith('1 of 31')")
                try await browser.wait("document.querySelector('#counts').textContent.includes('1 cannot be read')")
                try await browser.screenshot("label-desktop")
                // What a screen reader is told of the picture, and of how far it has come.
                let picture = try await browser.value("document.querySelector('#picture').alt") as? String
                #expect(picture?.contains("to label") == true)
                #expect(try await browser.text("#said").isEmpty == false)
                #expect(
                    try await browser.isTrue(
                        "document.querySelector('#bar').getAttribute('aria-valuetext').includes('labelled')"))
                try await browser.expectAlone()
            }
        }

        @Test("labels many pictures at once in a grid, and shows which cannot be read, and why")
        func grid() async throws {
            let server = try await RunningCommand(
                ["label", folder("all"), "--classes", "bolts,nuts,washers", "--port", "0"], in: folder)
            defer { server.stop() }
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.wait(isShown)
                try await browser.press("g")
                try await browser.wait("document.querySelectorAll('#tiles button').length === 24")
                try await browser.click("#tiles li:nth-child(1) button")
                try await browser.click("#tiles li:nth-child(3) button")
                try await browser.screenshot("label-grid")
                try await browser.expectAccessible()
                try await browser.click("#classes li:nth-child(3) button")
                try await wait(forLabels: 2)
                #expect(labels.allSatisfy { $0.hasSuffix(",washers,") })
                try await browser.wait("document.querySelectorAll('#tiles button').length === 24")
                try await browser.press("a1")
                try await wait(forLabels: 26)
                try await browser.press("u")
                try await wait(forLabels: 2)
                _ = try await browser.value(
                    "(document.querySelector('#show').value = 'unreadable', document.querySelector('#show').dispatchEvent(new Event('change')))"
                )
                try await browser.wait(
                    "document.querySelector('#tiles').textContent.includes('broken.jpg is not a picture')")
                _ = try await browser.value(
                    "(document.querySelector('#show').value = 'labelled&class=2', document.querySelector('#show').dispatchEvent(new Event('change')))"
                )
                try await browser.wait("document.querySelectorAll('#tiles button').length === 2")
                try await browser.press("a")
                try await browser.click("#clear")
                try await wait(forLabels: 0)
                try await browser.expectAlone()
            }
        }

        @Test("does no harm in two tabs: the second is told what the first said")
        func tabs() async throws {
            let server = try await RunningCommand(
                ["label", folder("all"), "--classes", "bolts,nuts,washers", "--port", "0"], in: folder)
            defer { server.stop() }
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.wait(isShown)
                let first = try await browser.tab()
                let second = try await browser.openTab()
                try await browser.use(tab: second)
                try await browser.open(server.address)
                try await browser.wait(isShown)
                let name = try await browser.text("#name")
                // It must not look for itself what the other says before it speaks.
                _ = try await browser.value("(look = async () => {}, true)")
                try await browser.use(tab: first)
                #expect(try await browser.text("#name") == name, "both show the same picture")
                try await browser.press("1")
                try await wait(forLabels: 1)
                try await browser.use(tab: second)
                try await browser.press("2")
                try await browser.wait(
                    "document.querySelector('#notices').textContent.includes('another tab: “bolts” stays')")
                #expect(labels == ["\(name),bolts,"])
            }
        }

        @Test("loses nothing when the server is killed, and goes on when it is started anew")
        func kill() async throws {
            let arguments = ["label", folder("all"), "--classes", "bolts,nuts,washers", "--port"]
            var server = try await RunningCommand(arguments + ["0"], in: folder)
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.wait(isShown)
                try await browser.press("123")
                try await wait(forLabels: 3)
                server.kill()
                let before = labels
                try await browser.press("1")
                try await browser.wait(
                    "document.querySelector('#notices').textContent.includes('1 step is not saved yet')")
                try FileHandle(forUpdating: URL(fileURLWithPath: folder("all/labels.csv"))).truncate(
                    atOffset: UInt64(before.joined(separator: "\n").utf8.count + "file,class,part\n".utf8.count - 3))
                server = try await RunningCommand(arguments + [server.port], in: folder)
                defer { server.stop() }
                #expect(server.messages.contains("was cut off"))
                try await browser.wait("performance.getEntriesByType('navigation')[0].type === 'reload'")
                try await browser.wait("document.querySelector('#counts').textContent.startsWith('2 of 31')")
                #expect(labels == Array(before.dropLast()))
            }
        }

        @Test("suggests with a model, asks for the least certain first, and trains another one meanwhile")
        func model() async throws {
            let trained = try Command.run(
                "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "3", "--batch", "8",
                "--device", "cpu", in: folder)
            #expect(trained.code == 0, "\(trained.errors)")
            let server = try await RunningCommand(
                [
                    "label", folder("all"), "--model", folder("run/model"), "--runs", folder("models"), "--device",
                    "cpu",
                    "--port", "0",
                ], in: folder)
            defer { server.stop() }
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.wait("document.querySelector('#advice').textContent.startsWith('Looks like')")
                try await browser.wait("document.querySelector('#model-text').textContent.includes('30 of 30')")
                try await browser.screenshot("label-model")
                for _ in 0..<3 { try await browser.press("\u{E007}") }
                try await wait(forLabels: 3)
                // The rest by its file's name, as a person would.
                for count in 4...24 {
                    let name = try await eventually("the next picture") {
                        let name = try await browser.text("#name")
                        return name.isEmpty ? nil : name
                    }
                    try await browser.press(name.hasPrefix("bolts") ? "1" : name.hasPrefix("nuts") ? "2" : "3")
                    try await wait(forLabels: count)
                    try await browser.wait("document.querySelector('#name').textContent !== '\(name)'")
                }
                try await browser.click("#train")
                try await browser.press("1")
                try await wait(forLabels: 25)
                try await browser.wait(
                    "/^Trained on \\d+ pictures: \\d+ % right/.test(document.querySelector('#training-text').textContent)"
                )
                try await browser.wait("document.querySelector('#model-text').textContent.includes('models/label-1')")
                #expect(FileManager.default.fileExists(atPath: folder("models/label-1/model/model.json")))
                try await browser.expectAlone()
            }
        }

        @Test("is of use on a phone and in the dark")
        func phone() async throws {
            let server = try await RunningCommand(
                ["label", folder("all"), "--classes", "bolts,nuts,washers", "--port", "0"], in: folder)
            defer { server.stop() }
            try await Browser.run(in: folder) { browser in
                try await browser.pretend(isDark: true)
                try await browser.open(server.address)
                try await browser.wait(isShown)
                try await browser.expectAccessible()
                try await browser.screenshot("label-dark")
                try await browser.pretend(phone: (390, 844))
                try await browser.open(server.address)
                try await browser.wait(isShown)
                try await browser.expectAccessible(onPhone: true)
                #expect(
                    try await browser.isTrue(
                        "document.querySelector('#classes').getBoundingClientRect().bottom <= innerHeight"))
                try await browser.screenshot("label-phone")
                try await browser.click("#to-grid")
                try await browser.wait("document.querySelectorAll('#tiles button').length === 12")
                try await browser.expectAccessible(onPhone: true)
                try await browser.screenshot("label-phone-grid")
            }
        }
    }
}
