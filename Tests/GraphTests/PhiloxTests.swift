import OcellusGraph
import Testing

@Suite("Philox") struct PhiloxTests {
    /// Known answers of Philox4x32-10 from Random123, the authors' own implementation (`kat_vectors`).
    @Test(arguments: [
        KnownAnswer(
            counter: [0, 0, 0, 0], key: 0, words: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
        KnownAnswer(
            counter: [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], key: 0xFFFF_FFFF_FFFF_FFFF,
            words: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
        KnownAnswer(
            counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], key: 0x299F_31D0_A409_3822,
            words: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
    ])
    func `It gives the published answers`(_ known: KnownAnswer) {
        let words = Philox(seed: known.key).block(
            SIMD4(known.counter[0], known.counter[1], known.counter[2], known.counter[3]))
        #expect((0..<4).map { words[$0] } == known.words)
    }

    struct KnownAnswer: Sendable {
        let counter: [UInt32]
        let key: UInt64
        let words: [UInt32]
    }

    @Test func `A sequence is the words of successive blocks`() {
        var sequence = PhiloxSequence(seed: 9, purpose: .shuffle, step: 3, sample: 4)
        let drawn = (0..<8).map { _ in sequence.nextWord() }
        let blocks = (0..<2).map { Philox(seed: 9).block(element: $0, sample: 4, step: 3, purpose: .shuffle) }
        #expect(drawn == blocks.flatMap { block in (0..<4).map { block[$0] } })
    }

    @Test func `Each part of the key and the counter matters`() {
        let philox = Philox(seed: 1)
        let blocks = [
            philox.block(element: 0, sample: 0, step: 0, purpose: .shuffle),
            philox.block(element: 1, sample: 0, step: 0, purpose: .shuffle),
            philox.block(element: 0, sample: 1, step: 0, purpose: .shuffle),
            philox.block(element: 0, sample: 0, step: 1, purpose: .shuffle),
            philox.block(element: 0, sample: 0, step: 0, purpose: .augmentation),
            philox.block(element: 0, sample: 0, step: 0, purpose: .dropout(layer: 1)),
            Philox(seed: 2).block(element: 0, sample: 0, step: 0, purpose: .shuffle),
            Philox(seed: 1 << 32 | 1).block(element: 0, sample: 0, step: 0, purpose: .shuffle),
        ]
        #expect(Set(blocks).count == blocks.count)
    }

    @Test func `Uniform numbers lie in 0 up to but not including 1`() {
        #expect(Philox.uniform(0) == 0)
        #expect(Philox.uniform(.max) < 1)
        #expect(Philox.uniform(0x8000_0000) == 0.5)
    }
}
