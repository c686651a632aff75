import FoundationEssentials
import OcellusData
import OcellusImages

/// Cuts boxes out of pictures, into a folder of PNG files.
final class BoxCutter {
    private let folder: String
    private var isMade = false

    init(folder: String) { self.folder = folder }

    /// Writes each box as `PICTURE-N.png`, N from 1; `path` is that name.
    ///
    /// Corners are rounded to whole pixels, and cut off where they reach beyond the picture. Tools that mark pictures show them
    /// upright, and so they are cut.
    ///
    /// - Throws: ``DatasetError``, `ImageError`.
    func cut(
        _ pictures: [LabelImport.LabelledPicture], progress: (Int, Int) -> Void
    ) throws -> [Manifest.Entry] {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        } catch {
            var isFolder = false
            throw fileKind(folder, &isFolder)
                ? DatasetError.alreadyExists(folder)
                : DatasetError.unwritable(file: folder, reason: "the folder cannot be made: \(error)")
        }
        isMade = true
        var entries: [Manifest.Entry] = []
        var numbers: [String: Int] = [:]
        var done = 0
        // Boxes of one picture follow each other, so it is decoded once.
        var decoded: (file: LabelFile, image: RGBImage)?
        for picture in pictures {
            guard let box = picture.box else { continue }
            let image: RGBImage
            if let decoded, decoded.file == picture.file {
                image = decoded.image
            } else {
                image = try RGBImage.decode(contentsOf: picture.file.path)
                decoded = (picture.file, image)
            }
            guard let crop = image.cropped(to: box) else {
                throw DatasetError.unreadable(
                    file: picture.file.path, reason: "the box \(quoted(box.label)) at \(box.place) has no pixel in it")
            }
            let stem = picture.file.relativePath.split(separator: ".").dropLast().joined(separator: ".")
                .split(separator: "/").joined(separator: "-")
            numbers[stem, default: 0] += 1
            let name = "\(stem)-\(numbers[stem, default: 1]).png"
            try writeNewFile(crop.encodePNG(name: name), to: folder + "/" + name)
            entries.append(Manifest.Entry(path: name, className: picture.className, part: picture.part))
            done += 1
            progress(done, pictures.count)
        }
        return entries
    }

    /// Removes what was written, if anything was.
    func remove() {
        if isMade { try? FileManager.default.removeItem(atPath: folder) }
    }
}

extension LabelledBox {
    var place: String { "(\(left), \(top))–(\(right), \(bottom))" }
}

extension RGBImage {
    /// The part of the picture in a box; nil when there is none.
    fileprivate func cropped(to box: LabelledBox) -> RGBImage? {
        func pixels(_ from: Double, _ to: Double, of extent: Int) -> Range<Int>? {
            let scale = box.isRelative ? Double(extent) : 1
            guard from.isFinite, to.isFinite else { return nil }
            let first = min(max((from * scale).rounded(), 0), Double(extent))
            let last = min(max((to * scale).rounded(), 0), Double(extent))
            return first < last ? Int(first)..<Int(last) : nil
        }
        guard let columns = pixels(box.left, box.right, of: width), let rows = pixels(box.top, box.bottom, of: height)
        else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(columns.count * rows.count * 3)
        for row in rows {
            result += self.pixels[(row * width + columns.lowerBound) * 3..<(row * width + columns.upperBound) * 3]
        }
        return RGBImage(width: columns.count, height: rows.count, pixels: result)
    }
}
