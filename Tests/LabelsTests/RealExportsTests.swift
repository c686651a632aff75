import Foundation
import OcellusData
import OcellusLabels
import Testing

private let annotations = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data/annotations").path

/// Exports that the tools themselves wrote.
@Suite(
    .enabled(if: FileManager.default.fileExists(atPath: annotations), "There is no ../shared/data beside the package."))
struct RealExportsTests {
    private func read(_ name: String, cropsBoxes: Bool = false) throws -> LabelImport {
        try LabelImport(annotations + "/" + name, cropsBoxes: cropsBoxes)
    }

    @Test func `LabelImg's raccoons`() throws {
        let labels = try read("voc-labelimg-raccoon")
        #expect(labels.format == .voc && labels.otherFormats == [.csv] && labels.fileCount == 9)
        #expect(labels.problems.isEmpty && labels.counts.map(\.count) == [9])
        #expect(try read("voc-labelimg-raccoon", cropsBoxes: true).counts.map(\.count).reduce(0, +) >= 9)
        // The table lists 200 pictures, of which 9 are there.
        let table = try read("voc-labelimg-raccoon/data/raccoon_labels.csv")
        #expect(table.format == .csv && table.problems.count > 100)
    }

    @Test func `LabelImg's blood cells: several kinds in a picture, so each box is one`() throws {
        let whole = try read("voc-labelimg-bccd")
        #expect(whole.format == .voc && whole.fileCount == 10)
        #expect(whole.problems.allSatisfy { "\($0)".contains("labels: ") && "\($0)".contains("--crop-boxes") })
        let boxes = try read("voc-labelimg-bccd", cropsBoxes: true)
        #expect(boxes.problems.isEmpty && boxes.counts.map(\.className) == ["Platelets", "RBC", "WBC"])
    }

    @Test func `CVAT's tags and shapes`() throws {
        let project = try read("cvat-for-images/export_project", cropsBoxes: true)
        #expect(project.format == .cvat && project.problems.isEmpty)
        #expect(project.partCounts.map(\.part) == [.train, .validation, .test])
        let tags = try read("cvat-for-images-tags/garbage.xml")
        #expect(tags.format == .cvat && tags.counts.isEmpty)  // its pictures are not there
        #expect(tags.problems.contains { "\($0)".contains("has 2 labels: “is_empty”, “is_scattered”") })
        #expect(tags.problems.contains { "\($0)".contains("there is no file “img/1.jpg”") })
        #expect(try read("cvat-for-images-tags/urban.xml").problems.count > 0)
    }

    @Test func `ImageNet's text, with names and without`() throws {
        let basic = try read("imagenet-txt/basic")
        #expect(basic.format == .imagenet && basic.counts.map(\.className) == ["label_0", "label_5"])
        #expect(
            basic.problems.map { "\($0)".split(separator: "/").last.map(String.init) } == [
                "train.txt:3: there is no file “3.jpg”", "train.txt:4: there is no file “4.jpg”",
            ])
        for name in ["custom_labels", "no_labels"] { #expect(try read("imagenet-txt/" + name).problems.count == 1) }
    }

    @Test func `labelme's flags`() throws {
        let labels = try read("labelme-flags")
        #expect(
            labels.format == .labelme && labels.problems.isEmpty && labels.counts.map(\.className) == ["cat", "dog"])
    }

    @Test func `Label Studio's choices`() throws {
        let labels = try read("label-studio/choices.json")
        #expect(labels.format == .labelStudio)
        #expect(labels.problems.map(\.reason) == ["there is no file “https://pytest.labelstud.io/mypets.jpg”"])
        #expect(try read("label-studio").problems.count > 5)
    }

    @Test func `Roboflow's nails and eggs`() throws {
        let nails = try read("roboflow-multiclass-nail")
        #expect(nails.format == .roboflow && nails.fileCount == 3 && nails.problems.count > 100)
        let eggs = try LabelImport(annotations + "/../../data/eggs")
        #expect(eggs.problems.isEmpty && eggs.counts.map(\.count).reduce(0, +) == 662 && eggs.partCounts.count == 3)
    }
}
