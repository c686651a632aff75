import Foundation
import OcellusData
import OcellusImages
import OcellusLabels
import Testing

@Suite struct LabelImportTests {
    private let folder: LabelFolder

    init() throws { folder = try LabelFolder() }

    @Test func `A folder without labels is an error that says what is known`() throws {
        try folder.writePictures("a.png")
        try folder.write("hello", to: "notes.txt")
        try folder.write("{}", to: "empty.json")
        try folder.write("<html></html>", to: "page.xml")
        #expect {
            try LabelImport(folder.path)
        } throws: {
            "\($0)".contains("Known are: Roboflow's _classes.csv, COCO, YOLO, Pascal VOC")
        }
        #expect(throws: DatasetError.self) { try LabelImport(folder.path + "/gone") }
    }

    @Test func `Several formats: one is taken, the others are named`() throws {
        try folder.writePictures("a.png", "b.png")
        try folder.write("file,class\na.png,x\n", to: "labels.csv")
        try folder.write("a.png 0\nb.png 1\n", to: "list.txt")
        let labels = try LabelImport(folder.path)
        #expect(labels.format == .imagenet && labels.otherFormats == [.csv])
        #expect(try LabelImport(folder.path, format: .csv).counts.map(\.className) == ["x"])
        #expect(try LabelImport(folder.path + "/labels.csv").format == .csv)
    }

    @Test func `Pictures may lie elsewhere, and paths lead there`() throws {
        try folder.writePictures("photos/deep/a.png")
        try folder.write("file,class\na.png,x\n", to: "labels/labels.csv")
        #expect(try LabelImport(folder.path + "/labels").problems.count == 1)
        let labels = try LabelImport(folder.path + "/labels", pictureFolder: folder.path + "/photos")
        try FileManager.default.createDirectory(atPath: folder.path + "/out", withIntermediateDirectories: true)
        let output = folder.path + "/out/data.csv"
        try labels.write(to: output)
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "file,class\n../photos/deep/a.png,x\n")
        #expect(throws: DatasetError.alreadyExists(output)) { try labels.write(to: output) }
    }

    @Test func `Boxes are cut out to the pixel, in pixels and in parts`() throws {
        try folder.writePictures("a.png", "b.png")
        try folder.write("image,label,xmin,ymin,xmax,ymax\na.png,x,2,1,5.4,99\n", to: "boxes.csv")
        try LabelImport(folder.path + "/boxes.csv", cropsBoxes: true).write(to: folder.path + "/data.csv")
        let crop = try RGBImage.decode(contentsOf: folder.path + "/data-crops/a-1.png")
        #expect(crop.width == 3 && crop.height == 5)
        #expect(Array(crop.pixels.prefix(6)) == [20, 10, 0, 30, 10, 0])
        #expect(crop.pixels.suffix(3).elementsEqual([40, 50, 0]))
        try folder.write("x\n", to: "classes.txt")
        try folder.write("0 0.5 0.5 0.5 0.5\n", to: "b.txt")
        try LabelImport(folder.path, format: .yolo, cropsBoxes: true).write(to: folder.path + "/yolo.csv")
        let part = try RGBImage.decode(contentsOf: folder.path + "/yolo-crops/b-1.png")
        #expect(part.width == 4 && part.height == 3 && part.pixels.prefix(3).elementsEqual([20, 20, 1]))
    }

    @Test func `A box beside the picture leaves nothing behind`() throws {
        try folder.writePictures("a.png")
        try folder.write("image,label,xmin,ymin,xmax,ymax\na.png,x,0,0,2,2\na.png,x,20,0,30,5\n", to: "boxes.csv")
        let labels = try LabelImport(folder.path + "/boxes.csv", cropsBoxes: true)
        #expect(throws: DatasetError.self) { try labels.write(to: folder.path + "/data.csv") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.png", "boxes.csv"])
    }

    @Test func `Two files that disagree about a picture`() throws {
        try folder.writePictures("a.png")
        try folder.write("file,class\na.png,x\n", to: "1.csv")
        try folder.write("file,class\na.png,y\n", to: "2.csv")
        let problems = try folder.problems()
        #expect(problems.count == 1 && problems[0].hasPrefix("2.csv:2: “a.png” is “y” here and “x” in "))
    }

    @Test func `An XML file cannot name other files or grow`() throws {
        let secret = folder.path + "/secret"
        try folder.write("secret", to: "secret")
        try folder.writePictures("a.png")
        try folder.write(
            """
            <!DOCTYPE annotation [<!ENTITY e SYSTEM "file://\(secret)">]>
            <annotation><filename>a.png</filename><object><name>&e;</name>
            <bndbox><xmin>0</xmin><ymin>0</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>
            """, to: "a.xml")
        let text = (try? folder.problems().joined()) ?? ""
        #expect(!text.contains("“secret”") && (try? LabelImport(folder.path).counts.map(\.className)) != ["secret"])
        let deep = String(repeating: "<object>", count: 10_000)
        try folder.write("<annotation>" + deep, to: "a.xml")
        #expect(throws: DatasetError.self) { try folder.problems() }
    }

    @Test func `What is cut short or mutated gives an error, no crash`() throws {
        try folder.writePictures("a.png")
        let sources = [
            (
                "a.xml",
                "<annotation><filename>a.png</filename><object><name>n</name><bndbox><xmin>0</xmin></bndbox></object></annotation>"
            ),
            (
                "a.json",
                #"{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"image_id":1,"category_id":1}],"categories":[{"id":1,"name":"n"}]}"#
            ),
            ("b.json", #"[{"data":{"image":"a.png"},"annotations":[{"result":[{"value":{"choices":["\u00e4"]}}]}]}]"#),
            ("a.csv", "file,class\n\"a.png\",\"x\"\"y\"\n"), ("a.txt", "a.png 0\n"),
            ("labels/a.txt", "0 0.5 0.5 1 1\n"),
        ]
        var random = SystemRandomNumberGenerator()
        for (name, text) in sources {
            let bytes = Array(text.utf8)
            for length in 0...bytes.count {
                var changed = Array(bytes.prefix(length))
                if length > 0, length < bytes.count {
                    changed += bytes.dropFirst(length)
                    changed[length - 1] = UInt8.random(in: 0...255, using: &random)
                }
                try folder.write(Data(changed), to: name)
                _ = try? LabelImport(folder.path + "/" + name, cropsBoxes: length % 2 == 0)
                try folder.write(Data(bytes.prefix(length)), to: name)
                _ = try? LabelImport(folder.path + "/" + name)
            }
        }
    }
}
