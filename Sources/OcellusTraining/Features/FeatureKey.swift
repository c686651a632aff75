import OcellusData
import OcellusModels

/// A picture as frozen layers are shown it: its content, and how it was changed.
struct FeatureKey: Hashable {
    /// What tells different pictures apart.
    let content: ContentKey
    /// What tells different changes apart; 0 for none.
    let view: UInt64

    /// A picture as it is.
    init(_ content: ContentKey) { self.init(content, view: 0) }

    /// A picture as changed.
    init(_ content: ContentKey, _ change: PictureChange) {
        self.init(content, view: change.numbers.withUnsafeBytes { XXH64.hash($0) } | 1)
    }

    private init(_ content: ContentKey, view: UInt64) {
        self.content = content
        self.view = view
    }

    /// How many 32-bit words a key takes in a file.
    static let wordCount = 6

    /// The key as words, as it stands in a file.
    var words: [UInt32] {
        [content.hash, UInt64(content.byteCount), view].flatMap {
            [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)]
        }
    }

    /// Reads `wordCount` words.
    init(words: some Collection<UInt32>) {
        let words = Array(words)
        func number(_ place: Int) -> UInt64 { UInt64(words[2 * place]) | UInt64(words[2 * place + 1]) << 32 }
        self.init(ContentKey(hash: number(0), byteCount: Int(truncatingIfNeeded: number(1))), view: number(2))
    }
}
