import Foundation
import Testing

extension Pages {
    @Suite("The page of 'ocellus serve'")
    struct ClassifyPage {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
            try Command.run("demo-data", folder("parts"), "--images", "10", "--size", "48", in: folder)
            let trained = try Command.run(
                "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "1", "--batch", "8",
                "--device", "cpu", in: folder)
            #expect(trained.code == 0, "\(trained.errors)")
        }

        private func picture(_ index: Int) throws -> String {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder("parts/nuts")).sorted()
            return folder("parts/nuts/" + files[index])
        }

        private let isAnswered = "!document.querySelector('#result').hidden && !document.querySelector('#result.busy')"

        @Test("shows what 'ocellus predict' says, with bars and the time, and tells what is no picture")
        func answer() async throws {
            let server = try await RunningCommand(["serve", folder("run/model"), "--port", "0"], in: folder)
            defer { server.stop() }
            let predicted = try Command.run("predict", folder("run/model"), picture(0), "--json", in: folder)
            let line = try JSONSerialization.jsonObject(with: Data(predicted.output.utf8)) as? [String: Any]
            let expected = try #require(line?["class"] as? String)
            try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder("fake.png")))
            let file = try picture(0)
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.expectAccessible()
                try await browser.screenshot("classify-empty")
                try await browser.type(file, into: "#file")
                try await browser.wait(isAnswered)
                #expect(try await browser.text("#answer") == expected)
                #expect(try await browser.value("document.querySelectorAll('#bars li').length") as? Int == 3)
                #expect(try await browser.text("#time").contains(" ms"))
                #expect(try await browser.text("#said").hasPrefix(expected), "a screen reader is told")
                #expect(try await browser.isTrue("document.querySelector('#picture').naturalWidth === 48"))
                try await browser.expectAccessible()
                try await browser.screenshot("classify-desktop")
                try await browser.expectAlone()
                try await browser.type(folder("fake.png"), into: "#file")
                try await browser.wait("document.querySelector('#problem').textContent.includes('is not a picture')")
                #expect(try await browser.isTrue("document.querySelector('#result').hidden"))
                try await browser.expectAccessible()
                try await browser.screenshot("classify-problem")
            }
        }

        @Test("takes pictures that are dropped and pasted, on a phone and in the dark")
        func ways() async throws {
            let server = try await RunningCommand(["serve", folder("run/model"), "--port", "0"], in: folder)
            defer { server.stop() }
            let base64 = try Data(contentsOf: URL(fileURLWithPath: picture(1))).base64EncodedString()
            let transfer = """
                (() => {
                    const bytes = Uint8Array.from(atob('\(base64)'), (character) => character.charCodeAt(0));
                    const transfer = new DataTransfer();
                    transfer.items.add(new File([bytes], 'a.png', { type: 'image/png' }));
                    return transfer;
                })()
                """
            try await Browser.run(in: folder) { browser in
                try await browser.pretend(isDark: true, phone: (390, 844))
                for event in [
                    "new DragEvent('drop', { dataTransfer: \(transfer), bubbles: true })",
                    "new ClipboardEvent('paste', { clipboardData: \(transfer), bubbles: true })",
                ] {
                    try await browser.open(server.address)
                    #expect(try await browser.value("document.body.dispatchEvent(\(event))") is Bool)
                    try await browser.wait(isAnswered)
                    #expect(try await browser.text("#answer").isEmpty == false)
                }
                try await browser.expectAccessible(onPhone: true)
                #expect(
                    try await browser.isTrue(
                        "document.querySelector('#photo').getAttribute('capture') === 'environment'"))
                #expect(
                    try await browser.isTrue(
                        "document.querySelector('#result').getBoundingClientRect().bottom <= innerHeight"),
                    "the answer stands on the first screen")
                try await browser.screenshot("classify-phone")
                // By keyboard alone the first thing that is reached chooses a picture.
                try await browser.press("\u{E004}")
                #expect(try await browser.value("document.activeElement.id") as? String == "file")
                #expect(
                    try await browser.isTrue(
                        "getComputedStyle(document.activeElement.parentNode).outlineStyle === 'solid'"),
                    "and shows that it was reached")
            }
        }

        @Test("asks for the key of a service that has one, and says when an answer is not sure")
        func key() async throws {
            let key = String(repeating: "k", count: 20)
            try Data(key.utf8).write(to: URL(fileURLWithPath: folder("keys")))
            let server = try await RunningCommand(
                ["serve", folder("run/model"), "--port", "0", "--api-key-file", folder("keys"), "--reject-below", "1"],
                in: folder)
            defer { server.stop() }
            let file = try picture(0)
            try await Browser.run(in: folder) { browser in
                try await browser.open(server.address)
                try await browser.type(file, into: "#file")
                try await browser.wait("!document.querySelector('#access').hidden")
                #expect(try await browser.value("document.activeElement.id") as? String == "key")
                try await browser.expectAccessible()
                try await browser.screenshot("classify-key")
                try await browser.type("wrong-wrong-wrong-wrong\u{E007}", into: "#key")
                try await browser.wait(
                    "document.querySelector('#problem').textContent.includes('does not take that key')")
                try await browser.type("\(key)\u{E007}", into: "#key")
                try await browser.wait(isAnswered)
                #expect(try await browser.text("#answer") == "Not sure")
                #expect(try await browser.text("#said").hasPrefix("Not sure. The likeliest is"))
                try await browser.screenshot("classify-unsure")
            }
        }
    }
}
