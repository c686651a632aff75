import Foundation
import Ocellus

/// Small copies of pictures, and of what a model looks at in them, as parts of a page.
struct ReportPictures {
    private let gradCAM: GradCAM?
    private static let side = 160

    init(_ model: Model, backend: any Backend) {
        // A network whose layers have no places, or no gradient, has nothing to show.
        gradCAM = try? GradCAM(model, backend: backend)
    }

    /// A picture with words below it.
    func figure(_ file: String, caption: String) -> String {
        let name = URL(fileURLWithPath: file).lastPathComponent
        return "<figure>\(image(file))<figcaption>\(escapedHTML(caption))<br>\(escapedHTML(name))</figcaption></figure>"
    }

    /// A picture; words where it cannot be read any more.
    func image(_ file: String) -> String {
        guard let picture = try? RGBImage.decode(contentsOf: file) else {
            return "<p>\(escapedHTML(file)) cannot be read</p>"
        }
        return element(picture, "the picture \(file)")
    }

    /// What speaks for a class in a picture; nothing where that cannot be told.
    func overlay(_ file: String, _ classIndex: Int) -> String {
        guard let picture = try? RGBImage.decode(contentsOf: file),
            let explanation = try? gradCAM?.explain(picture, classIndex: classIndex)
        else { return "" }
        return element(explanation.overlay(), "where it finds \(explanation.className)")
    }

    private func element(_ picture: RGBImage, _ description: String) -> String {
        let scale = min(1, Double(Self.side) / Double(max(picture.width, picture.height)))
        let small = picture.resized(
            width: max(1, Int((Double(picture.width) * scale).rounded())),
            height: max(1, Int((Double(picture.height) * scale).rounded())))
        guard let bytes = try? small.encodeJPEG(quality: 82) else { return "" }
        return
            "<img src=\"data:image/jpeg;base64,\(Data(bytes).base64EncodedString())\" alt=\"\(escapedHTML(description))\" loading=\"lazy\">"
    }
}
