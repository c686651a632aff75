import Ocellus

extension LabellingSession {
    /// A picture upright, as a JPEG of at most so many pixels a side: whatever its format, a browser shows it, and nothing but
    /// its pixels leaves the folder. One that cannot be read is noted as such.
    ///
    /// - Throws: ``LabellingError/noSuchPicture(_:count:)``; `ImageError` that names the picture from the folder on.
    public func jpeg(of picture: Int, side: Int) throws -> [UInt8] {
        let file = try file(of: picture)
        do {
            let image = try RGBImage.decode(contentsOf: file)
            let scale = min(1, Double(side) / Double(max(image.width, image.height)))
            let shown = image.resized(
                width: max(1, Int((Double(image.width) * scale).rounded())),
                height: max(1, Int((Double(image.height) * scale).rounded())))
            return try shown.encodeJPEG(quality: 90, name: pictures[picture])
        } catch {
            let named = ImageError(name: pictures[picture], reason: error.reason)
            note(problem: named.description, of: picture)
            throw named
        }
    }
}
