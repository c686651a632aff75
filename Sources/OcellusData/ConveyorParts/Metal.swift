import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One lamp, and what else there is to be mirrored.
struct Light {
    /// Towards the lamp.
    let direction: Vector
    let color: Vector
    let ambient: Float
    /// Brighter on the lamp's side of the picture by this much at its edge.
    let falloff: Float

    init(_ random: inout PhiloxSequence) {
        let azimuth = random.nextUniform(in: -3.14159...3.14159)
        let elevation = random.nextUniform(in: 0.5...1.3)
        direction = Vector(cos(azimuth) * cos(elevation), sin(azimuth) * cos(elevation), sin(elevation))
        let warmth = random.nextUniform(in: -0.15...0.2)
        color = Vector(1 + warmth, 1, 1 - warmth) * random.nextUniform(in: 0.75...1.35)
        ambient = random.nextUniform(in: 0.25...0.5)
        falloff = random.nextUniform(in: 0...0.22)
    }

    /// The light at a place of the picture, whatever the surface.
    func strength(at place: Point) -> Float { 1 + falloff * 2 * dot(place, Point(direction.x, direction.y)) }
}

/// A metal's colour and finish.
struct Metal {
    private let color: Vector
    private let gloss: Float
    private let rust: Float
    private let noise: ValueNoise
    private let phase: Float

    private static let colors = [
        screenColor(0.74, 0.75, 0.77), screenColor(0.66, 0.67, 0.69), screenColor(0.58, 0.58, 0.60),
        screenColor(0.82, 0.82, 0.82), screenColor(0.80, 0.68, 0.42), screenColor(0.78, 0.72, 0.55),
        screenColor(0.76, 0.52, 0.40),
    ]
    private static let rustColor = screenColor(0.48, 0.27, 0.15)
    private static let nylonColor = screenColor(0.25, 0.42, 0.75)

    init(_ random: inout PhiloxSequence) {
        color = random.pick(Self.colors) * random.nextUniform(in: 0.85...1.15)
        gloss = random.nextUniform(in: 8...60)
        rust = random.nextUniform() < 0.25 ? random.nextUniform(in: 0.2...0.8) : 0
        noise = ValueNoise(key: random.nextWord())
        phase = random.nextUniform(in: 0...6.28)
    }

    /// The light that a place sends to the camera, which looks straight down (Blinn's highlight, a mirrored room of two
    /// bright stripes, and along brush marks Kajiya and Kay's).
    ///
    /// - Parameters:
    ///   - p: The place in the part's frame, for rust and scratches.
    ///   - normal: Towards where the surface faces, in the picture's frame.
    ///   - brushing: Along the brush marks in the picture's frame, or zero.
    func shade(_ surface: Surface, at p: Point, normal: Vector, brushing: Point, light: Light) -> Vector {
        let facing = max(0, dot(normal, light.direction))
        let half = normalized(light.direction + Vector(0, 0, 1))
        var base = surface.isNylon ? Self.nylonColor : color
        let worn = noise.fractal(p * 3.5 + 9, octaves: 4)
        let rusted = surface.isNylon ? 0 : rust * smoothstep(0.45, 0.6, worn)
        base = mix(base, Self.rustColor, rusted) * (0.86 + 0.28 * noise.fractal(p * 14, octaves: 2))
        let isMetal: Float = surface.isNylon ? 0.15 : 1 - rusted
        let mirrored = normal * (2 * normal.z) - Vector(0, 0, 1)
        let room = 0.5 + 0.5 * sin(2.6 * mirrored.x + 1.9 * mirrored.y + phase)
        let stripe = smoothstep(0.75, 0.95, cos(3.2 * mirrored.y - 1.7 * mirrored.x + phase * 2))
        var highlight = pow(max(0, dot(normal, half)), gloss)
        if brushing != Point() {
            let along = brushing.x * half.x + brushing.y * half.y
            highlight = 0.7 * pow(max(0, 1 - along * along), gloss * 1.5) * max(0.15, normal.z)
        }
        let body = base * (light.ambient + 0.6 * facing + isMetal * (0.35 * room + 0.3 * stripe))
        let glare = Vector(repeating: 0.75 * highlight * (0.2 + 0.8 * isMetal))
        return (body + glare) * surface.openness
    }
}
