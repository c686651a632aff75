import Foundation
import OcellusData
import OcellusLabels
import Testing

/// Each format, small and whole, and what goes wrong with it.
@Suite struct FormatTests {
    private let folder: LabelFolder

    init() throws { folder = try LabelFolder() }

    @Test func `CSV with and without names of columns`() throws {
        try folder.writePictures("a.png", "b c.png")
        try folder.write("a.png, yes\r\n\"b c.png\",no\r\n", to: "labels.csv")
        #expect(try folder.lines(.csv) == ["file,class", "a.png,yes", "b c.png,no"])
        try folder.write("id,Label,Image,split\n1,no,a.png,valid\n2,yes,sub/b c.png,train\n", to: "labels.csv")
        #expect(try folder.lines(.csv) == ["file,class,part", "a.png,no,validation", "b c.png,yes,train"])
        try folder.write("image,label\na.png\ngone.png,yes\nb c.png,no\nb c.png,yes\n", to: "labels.csv")
        #expect(
            try folder.problems() == [
                "labels.csv:2: it has 1 fields in place of 2", "labels.csv:3: there is no file “gone.png”",
                "labels.csv:4: “b c.png” has 2 labels: “no”, “yes”",
            ])
    }

    @Test func `CSV with boxes`() throws {
        try folder.writePictures("a.png")
        let header = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
        try folder.write(header + "a.png,8,6,dog,0,0,3,2\na.png,8,6,dog,4,1,8,6\n", to: "boxes.csv")
        #expect(try folder.lines(.csv) == ["file,class", "a.png,dog"])
        let crops = try folder.lines(.csv, cropsBoxes: true)
        #expect(crops.count == 3 && crops[1].hasSuffix("/a-1.png,dog") && crops[2].hasSuffix("/a-2.png,dog"))
        try folder.write(header + "a.png,8,6,dog,3,0,3,2\n", to: "boxes.csv")
        #expect(try folder.problems(cropsBoxes: true) == ["boxes.csv:2: the box “dog” of “a.png” is empty"])
    }

    private func voc(_ name: String, _ objects: [String]) -> String {
        let boxes = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>3</ymax></bndbox>"
        return "<annotation>\n<folder>f</folder>\n<filename>\(name)</filename>\n"
            + objects.map { "<object><name>\($0)</name>\(boxes)</object>\n" }.joined() + "</annotation>\n"
    }

    @Test func `Pascal VOC`() throws {
        try folder.writePictures("images/a.png", "images/b.png")
        try folder.write(voc("a.png", ["cat", "cat"]), to: "annotations/a.xml")
        try folder.write(voc("b.png", ["dog &amp; bone"]), to: "annotations/b.xml")
        #expect(try folder.lines(.voc) == ["file,class", "images/a.png,cat", "images/b.png,dog & bone"])
        #expect(try folder.lines(.voc, cropsBoxes: true).count == 4)
        try folder.write(voc("b.png", ["dog", "cat"]), to: "annotations/b.xml")
        try folder.write(voc("a.png", []), to: "annotations/a.xml")
        try folder.write("<annotation>\n<object><name>x</name></object>\n</annotation>", to: "annotations/c.xml")
        #expect(
            try folder.problems() == [
                "annotations/a.xml:3: “f/a.png” has no label",
                "annotations/b.xml:3: “f/b.png” has 2 labels: “cat”, “dog”; --crop-boxes makes a picture of each box",
                "annotations/c.xml:1: it names no picture",
            ])
        try folder.write("<annotation>\n<filename>a.png</filename>\n</annotatio", to: "annotations/a.xml")
        #expect(throws: DatasetError.self) { try folder.problems() }
    }

    @Test func `XML with all that its standard lets a file have, and the line where there is none`() throws {
        try folder.writePictures("a.png")
        let head = """
            \u{FEFF}<?xml version='1.0' encoding="UTF-8"?>
            <!DOCTYPE annotation [<!ELEMENT name (#PCDATA)> <!ENTITY x ">]">]>
            <!-- <annotation> & -->

            """
        let name = "d&#111;&#x67;<!-- no --> &lt;<![CDATA[<b> &amp;]]>"
        try folder.write(head + voc("a.png", [name]) + "<!-- end -->\n", to: "a.xml")
        #expect(try folder.lines(.voc) == ["file,class", "a.png,dog <<b> &amp;"])
        for (text, line) in [
            ("<annotation>\n<b></annotation>", 2), ("<annotation>\n&x;</annotation>", 2),
            ("<annotation x='1' x='2'/>", 1), ("<annotation/>\n<b/>", 2), ("<annotation x=1/>", 1),
            ("<annotation>&#0;</annotation>", 1), ("<annotation>\n\n", 3), ("<annotation><1/></annotation>", 1),
        ] {
            try folder.write(text, to: "a.xml")
            let error = #expect(throws: DatasetError.self) { try folder.problems() }
            let words = error.map { "\($0)" } ?? ""
            #expect(words.hasSuffix("a.xml:\(line): it is no XML from here on"), "\(text): \(words)")
        }
    }

    @Test func `CVAT for images`() throws {
        try folder.writePictures("images/Train/a.png", "images/Test/a.png", "images/Train/b.png")
        let meta = """
            <?xml version="1.0" encoding="utf-8"?>
            <annotations><meta><task><labels><label><name>x</name></label><label><name>y</name></label></labels></task></meta>

            """
        try folder.write(
            meta + """
                <image id="0" name="a.png" subset="Train"><tag label="x"/></image>
                <image id="1" name="a.png" subset="Test"><tag label="y"/></image>
                <image id="2" name="b.png" subset="Train"><polygon label="y" points="1,1;5,1;3,4"/></image>
                </annotations>
                """, to: "annotations.xml")
        #expect(
            try folder.lines(.cvat) == [
                "file,class,part", "images/Test/a.png,y,test", "images/Train/a.png,x,train",
                "images/Train/b.png,y,train",
            ])
        try folder.write(
            meta + """
                <image id="0" name="a.png" subset="Train"><tag label="x"/><tag label="y"/></image>
                <image id="1" name="a.png" subset="Test"><tag label="z"/></image>
                <image id="2" name="a.png"><tag label="x"/></image>
                </annotations>
                """, to: "annotations.xml")
        #expect(
            try folder.problems() == [
                "annotations.xml:3: “Train/a.png” has 2 labels: “x”, “y”",
                "annotations.xml:4: the label “z” is not among those of the file",
                "annotations.xml:5: “a.png” may be 2 files, such as “images/Test/a.png” and “images/Train/a.png”",
            ])
    }

    @Test func `COCO`() throws {
        try folder.writePictures("train/a.png", "train/b.png", "valid/a.png")
        func coco(_ images: String, _ annotations: String) -> String {
            """
            {"info": {"images": [1, 2]}, "categories": [{"id": 7, "name": "cat"}, {"id": 9, "name": "d\\u00f6g"}],
             "images": [
            \(images)
             ],
             "annotations": [
            \(annotations)
             ]}
            """
        }
        try folder.write(
            coco(
                #"{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}"#,
                #"{"image_id": 1, "category_id": 7, "bbox": [1, 1, 3.5, 2]}, {"image_id": 2, "category_id": 9}"#),
            to: "train/_annotations.coco.json")
        try folder.write(
            coco(#"{"id": 1, "file_name": "a.png"}"#, #"{"image_id": 1, "category_id": 9, "bbox": []}"#),
            to: "valid/_annotations.coco.json")
        #expect(
            try folder.lines(.coco) == [
                "file,class,part", "train/a.png,cat,train", "train/b.png,dög,train", "valid/a.png,dög,validation",
            ])
        try folder.write(
            coco(
                "{\"id\": 1, \"file_name\": \"a.png\"},\n{\"id\": 2, \"file_name\": \"b.png\"}",
                "{\"image_id\": 1, \"category_id\": 8},\n{\"image_id\": 3, \"category_id\": 7}"),
            to: "train/_annotations.coco.json")
        #expect(
            try folder.problems() == [
                "train/_annotations.coco.json:4: “b.png” has no label",
                "train/_annotations.coco.json:7: there is no category of the id 8",
                "train/_annotations.coco.json:8: there is no image of the id 3",
            ])
        try folder.write(
            #"{"images": [{"id": "x"}], "annotations": [], "categories": []}"#, to: "train/_annotations.coco.json")
        #expect(throws: DatasetError.self) { try folder.problems() }
    }

    @Test func `YOLO`() throws {
        try folder.writePictures("train/images/a.png", "train/images/b.png", "test/images/a.png")
        try folder.write("names:\n  0: cat\n  1: dog\nnc: 2\n", to: "data.yaml")
        try folder.write("1 0.5 0.5 0.25 0.5\n1 0.75 0.5 0.5 1\n", to: "train/labels/a.txt")
        try folder.write("0 0.1 0.1 0.5 0.1 0.5 0.9\n", to: "train/labels/b.txt")
        try folder.write("0 0.5 0.5 0.25 0.5\n", to: "test/labels/a.txt")
        #expect(
            try folder.lines(.yolo) == [
                "file,class,part", "test/images/a.png,cat,test", "train/images/a.png,dog,train",
                "train/images/b.png,cat,train",
            ])
        try folder.write("names: [cat]\n", to: "data.yaml")
        try folder.write("", to: "test/labels/a.txt")
        #expect(
            try folder.problems() == [
                "test/labels/a.txt: “test/images/a.png” has no label",
                "train/labels/a.txt:1: the class 1 has no name in classes.txt, data.yaml, data.yml, dataset.yaml, obj.names",
                "train/labels/a.txt:2: the class 1 has no name in classes.txt, data.yaml, data.yml, dataset.yaml, obj.names",
            ])
    }

    @Test func `Label Studio`() throws {
        try folder.writePictures("upload/a.png", "b.png")
        func task(_ image: String, _ results: String, isCancelled: Bool = false) -> String {
            #"{"id": 1, "data": {"image": "\#(image)"}, "annotations": [{"was_cancelled": \#(isCancelled), "result": [\#(results)]}]}"#
        }
        let cat = #"{"type": "choices", "value": {"choices": ["Cat"]}}"#
        let box =
            #"{"type": "rectanglelabels", "value": {"x": 25, "y": 0, "width": 50, "height": 50, "rectanglelabels": ["Dog"]}}"#
        try folder.write(
            "[\n\(task("https://host.example/upload/a.png?x=1", cat)),\n\(task("/data/local-files/?d=b.png", box))\n]",
            to: "export.json")
        #expect(try folder.lines(.labelStudio) == ["file,class", "b.png,Dog", "upload/a.png,Cat"])
        try folder.write(
            "[\n\(task("a.png", cat, isCancelled: true)),\n\(task("b.png", cat + ", " + box)),\n{\"data\": {}, \"annotations\": []}]",
            to: "export.json")
        #expect(
            try folder.problems() == [
                "export.json:2: “a.png” has no label", "export.json:4: the task has no picture, so it is left out",
            ])
        try folder.write(
            #"[{"image": "a.png", "choice": "Cat"}, {"image": "b.png", "choice": {"choices": ["Dog"]}}]"#,
            to: "export.json")
        #expect(try folder.lines(.labelStudio) == ["file,class", "b.png,Dog", "upload/a.png,Cat"])
    }

    @Test func `labelme`() throws {
        try folder.writePictures("a.png", "b.png", "c.png")
        func labelme(_ name: String, _ flags: String, _ shapes: String = "") -> String {
            #"{"version": "4", "flags": {\#(flags)}, "shapes": [\#(shapes)], "imagePath": "\#(name)", "imageData": null}"#
        }
        try folder.write(labelme("a.png", #""__ignore__": false, "cat": true, "dog": false"#), to: "a.json")
        try folder.write(labelme("b.png", "", #"{"label": "dog", "points": [[5, 4], [1, 1]]}"#), to: "b.json")
        try folder.write(labelme("c.png", #""__ignore__": true, "cat": true"#), to: "c.json")
        #expect(try folder.lines(.labelme) == ["file,class", "a.png,cat", "b.png,dog"])
        try folder.write(labelme("a.png", #""cat": true, "dog": true"#), to: "a.json")
        #expect(try folder.problems() == ["a.json: “a.png” has 2 labels: “cat”, “dog”"])
    }

    @Test func `ImageNet's text`() throws {
        try folder.writePictures("images/1.png", "images/2.png")
        try folder.write("1.png 0\n2.png 1\n", to: "train.txt")
        #expect(try folder.lines(.imagenet) == ["file,class,part", "images/1.png,0,train", "images/2.png,1,train"])
        try folder.write("n01440764 tench\ngoldfish\n", to: "synsets.txt")
        #expect(
            try folder.lines(.imagenet) == [
                "file,class,part", "images/1.png,tench,train", "images/2.png,goldfish,train",
            ])
        try folder.write("1.png 0\n2.png 2\n3.png 1\nwhat\n", to: "train.txt")
        #expect(
            try folder.problems() == [
                "train.txt:2: the class 2 has no name: there are 2 names, from 0 on",
                "train.txt:3: there is no file “3.png”",
                "train.txt:4: it is not a picture's file and the number of its class",
            ])
    }

    @Test func `Roboflow's multi-class export`() throws {
        try folder.writePictures("train/a.png", "valid/a.png")
        try folder.write("filename, x, y\na.png, 1, 0\n", to: "train/_classes.csv")
        try folder.write("filename, x, y\na.png, 0, 1\n", to: "valid/_classes.csv")
        #expect(try folder.lines(.roboflow) == ["file,class,part", "train/a.png,x,train", "valid/a.png,y,validation"])
        try folder.write("filename, x, y\na.png, 1, 1\nb.png, 0, 1\n", to: "valid/_classes.csv")
        #expect(
            try folder.problems() == [
                "valid/_classes.csv:2: “valid/a.png” has 2 labels: “x”, “y”",
                "valid/_classes.csv:3: there is no file “valid/b.png”",
            ])
    }
}
