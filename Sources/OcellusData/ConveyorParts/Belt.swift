import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The conveyor belt: rubber or plastic of some colour and pattern, with dirt, scratches, grit, and at times a steel rail.
struct Belt {
    private enum Pattern: CaseIterable { case plain, ribs, woven, studs }

    private let color: Vector
    private let pattern: Pattern
    private let strength: Float
    private let period: Float
    private let rotation: Rotation
    private let noise: ValueNoise
    private let dirt: Float
    private let scratches: [(through: Point, along: Point, length: Float)]
    private let grit: [(center: Point, radius: Float, shade: Float)]
    /// The rail's edge along the belt's second axis, and its side.
    private let rail: (edge: Float, side: Float)?

    /// Darker than most metals, as belts are, so that parts stand out.
    private static let colors = [
        screenColor(0.20, 0.20, 0.21), screenColor(0.30, 0.31, 0.32), screenColor(0.16, 0.32, 0.25),
        screenColor(0.17, 0.27, 0.43), screenColor(0.40, 0.33, 0.27),
    ]

    init(_ random: inout PhiloxSequence) {
        color = random.pick(Self.colors) * random.nextUniform(in: 0.6...1.1)
        pattern = random.pick(Pattern.allCases)
        strength = random.nextUniform(in: 0.08...0.35)
        period = random.nextUniform(in: 0.03...0.11)
        rotation = Rotation(random.nextUniform(in: -0.2...0.2) + (random.nextUniform() < 0.5 ? 0 : 1.5708))
        noise = ValueNoise(key: random.nextWord())
        dirt = random.nextUniform(in: 0.1...0.6)
        var scratches: [(Point, Point, Float)] = []
        for _ in 0..<Int(random.nextUniform(in: 0...5)) {
            let center = random.nextPoint(within: 0.7)
            scratches.append(
                (center, direction(random.nextUniform(in: -0.3...0.3)), random.nextUniform(in: 0.05...0.4)))
        }
        self.scratches = scratches
        var grit: [(Point, Float, Float)] = []
        for _ in 0..<Int(random.nextUniform(in: 0...9)) {
            let center = random.nextPoint(within: 0.55)
            grit.append((center, random.nextUniform(in: 0.004...0.014), random.nextUniform(in: 0.05...0.6)))
        }
        self.grit = grit
        let side: Float = random.nextUniform() < 0.5 ? -1 : 1
        let edge = random.nextUniform(in: 0.38...0.47)
        rail = random.nextUniform() < 0.3 ? (edge, side) : nil
    }

    /// The colour at a place of the picture (its middle is 0, its sides are at ±0.5), before any light falls on it.
    func color(at place: Point) -> Vector {
        let p = rotation.inverse(place)
        if let rail, p.y * rail.side > rail.edge {
            let depth = p.y * rail.side - rail.edge
            let brushed = noise(Point(p.x * 6, p.y * 400))
            return Vector(repeating: 0.22 + 0.16 * brushed) * smoothstep(0, 0.012, depth)
        }
        var shade: Float = 1
        switch pattern {
        case .plain: break
        case .ribs: shade += strength * sin(p.x / period * 6.2832)
        case .woven: shade += strength * sin(p.x / period * 12.566) * sin(p.y / period * 12.566)
        case .studs:
            let x = p.x / period - (p.x / period).rounded()
            let y = p.y / period - (p.y / period).rounded()
            shade += strength * 1.5 * smoothstep(0.3, 0.2, length(Point(x, y)))
        }
        shade *= 1 + 0.35 * (noise.fractal(p * 90, octaves: 2) - 0.5)
        shade *= 1 - dirt * smoothstep(0.5, 0.8, noise.fractal(p * 5 + 40, octaves: 3))
        for scratch in scratches {
            let offset = p - scratch.through
            let along = dot(offset, scratch.along)
            let away = abs(offset.x * scratch.along.y - offset.y * scratch.along.x)
            if abs(along) < scratch.length { shade += 0.5 * smoothstep(0.004, 0.001, away) }
        }
        var result = color * max(0.05, shade)
        for grain in grit {
            let away = length(p - grain.center)
            if away < grain.radius * 2 {
                result *= mix(0.5, 1, smoothstep(grain.radius, grain.radius * 2, away))
                result = mix(
                    result, Vector(repeating: grain.shade * grain.shade),
                    smoothstep(grain.radius, grain.radius * 0.7, away))
            }
        }
        return result
    }
}

extension PhiloxSequence {
    /// One of several, each as likely; `choices` is not empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[min(choices.count - 1, Int(nextUniform() * Float(choices.count)))]
    }

    /// A place in the square of ± `half`.
    mutating func nextPoint(within half: Float) -> Point {
        let x = nextUniform(in: -half...half)
        return Point(x, nextUniform(in: -half...half))
    }
}
