extension RGBImage {
    /// Decodes a picture of any `ImageFormat` to upright 8-bit RGB.
    ///
    /// The format is found by the first bytes. Whatever the picture holds becomes RGB by these rules, Pillow's unless
    /// noted:
    /// - grey is repeated in the three channels, a palette is looked up;
    /// - 16-bit samples give their high byte (Pillow does so for colour);
    /// - transparency is laid over white (Pillow drops it and shows what lies hidden beneath);
    /// - four-channel JPEG is taken as Adobe's inverted CMYK or YCCK: each colour is `paper − ink × paper ÷ 255`, where
    ///   `paper` is the inverted black;
    /// - four-channel TIFF is plain CMYK; CIE Lab is converted by libtiff;
    /// - colour profiles and gamma are not applied; `info(_:name:)` tells of profiles;
    /// - an EXIF orientation of 2…8 is applied, as `ImageOps.exif_transpose` does; of an animation or of several pages
    ///   the first is taken, on its whole canvas;
    /// - JPEG is decoded by the slow integer transform with smooth chroma upsampling, libjpeg's defaults. Damage that
    ///   libjpeg can step over is accepted; a file that ends early is not. It is always decoded at its full size: libjpeg's
    ///   scaled decoding would change samples by up to 6 of 255 against what other programs see, for 1.3 times the speed.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: What errors call it.
    ///   - limits: Checked before the pixels are allocated.
    /// - Throws: `ImageError`.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, name: String, limits: DecodingLimits = .default
    ) throws(ImageError) -> RGBImage {
        let format = try ImageFormat.detect(bytes, name: name)
        let image =
            switch format {
            case .jpeg: try decodeJPEG(bytes, name: name, limits: limits)
            case .png: try decodePNG(bytes, name: name, limits: limits)
            case .bmp: try decodeBMP(bytes, name: name, limits: limits)
            case .webp: try LibraryCodec.webp.decode(bytes, name: name, limits: limits)
            case .gif: try LibraryCodec.gif.decode(bytes, name: name, limits: limits)
            case .tiff: try LibraryCodec.tiff.decode(bytes, name: name, limits: limits)
            }
        return image.oriented(Orientation(of: bytes, format: format))
    }

    /// Decodes a picture of any `ImageFormat` to upright 8-bit RGB, by the rules of `decode(_:name:limits:)`.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: What errors call it.
    ///   - limits: Checked before the pixels are allocated.
    /// - Throws: `ImageError`.
    public static func decode(
        _ bytes: [UInt8], name: String, limits: DecodingLimits = .default
    ) throws(ImageError) -> RGBImage {
        try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            try decode(UnsafeRawBufferPointer(buffer), name: name, limits: limits)
        }
    }

    /// Decodes a file of any `ImageFormat` to upright 8-bit RGB, by the rules of `decode(_:name:limits:)`.
    ///
    /// - Throws: `ImageError` that names the path.
    public static func decode(
        contentsOf path: String, limits: DecodingLimits = .default
    ) throws(ImageError) -> RGBImage {
        try decode(readFile(path, limit: limits.fileBytes), name: path, limits: limits)
    }

    /// The width and height that `decode` would give, in pixels, from the header alone.
    ///
    /// - Throws: `ImageError` when the header cannot be read. The rest of the file may still be damaged.
    public static func peekSize(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws(ImageError) -> (width: Int, height: Int) {
        let format = try ImageFormat.detect(bytes, name: name)
        let size =
            switch format {
            case .jpeg: try peekSizeOfJPEG(bytes, name: name)
            case .png: try peekSizeOfPNG(bytes, name: name)
            case .bmp: try peekSizeOfBMP(bytes, name: name)
            case .webp: try LibraryCodec.webp.peekSize(bytes, name: name)
            case .gif: try LibraryCodec.gif.peekSize(bytes, name: name)
            case .tiff: try LibraryCodec.tiff.peekSize(bytes, name: name)
            }
        return Orientation(of: bytes, format: format).swapsSides ? (size.height, size.width) : size
    }

    /// The width and height that `decode` would give, in pixels, from the header alone.
    ///
    /// - Throws: `ImageError` when the header cannot be read. The rest of the file may still be damaged.
    public static func peekSize(_ bytes: [UInt8], name: String) throws(ImageError) -> (width: Int, height: Int) {
        try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            try peekSize(UnsafeRawBufferPointer(buffer), name: name)
        }
    }

    /// The width and height that `decode` would give, in pixels, from the header alone.
    ///
    /// - Throws: `ImageError` that names the path.
    public static func peekSize(
        contentsOf path: String, limits: DecodingLimits = .default
    ) throws(ImageError) -> (width: Int, height: Int) {
        try peekSize(readFile(path, limit: limits.fileBytes), name: path)
    }
}
