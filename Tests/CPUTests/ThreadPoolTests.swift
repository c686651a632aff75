import OcellusCPU
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 3, 8])
    func eachIndexIsVisitedExactlyOnce(threads: Int) {
        for count in [0, 1, 2, 3, 17, 1000] {
            let visits = (0..<count).map { _ in Visits() }
            ThreadPool.shared.parallelFor(count, threads: threads) { index, _ in
                visits[index].count.wrappingAdd(1, ordering: .relaxed)
            }
            #expect(visits.allSatisfy { $0.count.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func manyShortLoopsInARowAllFinish() {
        let total = Atomic<Int>(0)
        for _ in 0..<20_000 {
            ThreadPool.shared.parallelFor(3, threads: 2) { index, _ in
                total.wrappingAdd(index, ordering: .relaxed)
            }
        }
        #expect(total.load(ordering: .relaxed) == 60_000)
    }

    @Test func twoCallsThatRunAtTheSameTimeNeverShareAWorkerNumber() {
        let inUse = (0..<4).map { _ in Visits() }
        let clashes = Atomic<Int>(0)
        let outside = Atomic<Int>(0)
        ThreadPool.shared.parallelFor(2000, threads: 4) { _, worker in
            guard inUse.indices.contains(worker) else {
                outside.wrappingAdd(1, ordering: .relaxed)
                return
            }
            if inUse[worker].count.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue != 0 {
                clashes.wrappingAdd(1, ordering: .relaxed)
            }
            inUse[worker].count.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        }
        #expect(clashes.load(ordering: .relaxed) == 0)
        #expect(outside.load(ordering: .relaxed) == 0)
    }

    @Test func aLoopWithinALoopRunsOnTheThreadThatMeetsIt() {
        let total = Atomic<Int>(0)
        ThreadPool.shared.parallelFor(8, threads: 2) { _, _ in
            ThreadPool.shared.parallelFor(8, threads: 2) { _, worker in
                total.wrappingAdd(worker == 0 ? 1 : 100, ordering: .relaxed)
            }
        }
        #expect(total.load(ordering: .relaxed) == 64)
    }

    @Test func loopsFromSeveralThreadsAtOnceWaitForEachOther() async {
        let total = Visits()
        let running = Visits()
        let overlaps = Visits()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        ThreadPool.shared.parallelFor(16, threads: 2) { _, _ in
                            // More at once than one loop has threads would be two loops.
                            if running.count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue > 2 {
                                overlaps.count.wrappingAdd(1, ordering: .relaxed)
                            }
                            total.count.wrappingAdd(1, ordering: .relaxed)
                            running.count.wrappingSubtract(1, ordering: .sequentiallyConsistent)
                        }
                    }
                }
            }
        }
        #expect(total.count.load(ordering: .relaxed) == 4 * 200 * 16)
        #expect(overlaps.count.load(ordering: .relaxed) == 0)
    }
}

private final class Visits: Sendable {
    let count = Atomic<Int>(0)
}
