/// The pictures below a folder, whatever its folders are called.
package enum PictureListing {
    /// Paths of all pictures from the folder on, by their names' endings, in the order of their Unicode scalars. Hidden files and
    /// folders are left out, and each real folder is entered once.
    ///
    /// - Throws: ``DatasetError`` when the folder is missing, cannot be listed, or holds no picture.
    package static func pictures(below folder: String) throws -> [String] {
        var isFolder = false
        guard fileKind(folder, &isFolder) else { throw DatasetError.missingFolder(folder) }
        guard isFolder else { throw DatasetError.notAFolder(folder) }
        var found: [String] = []
        var entered: Set<String> = []
        var pending = [""]
        while let place = pending.popLast() {
            let full = place.isEmpty ? folder : folder + "/" + place
            guard entered.insert(resolvedPath(full)).inserted else { continue }
            for name in try listFolder(full) where !name.hasPrefix(".") {
                let path = place.isEmpty ? name : place + "/" + name
                var isFolder = false
                // A link that leads nowhere is listed as a picture, so that it is reported as unreadable.
                _ = fileKind(folder + "/" + path, &isFolder)
                if isFolder {
                    pending.append(path)
                } else if FolderListing.isPicture(name) {
                    found.append(path)
                }
            }
        }
        guard !found.isEmpty else { throw DatasetError.noPictures(folder: folder) }
        return found.sorted(by: isOrderedByScalars)
    }
}
