#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a part looks like at one place.
struct Surface {
    /// Towards where it faces, in the part's own frame.
    var normal = Vector(0, 0, 1)
    /// Darkens recesses: 1 is open, 0 black.
    var openness: Float = 1
    /// The direction of brush marks, if there are any (else zero).
    var brushing = Point()
    /// Whether it is not metal but the blue nylon of a lock nut.
    var isNylon = false
}

/// A part's shape, in its own frame and unit: it lies within a circle of radius 1 about the origin.
protocol PartShape: Sendable {
    /// How far it rises above the belt.
    var thickness: Float { get }
    /// The distance to the outline seen from above: negative inside.
    func distance(_ p: Point) -> Float
    /// What is seen from above; to be asked inside the outline.
    func surface(_ p: Point) -> Surface
}

/// A flat ring with rounded edges and circular brush marks; a lock washer is cut open.
struct Washer: PartShape {
    let inner: Float
    let thickness: Float
    /// The half width of the cut, or nil.
    let cut: Float?

    func distance(_ p: Point) -> Float {
        let radius = length(p)
        var distance = max(radius - 1, inner - radius)
        if let cut, p.x > 0 { distance = max(distance, cut - abs(p.y + (p.x - 0.7) * 0.5)) }
        return distance
    }

    func surface(_ p: Point) -> Surface {
        let radius = max(1e-4, length(p))
        let outward = p / radius
        let edge: Float = 0.07
        var slope: Float = 0
        if radius > 1 - edge { slope = (radius - 1 + edge) / edge }
        if radius < inner + edge { slope = -(inner + edge - radius) / edge }
        let tilt = outward * slope * 0.8
        return Surface(normal: normalized(Vector(tilt.x, tilt.y, 1)), brushing: Point(-outward.y, outward.x))
    }
}

/// A hexagon nut: chamfered corners, a countersunk and threaded hole; a lock nut has a ring of nylon in it.
struct Nut: PartShape {
    let hole: Float
    let thickness: Float
    let hasNylon: Bool
    /// Half the distance between two flats, when the corners lie at 1.
    private let flat: Float = 0.866

    /// The direction of the nearest flat, and the distance to it.
    private func nearestFlat(_ p: Point) -> (normal: Point, distance: Float) {
        var best = (normal: Point(0, 1), distance: -Float.infinity)
        for normal in [Point(0, 1), Point(0.866, 0.5), Point(0.866, -0.5)] {
            let along = dot(p, normal)
            if abs(along) - flat > best.distance { best = (along < 0 ? -normal : normal, abs(along) - flat) }
        }
        return best
    }

    func distance(_ p: Point) -> Float { max(nearestFlat(p).distance, hole * 0.88 - length(p)) }

    func surface(_ p: Point) -> Surface {
        let radius = max(1e-4, length(p))
        let outward = p / radius
        var surface = Surface()
        if radius < hole {
            // The thread, seen at a slant: rings of light and shade that go down into the dark.
            let depth = (hole - radius) / (hole * 0.12)
            let ring = abs((depth * 2.5).truncatingRemainder(dividingBy: 1) - 0.5) * 2
            let inward = outward * -1.2
            surface.normal = normalized(Vector(inward.x, inward.y, mix(0.2, 1, ring)))
            surface.openness = 0.5 - 0.35 * depth
        } else if radius < hole * 1.13 {
            let inward = outward * -0.8
            surface.normal = normalized(Vector(inward.x, inward.y, 1))
        } else if hasNylon, radius < hole * 1.38 {
            let rise = sin(4 * (radius / hole - 1.13) * 3.14159) * 0.4
            surface.normal = normalized(Vector(outward.x * rise, outward.y * rise, 1))
            surface.isNylon = true
        } else if radius > 0.89 {
            // The chamfer takes the corners off.
            surface.normal = normalized(Vector(outward.x * 0.9, outward.y * 0.9, 1))
        } else {
            let flat = nearestFlat(p)
            if flat.distance > -0.03 {
                surface.normal = normalized(Vector(flat.normal.x * 0.6, flat.normal.y * 0.6, 1))
            }
        }
        return surface
    }
}

/// A bolt that lies on its side along x: the head at the left, a shank, a thread and a tapered end.
struct Bolt: PartShape {
    enum Head: CaseIterable { case hexagon, cylinder, round }

    let head: Head
    /// Half the shaft's width.
    let shaft: Float
    /// Half the head's width.
    let headWidth: Float
    let headLength: Float
    /// Where the thread begins.
    let threadStart: Float
    let pitch: Float

    var thickness: Float { shaft }
    private var shoulder: Float { -1 + headLength }

    /// Half the width at x: what turns about the axis.
    private func halfWidth(_ x: Float) -> Float {
        if x < shoulder {
            guard head == .round else { return headWidth * (1 - 0.1 * smoothstep(-0.96, -1, x)) }
            let t = (shoulder - x) / headLength
            return headWidth * max(0, 1 - t * t).squareRoot()
        }
        let taper = shaft * 0.35 * smoothstep(0.93, 1, x)
        return shaft - taper - (x > threadStart ? shaft * 0.1 * thread(x) : 0)
    }

    /// The depth of the thread at x, from 0 to 1.
    private func thread(_ x: Float) -> Float {
        let turn = x / pitch
        return abs((turn - turn.rounded(.down)) * 2 - 1)
    }

    func distance(_ p: Point) -> Float {
        let inHead = max(
            abs(p.x - (shoulder - 1) / 2) - headLength / 2, abs(p.y) - halfWidth(min(p.x, shoulder - 1e-4)))
        let inShaft = max(max(shoulder - 0.02 - p.x, p.x - 1), abs(p.y) - halfWidth(max(p.x, shoulder)))
        return min(inHead, inShaft)
    }

    func surface(_ p: Point) -> Surface {
        let across = max(-0.98, min(0.98, p.y / max(1e-4, halfWidth(p.x))))
        var surface = Surface()
        if p.x < shoulder {
            switch head {
            case .hexagon:
                // Three of the six sides are seen, the middle one twice as wide.
                let tilt: Float = abs(across) < 0.5 ? 0 : across > 0 ? 1.73 : -1.73
                let end: Float = p.x < -0.95 ? -0.9 : 0
                surface.normal = normalized(Vector(end, tilt, 1))
                if abs(abs(across) - 0.5) < 0.03 { surface.openness = 0.75 }
            case .cylinder:
                let knurl = sin(across * 40) * 0.35
                surface.normal = normalized(Vector(0, across + knurl, (1 - across * across).squareRoot()))
                if p.x < -0.95 { surface.normal = normalized(surface.normal + Vector(-0.7, 0, 0)) }
            case .round:
                let along = (p.x - shoulder) / headLength
                surface.normal = normalized(
                    Vector(along, across, max(0.1, 1 - along * along - across * across).squareRoot()))
            }
            surface.openness *= mix(0.55, 1, smoothstep(shoulder, shoulder - 0.04, p.x))
            return surface
        }
        var along: Float = 0
        if p.x > threadStart {
            // The turns stand aslant, as on a screw.
            let turn = (p.x + p.y * 0.25) / pitch
            let phase = turn - turn.rounded(.down)
            along = phase < 0.5 ? -0.9 : 0.9
            surface.openness = 0.65 + 0.35 * abs(phase * 2 - 1)
        }
        if p.x > 0.95 { along = 0.8 }
        surface.normal = normalized(Vector(along, across * 1.1, (1 - across * across).squareRoot()))
        surface.openness *= mix(0.5, 1, smoothstep(shoulder, shoulder + 0.07, p.x))
        surface.brushing = p.x > threadStart ? Point() : Point(0, 1)
        return surface
    }
}
