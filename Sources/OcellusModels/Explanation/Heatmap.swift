import OcellusImages

/// How much each place of a picture counts, on a grid over it.
public struct Heatmap: Sendable, Equatable {
    /// Columns of the grid.
    public let width: Int
    /// Rows of the grid.
    public let height: Int
    /// `[height, width]`, row-major, 0 or more, not scaled.
    public let values: [Float]

    /// A map of its values.
    ///
    /// - Precondition: there are `width × height` values.
    public init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height, "a map has width × height values")
        self.width = width
        self.height = height
        self.values = values
    }

    /// Grad-CAM's map: feature maps `[height, width, K]` weighted by the mean of their gradients, as far as it is positive.
    init(featureMaps: [Float], gradient: [Float], height: Int, width: Int) {
        let places = height * width
        let channels = featureMaps.count / places
        var weights = [Double](repeating: 0, count: channels)
        for place in 0..<places {
            for channel in 0..<channels { weights[channel] += Double(gradient[place * channels + channel]) }
        }
        self.init(
            width: width, height: height,
            values: (0..<places).map { place in
                let sum = (0..<channels).reduce(0.0) {
                    $0 + weights[$1] * Double(featureMaps[place * channels + $1])
                }
                return Float(max(0, sum / Double(places)))
            })
    }

    /// The same as parts of the largest value, at another size: bilinear, places' centres on places' centres.
    public func scaled(width newWidth: Int, height newHeight: Int) -> [Float] {
        let peak = values.max() ?? 0
        guard peak > 0 else { return [Float](repeating: 0, count: newWidth * newHeight) }
        let columns = Self.neighbours(from: width, to: newWidth)
        return Self.neighbours(from: height, to: newHeight).flatMap { row in
            columns.map { column in
                func between(_ line: Int) -> Float {
                    let left = values[line * width + column.first]
                    return left + (values[line * width + column.second] - left) * column.part
                }
                let top = between(row.first)
                return (top + (between(row.second) - top) * row.part) / peak
            }
        }
    }

    /// A picture with the map over it, from blue, a little, to red, most. Where the map is 0 the picture stays as it is.
    public func overlaid(on image: RGBImage) -> RGBImage {
        let map = scaled(width: image.width, height: image.height)
        var pixels = image.pixels
        for (place, value) in map.enumerated() where value > 0 {
            let colour = Self.colour(of: value)
            let cover = 0.65 * value
            for channel in 0..<3 {
                let old = Float(pixels[place * 3 + channel])
                pixels[place * 3 + channel] = UInt8((old + (colour[channel] - old) * cover).rounded())
            }
        }
        return RGBImage(width: image.width, height: image.height, pixels: pixels)
    }

    /// For each place of an axis the two old ones that it lies between, and how far.
    private static func neighbours(from count: Int, to newCount: Int) -> [(first: Int, second: Int, part: Float)] {
        (0..<newCount).map { place in
            let position = (Float(place) + 0.5) * Float(count) / Float(newCount) - 0.5
            let first = Int(position.rounded(.down))
            return (max(0, first), min(count - 1, first + 1), first < 0 ? 0 : position - Float(first))
        }
    }

    private static let colours: [[Float]] = [
        [20, 40, 150], [0, 150, 190], [230, 210, 60], [245, 130, 20], [190, 10, 20],
    ]

    private static func colour(of value: Float) -> [Float] {
        let position = min(max(value, 0), 1) * Float(colours.count - 1)
        let first = min(Int(position), colours.count - 2)
        return zip(colours[first], colours[first + 1]).map { $0 + ($1 - $0) * (position - Float(first)) }
    }
}
