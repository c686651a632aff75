import OcellusData

/// Finds the file that another tool's labels name: they hold paths of the machine that they were made on, bare names, or
/// addresses.
struct PictureFinder {
    private var byName: [String: [LabelFile]] = [:]

    init(_ pictures: [LabelFile]) {
        for picture in pictures { byName[picture.name, default: []].append(picture) }
    }

    /// The picture that `picture` names.
    ///
    /// Of several with the same name it is the one whose path agrees with the named one over most folders, then one in a folder of
    /// the part's name, then one in the labels' own folder.
    func find(_ picture: ForeignPicture) -> Result<LabelFile, LabelProblem> {
        let named = Self.components(picture.file)
        guard let name = named.last, let candidates = byName[name] else {
            return .failure(picture.problem("there is no file \(quoted(picture.file))"))
        }
        func score(_ candidate: LabelFile) -> [Int] {
            let folders = Array(candidate.folders)
            let agreeing = zip(folders.reversed(), named.dropLast().reversed()).prefix { $0 == $1 }.count
            let fitsPart = picture.part != nil && folders.contains { Part(folderName: $0) == picture.part }
            return [agreeing, fitsPart ? 1 : 0, candidate.folder == picture.source.folder ? 1 : 0]
        }
        let scored = candidates.map { (candidate: $0, score: score($0)) }
        guard let best = scored.map(\.score).max(by: { $0.lexicographicallyPrecedes($1) }) else {
            return .failure(picture.problem("there is no file \(quoted(picture.file))"))
        }
        let winners = scored.filter { $0.score == best }.map(\.candidate)
        guard winners.count == 1 else {
            let some = winners.prefix(2).map { quoted($0.relativePath) }.joined(separator: " and ")
            return .failure(picture.problem("\(quoted(picture.file)) may be \(winners.count) files, such as \(some)"))
        }
        return .success(winners[0])
    }

    /// The folders and the name of a path, of an address its path alone.
    private static func components(_ path: String) -> [String] {
        var path = Substring(path)
        if let scheme = path.firstRange(ofText: "://") {
            path = path[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        }
        // Label Studio's local files: /data/local-files/?d=folder/name.jpg
        if let query = path.firstRange(ofText: "?d=") { path = path[query.upperBound...] }
        return path.split { $0 == "/" || $0 == "\\" }.map(String.init).filter { $0 != "." }
    }
}

extension Substring {
    func firstRange(ofText text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text), let end = index(start, offsetBy: text.count, limitedBy: endIndex) {
                return start..<end
            }
            start = index(after: start)
        }
        return nil
    }
}
