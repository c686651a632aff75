import OcellusGraph
import Testing

@Suite("Memory budgets")
struct MemoryBudgetTests {
    @Test("what is taken is counted, and no more is given than may be taken")
    func counting() throws {
        let budget = MemoryBudget(byteCount: 1000, largestBuffer: 600)
        try budget.reserve(600, for: "a")
        try budget.reserve(300, for: "b")
        #expect {
            try budget.reserve(101, for: "weights")
        } throws: {
            "\($0)".contains("'weights' takes 101 B, but of 1 kB of memory 100 B are left")
        }
        budget.release(600)
        #expect(budget.reserved == 300 && budget.peak == 900)
        #expect {
            try budget.reserve(601, for: "weights")
        } throws: {
            "\($0)".contains("'weights' takes 601 B in one piece, but the device gives at most 600 B")
        }
        #expect(budget.reserved == 300)
    }

    @Test("a budget can be made smaller, never larger")
    func restriction() throws {
        let budget = MemoryBudget(byteCount: 1000, largestBuffer: 600)
        budget.restrict(to: 2000)
        #expect(budget.limit == 1000 && budget.largestBuffer == 600)
        budget.restrict(to: 500, largestBuffer: 100)
        #expect(budget.limit == 500 && budget.largestBuffer == 100)
    }

    @Test("amounts of memory are read and written as people do")
    func byteCounts() {
        let read: [(String, Int)] = [
            ("500MB", 500_000_000), ("2GiB", 2 << 30), ("1.5 kib", 1536), ("7B", 7), ("1TB", 1_000_000_000_000),
        ]
        for (text, bytes) in read { #expect(ByteCount(text)?.bytes == bytes, "\(text)") }
        for text in ["", "500", "MB", "-1MB", "0MB", "1e3MB", "1.2.3MB", "5 pounds", "0.1B", "99999999999TB"] {
            #expect(ByteCount(text) == nil, "\(text)")
        }
        let written = [
            (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1234, "1.23 kB"), (99_949, "99.9 kB"), (123_456_789, "123 MB"),
            (2_000_000_000_000, "2 TB"),
        ]
        for (bytes, text) in written { #expect(ByteCount(bytes).description == text) }
    }
}
