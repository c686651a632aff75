import OcellusData
import Testing

@Suite struct SplitFileTests {
    @Test func `A split survives its file, whatever the names`() throws {
        let folder = try TemporaryFolder()
        let names = [
            "plain", "a,b", "say \"hi\"", "two\nlines", "carriage\rreturn", " space ", "Größe", "日本", "semi;colon", "'",
            "\"", "=1+1",
        ]
        for name in names {
            for index in 0..<4 {
                try folder.write(picture(seed: "\(name)\(index)").encodePNG(), to: "\(name)/\(name)\(index).png")
            }
        }
        let dataset = try Dataset(folder: folder.path)
        let split = try DataSplit(dataset, seed: 9)
        let file = folder.path + "/split.csv"
        try split.write(to: file, for: dataset)
        #expect(try DataSplit(file: file, dataset: dataset) == split)
        #expect(throws: DatasetError.alreadyExists(file)) { try split.write(to: file, for: dataset) }
    }

    @Test func `The file is plain CSV, and what it does not list is in no part`() throws {
        let folder = try classFolders([3, 3])
        let dataset = try Dataset(folder: folder.path)
        let csv = "\u{FEFF}file,class,part\r\nclass0/p1.png,class0,test\r\n\r\n\"class1/p0.png\",class1,train"
        let split = try DataSplit(csv: csv, file: "split.csv", dataset: dataset)
        #expect(split.parts == [nil, .test, nil, .train, nil, nil])
        #expect(split.unlisted == [0, 2, 4, 5])
        #expect(split.csv(for: dataset) == "file,class,part\nclass0/p1.png,class0,test\nclass1/p0.png,class1,train\n")
    }

    @Test(arguments: [
        ("class0/p0.png,class0,train", 1, "the first line must be file,class,part"),
        ("file,class,part\nclass0/p0.png,class0", 2, "it has 2 fields in place of 3 (file,class,part)"),
        ("file,class,part\n\nclass0/p9.png,class0,train", 3, "the file “class0/p9.png” is not among the pictures of"),
        ("file,class,part\nclass0/p0.png,class1,train", 2, "lies in the class “class0”, not in “class1”"),
        (
            "file,class,part\nclass0/p0.png,class0,training", 2,
            "the part “training” is none of train, validation and test"
        ),
        ("file,class,part\nclass0/p0.png,class0,train\nclass0/p0.png,class0,test", 3, "is listed twice"),
        ("file,class,part\n\"class0\n\",a,b\nclass0/p0.png,class0,train", 2, "the part “b”"),
        (
            "file,class,part\nclass0/p0.png,class0,train\n\"class0/p0.png,class0,train", 3,
            "quotation mark is not closed"
        ),
        ("file,class,part\n\"class0\"/p0.png,class0,train", 2, "text follows a closing quotation mark"),
        ("file,class,part\nclass0/bad.png,class0,train", 2, "“class0/bad.png” was left out"),
        ("", 1, "the first line must be"),
    ])
    func `An error names the line`(csv: String, line: Int, text: String) throws {
        let folder = try classFolders([2, 2])
        try folder.write([], to: "class0/bad.png")
        let dataset = try Dataset(folder: folder.path)
        let error = #expect(throws: DatasetError.self) { try DataSplit(csv: csv, file: "s.csv", dataset: dataset) }
        let message = error.map { "\($0)" } ?? ""
        #expect(message.hasPrefix("s.csv:\(line): "), "\(message)")
        #expect(message.contains(text), "\(message)")
    }
}
