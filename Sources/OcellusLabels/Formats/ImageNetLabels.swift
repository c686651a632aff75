import OcellusData

/// ImageNet's text: `train.txt` or the like with `file number` a line, and the classes' names, a line each from number 0 on, in
/// `synsets.txt` (or any text file whose name starts so) beside it. Without one the numbers are the classes' names.
enum ImageNetLabels: LabelReader {
    static let endings = [".txt"]
    private static let namesPrefix = "synsets"

    static func recognizes(_ file: LabelFile) -> Bool {
        guard !file.name.hasPrefix(namesPrefix), let lines = try? file.lines(), let first = lines.first else {
            return false
        }
        return entry(first.text) != nil
    }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let names = try names(beside: file)
            for (number, text) in try file.lines() {
                func problem(_ reason: String) -> LabelProblem {
                    LabelProblem(file: file.path, line: number, reason: reason)
                }
                guard let (picture, label) = entry(text) else {
                    labels.problems.append(problem("it is not a picture's file and the number of its class"))
                    continue
                }
                guard let name = names.map({ $0.indices.contains(label) ? $0[label] : nil }) ?? String(label) else {
                    labels.problems.append(
                        problem("the class \(label) has no name: there are \(names?.count ?? 0) names, from 0 on"))
                    continue
                }
                labels.pictures.append(
                    ForeignPicture(file: picture, source: file, line: number, tags: [name], part: file.part))
            }
        }
        return labels
    }

    /// The file and the number; nil when the line is none.
    private static func entry(_ line: String) -> (file: String, label: Int)? {
        guard let space = line.lastIndex(where: { $0 == " " || $0 == "\t" }),
            let label = Int(line[line.index(after: space)...])
        else { return nil }
        let file = line[..<space].trimmedOfBlanks
        return FolderListing.isPicture(file) && label >= 0 ? (file, label) : nil
    }

    private static func names(beside file: LabelFile) throws -> [String]? {
        let folder = ManifestFile.folder(of: file.path)
        let found = try listFolder(folder).filter { $0.hasPrefix(namesPrefix) && $0.hasSuffix(".txt") }
        guard let name = found.min(by: isOrderedByScalars) else { return nil }
        return try LabelFile(root: folder, relativePath: name).lines().map { line in
            // Some files have the synset's number before its name: `n01440764 tench`.
            let parts = line.text.split(separator: " ", maxSplits: 1)
            return parts.count == 2 && isSynset(parts[0]) ? String(parts[1]) : line.text
        }
    }

    private static func isSynset(_ text: Substring) -> Bool {
        text.count == 9 && text.first == "n" && text.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    }
}
