/// An amount of memory, as people write it: `500MB`, `2 GiB`.
public struct ByteCount: Sendable, Hashable, CustomStringConvertible {
    /// In bytes.
    public let bytes: Int

    private static let units: [(name: String, bytes: Int)] = [
        ("b", 1), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000), ("kib", 1 << 10),
        ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40),
    ]

    /// So many bytes.
    public init(_ bytes: Int) { self.bytes = bytes }

    /// Reads a number above 0 with a unit: B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024); nil for anything
    /// else.
    public init?(_ text: String) {
        let unit = text.drop { $0.isNumber || $0 == "." }
        let name = unit.drop { $0 == " " }.lowercased()
        guard let factor = Self.units.first(where: { $0.name == name })?.bytes,
            let number = Double(text.prefix(text.count - unit.count)), number > 0
        else { return nil }
        let bytes = number * Double(factor)
        guard bytes >= 1, bytes < 9e18 else { return nil }
        self.bytes = Int(bytes)
    }

    /// With three digits, in the unit that fits: `1.23 GB`.
    public var description: String {
        let unit = Self.units.prefix(5).last { bytes >= $0.bytes } ?? ("b", 1)
        let scaled = Double(bytes) / Double(unit.bytes)
        let places = unit.bytes == 1 || scaled >= 99.95 ? 1.0 : scaled >= 9.995 ? 10.0 : 100.0
        let number = (scaled * places).rounded() / places
        let name = unit.name == "kb" ? "kB" : unit.name.uppercased()
        return (number == number.rounded() ? "\(Int(number))" : "\(number)") + " " + name
    }
}
