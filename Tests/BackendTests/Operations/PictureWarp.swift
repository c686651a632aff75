import OcellusGraph

extension PictureWarp: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (pictures, changes) = (inputs[0], inputs[1])
        let shape = pictures.description.shape
        let (height, width) = (shape[0], shape[1])
        var images = OracleTensor(TensorDescription(shape, batched: true), samples: invocation.count)
        for n in 0..<invocation.count {
            for row in 0..<height {
                for column in 0..<width {
                    let isErased =
                        changes[n, 6]..<changes[n, 6] + changes[n, 8] ~= Double(column)
                        && changes[n, 7]..<changes[n, 7] + changes[n, 9] ~= Double(row)
                    let x = changes[n, 0] + changes[n, 2] * Double(column) + changes[n, 4] * Double(row)
                    let y = changes[n, 1] + changes[n, 3] * Double(column) + changes[n, 5] * Double(row)
                    for channel in 0..<3 where !isErased {
                        let sample = Self.read(x, y, width, height, outside) { pictures[n, $1, $0, channel] }
                        images[n, row, column, isReversed ? 2 - channel : channel] =
                            sample * Double(scale[channel]) + Double(offset[channel])
                    }
                }
            }
        }
        return [images]
    }

    private static func read(
        _ x: Double, _ y: Double, _ width: Int, _ height: Int, _ outside: Outside, _ pixel: (Int, Int) -> Double
    ) -> Double {
        if case .constant(let value) = outside, x < 0 || x > Double(width - 1) || y < 0 || y > Double(height - 1) {
            return Double(value)
        }
        func place(_ place: Double, _ count: Int) -> Double {
            guard outside == .wrap else { return place }
            let period = Double(count - 1)
            guard place < 0 || place > period else { return place }
            let rest = place - period * (place / period).rounded(.down)
            // Before the picture lies its end, not its beginning.
            return rest == 0 && place < 0 ? period : rest
        }
        func index(_ place: Int, _ count: Int) -> Int {
            guard outside == .reflect else { return max(0, min(count - 1, place)) }
            var place = place
            while place < 0 || place >= count { place = place < 0 ? -1 - place : 2 * count - 1 - place }
            return place
        }
        let (x, y) = (place(x, width), place(y, height))
        var sum = 0.0
        for (row, rowPart) in [
            (y.rounded(.down), 1 - y + y.rounded(.down)), (y.rounded(.down) + 1, y - y.rounded(.down)),
        ]
        where rowPart > 0 {
            for (column, columnPart) in [
                (x.rounded(.down), 1 - x + x.rounded(.down)), (x.rounded(.down) + 1, x - x.rounded(.down)),
            ] where columnPart > 0 {
                sum += rowPart * columnPart * pixel(index(Int(column), width), index(Int(row), height))
            }
        }
        return sum
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let plain = PictureWarp(scale: [1 / 255, 1 / 255, 1 / 255], offset: [0, 0, 0])
        let imagenet = PictureWarp.Outside.allKinds.map {
            PictureWarp(outside: $0, scale: [0.0171, 0.0175, 0.0174], offset: [-2.12, -2.04, -1.8], isReversed: true)
        }
        return ([plain] + imagenet).flatMap { warp in
            [(7, 9), (12, 5), (2, 33)].map { height, width in
                let samples = 4
                let size = (Float(height), Float(width))
                // As it is, mirrored, moved and turned by chance, and far outside.
                var changes = [Change(), Change(x: size.1 - 1, xPerColumn: -1)]
                changes.append(
                    Change(
                        x: random.uniform(-3...3), y: random.uniform(-3...3), xPerColumn: random.uniform(0.7...1.3),
                        yPerColumn: random.uniform(-0.4...0.4), xPerRow: random.uniform(-0.4...0.4),
                        yPerRow: random.uniform(0.7...1.3), erasedLeft: 1, erasedTop: 0, erasedWidth: 2,
                        erasedHeight: size.0 - 1))
                changes.append(Change(x: -3.25 * size.1, y: 2.75 * size.0, xPerColumn: 0.5, yPerRow: -2.125))
                return random.operationCase(
                    warp,
                    [
                        TestInput(
                            TensorDescription([height, width, 3], batched: true, .uint8),
                            .values((0..<samples * height * width * 3).map { _ in random.uniform(0...255).rounded() })),
                        TestInput(
                            TensorDescription([Change.count], batched: true), .values(changes.flatMap(\.numbers))),
                    ], capacity: samples, minimumCount: samples)
            }
        }
    }
}

extension PictureWarp.Outside {
    fileprivate static let allKinds: [Self] = [.nearest, .constant(100), .reflect, .wrap]
}
