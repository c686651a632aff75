import Foundation
import OcellusData
import Yams

/// YOLO: a text file a picture with `class x y width height` a line, centre and size as parts of the picture's own; the classes'
/// names in `data.yaml` (`names`), `classes.txt` or `obj.names`.
enum YOLOLabels: LabelReader {
    static let endings = [".txt"]
    private static let nameFiles: Set<String> = ["classes.txt", "obj.names", "data.yaml", "data.yml", "dataset.yaml"]

    static func recognizes(_ file: LabelFile) -> Bool {
        guard !nameFiles.contains(file.name), let lines = try? file.lines() else { return false }
        // A file without a line says that a picture has no box.
        return lines.isEmpty ? file.folders.contains("labels") : lines.allSatisfy { box($0.text, nil) != nil }
    }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        var known: [String: [Int: String]] = [:]
        for file in files {
            let names: [Int: String]
            if let read = known[file.folder] {
                names = read
            } else {
                names = try Self.names(for: file)
                known[file.folder] = names
            }
            var picture = ForeignPicture(file: pictureName(of: file), source: file, line: nil, part: file.part)
            var isGood = true
            for (number, text) in try file.lines() {
                guard let (index, box) = box(text, names) else { continue }
                guard let name = names[index] else {
                    labels.problems.append(
                        LabelProblem(
                            file: file.path, line: number,
                            reason: "the class \(index) has no name in \(nameFiles.sorted().joined(separator: ", "))"))
                    isGood = false
                    continue
                }
                var named = box
                named.label = name
                picture.boxes.append(named)
            }
            if isGood { labels.pictures.append(picture) }
        }
        return labels
    }

    /// The class's number and the box; a polygon of a segmentation gives the box around it.
    private static func box(_ line: String, _ names: [Int: String]?) -> (Int, LabelledBox)? {
        let fields = line.split { $0 == " " || $0 == "\t" }
        let numbers = fields.dropFirst().compactMap { Double($0) }
        guard let first = fields.first, let index = Int(first), index >= 0, numbers.count == fields.count - 1,
            numbers.allSatisfy(\.isFinite)
        else { return nil }
        if numbers.count == 4 || numbers.count == 5 {
            let (x, y, halfWidth, halfHeight) = (numbers[0], numbers[1], numbers[2] / 2, numbers[3] / 2)
            return (
                index,
                LabelledBox(
                    label: "", left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight,
                    isRelative: true)
            )
        }
        guard numbers.count >= 6, numbers.count % 2 == 0 else { return nil }
        let columns = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
        let rows = stride(from: 1, to: numbers.count, by: 2).map { numbers[$0] }
        return (
            index,
            LabelledBox(
                label: "", left: columns.min() ?? 0, top: rows.min() ?? 0, right: columns.max() ?? 0,
                bottom: rows.max() ?? 0, isRelative: true)
        )
    }

    /// The picture of the same name: in `images/` where the labels are in `labels/`, with whatever ending it has.
    private static func pictureName(of file: LabelFile) -> String {
        let stem = String(file.name.dropLast(".txt".count))
        var folders = file.folders
        if let place = folders.lastIndex(of: "labels") { folders[place] = "images" }
        let folder = ([file.root] + folders).joined(separator: "/")
        for candidate in [folder, ManifestFile.folder(of: file.path)] {
            let beside = (try? listFolder(candidate)) ?? []
            let found = beside.filter {
                $0.hasPrefix(stem + ".") && $0.dropFirst(stem.count + 1).allSatisfy { $0 != "." }
            }
            if let name = found.filter(FolderListing.isPicture).min(by: isOrderedByScalars) {
                return (folders + [name]).joined(separator: "/")
            }
        }
        return (folders + [stem + ".jpg"]).joined(separator: "/")
    }

    /// The names of the classes by their numbers: of the nearest file of names, from the labels' folder up to the root.
    private static func names(for file: LabelFile) throws -> [Int: String] {
        for depth in (0...file.folders.count).reversed() {
            let folder = ([file.root] + file.folders.prefix(depth)).joined(separator: "/")
            guard let name = try listFolder(folder).filter(nameFiles.contains).min(by: isOrderedByScalars) else {
                continue
            }
            let source = LabelFile(root: folder, relativePath: name)
            guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
                return Dictionary(uniqueKeysWithValues: try source.lines().map(\.text).enumerated().map { ($0, $1) })
            }
            do {
                return try YAMLDecoder().decode(Description.self, from: source.text()).names
            } catch let error as DatasetError {
                throw error
            } catch {
                throw DatasetError.wrongLabels([
                    LabelProblem(file: source.path, line: nil, reason: "it has no names of classes that can be read")
                ])
            }
        }
        return [:]
    }

    /// `data.yaml`: names are an array, or a table from numbers to names.
    private struct Description: Decodable {
        let names: [Int: String]

        private enum Keys: String, CodingKey { case names }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Keys.self)
            if let list = try? values.decode([String].self, forKey: .names) {
                names = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($0, $1) })
            } else {
                names = try values.decode([Int: String].self, forKey: .names)
            }
        }
    }
}
