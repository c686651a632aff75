/// How a stored picture is to be turned to stand upright: EXIF's tag 0x0112 (CIPA DC-008). The raw value says where the
/// stored first row and first column belong.
enum Orientation: Int, CaseIterable, Sendable {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case mirroredUpsideDown = 4
    case transposed = 5
    case turnRight = 6
    case transversed = 7
    case turnLeft = 8

    /// Whether width and height change places.
    var swapsSides: Bool { rawValue >= 5 }
}

extension RGBImage {
    /// The picture turned upright.
    func oriented(_ orientation: Orientation) -> RGBImage {
        guard orientation != .upright, width > 0, height > 0 else { return self }
        let (width, height) = (self.width, self.height)
        // Where the pixel that becomes (x, y) is stored: `origin + x × alongX + y × alongY`, in pixels.
        let (origin, alongX, alongY) =
            switch orientation {
            case .upright: (0, 1, width)
            case .mirrored: (width - 1, -1, width)
            case .upsideDown: (width * height - 1, -1, -width)
            case .mirroredUpsideDown: (width * (height - 1), 1, -width)
            case .transposed: (0, width, 1)
            case .turnRight: (width * (height - 1), -width, 1)
            case .transversed: (width * height - 1, -width, -1)
            case .turnLeft: (width - 1, width, -1)
            }
        let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
        // In square blocks, so that lines of the stored picture stay cached while a turned block is read across them.
        let block = 32
        let turned = filled(count: pixels.count) { source, target in
            for top in stride(from: 0, to: newHeight, by: block) {
                for left in stride(from: 0, to: newWidth, by: block) {
                    for y in top..<min(top + block, newHeight) {
                        copyPixels(
                            from: source + (origin + left * alongX + y * alongY) * 3, by: alongX * 3,
                            to: target + (y * newWidth + left) * 3, count: min(block, newWidth - left))
                    }
                }
            }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: turned)
    }
}

/// Copies pixels that lie `stride` bytes apart to places side by side.
private func copyPixels(
    from source: UnsafeRawPointer, by stride: Int, to target: UnsafeMutableRawPointer, count: Int
) {
    var from = source
    var to = target
    for _ in 0..<count {
        to.storeBytes(of: from.loadUnaligned(as: UInt16.self), as: UInt16.self)
        to.storeBytes(of: from.load(fromByteOffset: 2, as: UInt8.self), toByteOffset: 2, as: UInt8.self)
        from += stride
        to += 3
    }
}
