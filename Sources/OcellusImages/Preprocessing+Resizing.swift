extension Preprocessing {
    /// The picture at the network's size, still 8-bit RGB: what may be cached, augmented or shown.
    public func resized(_ image: RGBImage) -> RGBImage {
        switch resizing {
        case .stretch: image.resized(width: width, height: height, interpolation: interpolation)
        case .pad: padded(image)
        case .fill: filled(image)
        case .centerCrop: centerCropped(image)
        case .crop: middle(of: image).resized(width: width, height: height, interpolation: interpolation)
        }
    }

    /// As Pillow's `ImageOps.pad`: the longer of the sides, in the input's proportions, fits; the other lies in the middle.
    private func padded(_ image: RGBImage) -> RGBImage {
        let (ratio, wanted) = (Double(image.width) / Double(image.height), Double(width) / Double(height))
        var (newWidth, newHeight) = (width, height)
        if ratio > wanted {
            newHeight = rounded(Double(image.height) / Double(image.width) * Double(width))
        } else if ratio < wanted {
            newWidth = rounded(Double(image.width) / Double(image.height) * Double(height))
        }
        let resized = image.resized(
            width: max(1, newWidth), height: max(1, newHeight), interpolation: interpolation)
        return resized.placed(
            left: rounded(Double(width - resized.width) * 0.5), top: rounded(Double(height - resized.height) * 0.5),
            width: width, height: height, on: padColor)
    }

    /// As Pillow's `ImageOps.fit`: what is resized need not begin and end between pixels.
    private func filled(_ image: RGBImage) -> RGBImage {
        let (ratio, wanted) = (Double(image.width) / Double(image.height), Double(width) / Double(height))
        var (partWidth, partHeight) = (Double(image.width), Double(image.height))
        if ratio > wanted {
            partWidth = wanted * partHeight
        } else if ratio < wanted {
            partHeight = partWidth / wanted
        }
        func axis(_ source: Int, _ part: Double, _ target: Int) -> ResizingAxis {
            let start = (Double(source) - part) * 0.5
            return ResizingAxis(source: source, stretch: (Float(start), Float(start + part)), target: target)
        }
        return image.resized(
            axis(image.width, partWidth, width), axis(image.height, partHeight, height), by: interpolation)
    }

    /// As torchvision's `Resize` and `CenterCrop`; only what is kept is computed.
    private func centerCropped(_ image: RGBImage) -> RGBImage {
        let longer = shorterSide * max(image.width, image.height) / min(image.width, image.height)
        func axis(_ source: Int, isShorter: Bool, _ target: Int) -> ResizingAxis {
            let length = isShorter ? shorterSide : longer
            let start = rounded(Double(length - target) / 2)
            return ResizingAxis(source: source, target: length, kept: start..<start + target)
        }
        let isTall = image.width <= image.height
        return image.resized(
            axis(image.width, isShorter: isTall, width), axis(image.height, isShorter: !isTall, height),
            by: interpolation)
    }

    /// The largest part in the input's proportions, 7/8 of it in both directions, in the middle.
    private func middle(of image: RGBImage) -> RGBImage {
        let isWide = image.width * height > image.height * width
        let fitting =
            isWide
            ? (width: Double(image.height * width) / Double(height), height: Double(image.height))
            : (width: Double(image.width), height: Double(image.width * height) / Double(width))
        let part = (
            width: max(1, Int((fitting.width * 7 / 8).rounded())),
            height: max(1, Int((fitting.height * 7 / 8).rounded()))
        )
        return image.cropped(
            left: (image.width - part.width) / 2, top: (image.height - part.height) / 2, width: part.width,
            height: part.height)
    }

    /// Rounded as Python rounds: halves to even.
    private func rounded(_ number: Double) -> Int { Int(number.rounded(.toNearestOrEven)) }
}

extension RGBImage {
    /// The picture on a ground of one colour.
    ///
    /// - Precondition: It lies within the ground.
    fileprivate func placed(
        left: Int, top: Int, width newWidth: Int, height newHeight: Int, on color: [UInt8]
    ) -> RGBImage {
        precondition(
            left >= 0 && top >= 0 && left + width <= newWidth && top + height <= newHeight, "a picture lies within")
        if (newWidth, newHeight) == (width, height) { return self }
        return RGBImage(
            width: newWidth, height: newHeight,
            pixels: filled(count: newWidth * newHeight * 3) { source, target in
                for place in 0..<newWidth * newHeight { (target + place * 3).copyMemory(from: color, byteCount: 3) }
                for row in 0..<height {
                    (target + ((top + row) * newWidth + left) * 3).copyMemory(
                        from: source + row * width * 3, byteCount: width * 3)
                }
            })
    }
}
