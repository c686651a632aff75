import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One part on the belt. Lengths are in sides of the picture, its middle is 0.
struct Scene {
    private let belt: Belt
    private let light: Light
    private let metal: Metal
    private let shape: any PartShape
    private let center: Point
    private let scale: Float
    private let rotation: Rotation
    /// The part is seen at a slant: it is narrower along this axis, and its side shows.
    private let slant: Rotation
    private let narrowing: Float
    private let rise: Float

    init(_ kind: ConveyorParts.Kind, _ random: inout PhiloxSequence) {
        belt = Belt(&random)
        light = Light(&random)
        metal = Metal(&random)
        rotation = Rotation(random.nextUniform(in: -3.14159...3.14159))
        slant = Rotation(random.nextUniform(in: -3.14159...3.14159))
        let angle = random.nextUniform(in: 0...0.6)
        switch kind {
        case .washers:
            let cut = random.nextUniform()
            shape = Washer(
                inner: random.nextUniform(in: 0.5...0.68), thickness: random.nextUniform(in: 0.08...0.25),
                cut: cut < 0.2 ? 0.05 : nil)
            scale = random.nextUniform(in: 0.27...0.38)
        case .nuts:
            shape = Nut(
                hole: random.nextUniform(in: 0.38...0.52), thickness: random.nextUniform(in: 0.4...0.8),
                hasNylon: random.nextUniform() < 0.15)
            scale = random.nextUniform(in: 0.27...0.39)
        case .bolts:
            let shaft = random.nextUniform(in: 0.13...0.25)
            let headLength = shaft * random.nextUniform(in: 1.1...2)
            shape = Bolt(
                head: random.pick(Bolt.Head.allCases), shaft: shaft,
                headWidth: shaft * random.nextUniform(in: 1.6...2.05), headLength: headLength,
                threadStart: mix(-1 + headLength, 0.4, random.nextUniform()),
                pitch: shaft * random.nextUniform(in: 0.28...0.45))
            scale = random.nextUniform(in: 0.36...0.47)
        }
        // A bolt on its side looks much the same from a little beside.
        let tilt = kind == .bolts ? angle * 0.5 : angle
        narrowing = cos(tilt)
        rise = kind == .bolts ? 0 : sin(tilt) * shape.thickness
        // Near the middle, as a light barrier that releases the camera leaves it: the guide's network sees places, not just shapes.
        center = random.nextPoint(within: 0.04)
    }

    /// Draws the scene in linear light. Each pixel of the part is the mean of 2×2 places; the belt, which has no sharp edges,
    /// is drawn at the pixel's middle.
    func draw(size: Int) -> Canvas {
        var canvas = Canvas(size: size)
        let pixel = 1 / Float(size)
        let corners = [Point(-0.25, -0.25), Point(0.25, -0.25), Point(-0.25, 0.25), Point(0.25, 0.25)]
        for row in 0..<size {
            for column in 0..<size {
                let middle = Point(Float(column) + 0.5, Float(row) + 0.5) * pixel - 0.5
                var sum = Vector()
                var missed: Float = 4
                if length(middle - center) < (1.05 + rise) * scale {
                    for corner in corners {
                        guard let part = partColor(at: middle + corner * pixel) else { continue }
                        sum += part
                        missed -= 1
                    }
                }
                if missed > 0 { sum += groundColor(at: middle) * missed }
                canvas[row, column] = sum * 0.25
            }
        }
        return canvas
    }

    private func groundColor(at place: Point) -> Vector {
        belt.color(at: place) * light.color
            * (light.strength(at: place) * (light.ambient + 0.75) * shadow((place - center) / scale))
    }

    /// The belt's share of light near the part: a soft shadow away from the lamp, and a dark seam where they touch.
    private func shadow(_ p: Point) -> Float {
        guard length(p) < 2.6 else { return 1 }
        let reach = shape.thickness / max(0.35, light.direction.z)
        let cast = Point(light.direction.x, light.direction.y) * (reach * 0.7)
        let away = shape.distance(frame(p + cast))
        let softness = 0.06 + 0.12 * reach
        let seam = smoothstep(-0.02, 0.09, shape.distance(frame(p)))
        return mix(0.45, 1, smoothstep(-softness, softness, away)) * mix(0.55, 1, seam)
    }

    /// From the picture's frame to the part's: undoes the slant, then the rotation.
    private func frame(_ p: Point) -> Point {
        var seen = slant.inverse(p)
        seen.x /= narrowing
        return rotation.inverse(slant(seen))
    }

    /// What is seen of the part, or nil beside it.
    private func partColor(at place: Point) -> Vector? {
        let p = (place - center) / scale
        let lift = slant(Point(rise, 0))
        let strength = light.strength(at: place)
        let top = frame(p - lift)
        if shape.distance(top) < 0 {
            let surface = shape.surface(top)
            let normal = rotation(Point(surface.normal.x, surface.normal.y))
            return metal.shade(
                surface, at: top, normal: Vector(normal.x, normal.y, surface.normal.z),
                brushing: rotation(surface.brushing), light: light) * light.color * strength
        }
        guard rise > 0.01 else { return nil }
        // The side: the outline drawn from the top down to the belt.
        let steps = 6
        for step in 1...steps {
            let height = 1 - Float(step) / Float(steps)
            let q = frame(p - lift * height)
            guard shape.distance(q) < 0 else { continue }
            let gap: Float = 0.02
            let outward = Point(
                shape.distance(q + Point(gap, 0)) - shape.distance(q - Point(gap, 0)),
                shape.distance(q + Point(0, gap)) - shape.distance(q - Point(0, gap)))
            let turned = rotation(outward / max(1e-4, length(outward)))
            let normal = normalized(Vector(turned.x, turned.y, 0.35))
            return metal.shade(
                Surface(openness: mix(0.5, 0.85, height)), at: q, normal: normal, brushing: Point(), light: light)
                * light.color * strength
        }
        return nil
    }
}
