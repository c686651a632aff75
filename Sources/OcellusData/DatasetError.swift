import OcellusImages

/// What can be wrong with a data set, a split or its file; each message names the thing and says what to do.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
    /// Nothing is found at the folder's path.
    case missingFolder(String)
    /// A file, not a folder, is found at the path.
    case notAFolder(String)
    /// A folder cannot be listed; the reason is the system's.
    case unlistable(folder: String, reason: String)
    /// Neither the folder nor any folder in it holds a picture.
    case noPictures(folder: String)
    /// Pictures lie directly in a folder that should hold class folders only.
    case noClassFolders(folder: String, pictures: Int, example: String)
    /// A class folder holds no picture that can be read.
    case emptyClass(name: String, folder: String, part: Part?, leftOut: Int)
    /// There is nothing to tell apart.
    case oneClass(name: String, folder: String)
    /// A class folder that the model does not know.
    case unknownClass(name: String, folder: String, known: [String])
    /// A class has too few different pictures to give each part one.
    case tooFewPictures(class: String, files: Int, different: Int, needed: Int)
    /// `--split` was not understood.
    case invalidSplit(String, reason: String)
    /// A line of a split file was not understood or does not fit the data set.
    case invalidSplitFile(file: String, line: Int, reason: String)
    /// Lines of a file of labels that cannot be taken as they are.
    case wrongLabels([LabelProblem])
    /// A file could not be read or written; the reason is the system's or the decoder's.
    case unreadable(file: String, reason: String)
    /// A file could not be written.
    case unwritable(file: String, reason: String)
    /// Something is in the way that must not be overwritten.
    case alreadyExists(String)
    /// An option has a value that makes no sense.
    case invalidOption(name: String, value: String, reason: String)

    /// One or two sentences for a person: the thing that is wrong, and what to do.
    public var description: String {
        switch self {
        case .missingFolder(let folder):
            return "There is no folder or file \(quoted(folder)). "
                + "Give the folder that holds one folder of pictures per class, or a CSV file of labels."
        case .notAFolder(let path):
            return "\(quoted(path)) is neither a folder nor a CSV file of labels. "
                + "Give the folder that holds one folder of pictures per class, or such a file."
        case .unlistable(let folder, let reason):
            return "The folder \(quoted(folder)) cannot be listed: \(reason)."
        case .noPictures(let folder):
            return "No pictures (\(ImageFormat.list)) were found in \(quoted(folder)). "
                + "Put each class's pictures in a folder of its name: \(folder)/CLASS/picture.jpg."
        case .noClassFolders(let folder, let pictures, let example):
            return "\(quoted(folder)) holds \(pictures) \(pictures == 1 ? "picture" : "pictures") directly "
                + "(such as \(quoted(example))), so their classes are not known. "
                + "Put each class's pictures in a folder of its name: \(folder)/CLASS/picture.jpg."
        case .emptyClass(let name, let folder, let part, let leftOut):
            let place = part.map { " in the \($0.rawValue) part" } ?? ""
            let why =
                leftOut == 0 ? "" : " (\(leftOut) unreadable \(leftOut == 1 ? "file was" : "files were") left out)"
            return "The class \(quoted(name)) has no pictures\(place)\(why). "
                + "Add some, or remove its folder from \(quoted(folder))."
        case .oneClass(let name, let folder):
            return "\(quoted(folder)) has one class only, \(quoted(name)); a classifier needs two or more. "
                + "Add a folder of pictures for each other class."
        case .unknownClass(let name, let folder, let known):
            return "The model does not know the class \(quoted(name)) found in \(quoted(folder)). "
                + "It knows: \(known.map(quoted).joined(separator: ", "))."
        case .tooFewPictures(let name, let files, let different, let needed):
            let count =
                different == files
                ? "\(files) \(files == 1 ? "picture" : "pictures")"
                : "\(files) \(files == 1 ? "picture" : "pictures"), of which \(different) "
                    + "\(different == 1 ? "is" : "are") different and in no other class"
            return
                "The class \(quoted(name)) has \(count); a split needs at least \(needed), one for each part. Add more."
        case .invalidSplit(let text, let reason):
            return "The split \(quoted(text)) is not understood: \(reason). "
                + "Give the percentages for training, validation and test, such as 70/15/15."
        case .invalidSplitFile(let file, let line, let reason):
            return "\(file):\(line): \(reason)"
        case .wrongLabels(let problems):
            let shown = 20
            let more = problems.count > shown ? ["and \(problems.count - shown) more"] : []
            return (problems.prefix(shown).map(\.description) + more).joined(separator: "\n")
        case .unreadable(let file, let reason): return "\(quoted(file)) cannot be read: \(reason)"
        case .unwritable(let file, let reason): return "\(quoted(file)) cannot be written: \(reason)"
        case .alreadyExists(let path):
            return "\(quoted(path)) exists already and is not overwritten. Give another place, or move it away."
        case .invalidOption(let name, let value, let reason): return "\(name) is \(value), but \(reason)."
        }
    }
}

/// A name in quotation marks, as the messages show it.
package func quoted(_ name: String) -> String { "“\(name)”" }
