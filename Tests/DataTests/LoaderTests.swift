import Foundation
import OcellusData
import OcellusImages
import Testing

@Suite struct LoaderTests {
    private struct Contents: Equatable {
        var images: [Float]
        var labels: [Int32]
        var sampleIndices: [Int]
        var index: Int

        init(_ batch: Batch) {
            images = batch.withImages { Array($0) }
            labels = batch.labels
            sampleIndices = batch.sampleIndices
            index = batch.index
        }
    }

    private func epoch(_ loader: Loader, _ epoch: Int, from batch: Int = 0) throws -> [Contents] {
        loader.start(epoch: epoch, batch: batch)
        var batches: [Contents] = []
        while let batch = try loader.next() { batches.append(Contents(batch)) }
        return batches
    }

    private func training(threads: Int? = nil, batchSize: Int = 8) -> Loader.Options {
        Loader.Options(
            batchSize: batchSize, isShuffled: true, seed: 11, augmentation: .guide, threads: threads, batchesAhead: 3)
    }

    @Test func `Pictures come in order, normalised, with their labels`() throws {
        let folder = try classFolders([5, 4], side: 9)
        let dataset = try Dataset(folder: folder.path)
        let preprocessing = try Preprocessing.guide(width: 7, height: 5)
        let loader = try Loader(
            dataset, cache: PictureCache(preprocessing: preprocessing), options: .init(batchSize: 4, threads: 2))
        let batches = try epoch(loader, 0)
        #expect(loader.batchCount == 3)
        #expect(batches.map(\.labels) == [[0, 0, 0, 0], [0, 1, 1, 1], [1]])
        #expect(batches.flatMap(\.sampleIndices) == Array(0..<9))
        let expected = try dataset.samples.flatMap {
            preprocessing(try RGBImage.decode(contentsOf: dataset.file(of: $0)))
        }
        #expect(batches.flatMap(\.images) == expected)
        #expect(try loader.next() == nil)
        #expect(try epoch(loader, 1) == batches)
    }

    @Test func `Each epoch has an order and an augmentation of its own`() throws {
        let folder = try classFolders([20, 20])
        let dataset = try Dataset(folder: folder.path)
        let loader = try Loader(
            dataset, indices: Array(3..<33), cache: PictureCache(preprocessing: try .guide(width: 8, height: 8)),
            options: training())
        let (first, second) = (try epoch(loader, 0), try epoch(loader, 1))
        for batches in [first, second] {
            #expect(batches.map(\.labels.count) == [8, 8, 8, 6])
            #expect(batches.flatMap(\.sampleIndices).sorted() == Array(3..<33))
        }
        #expect(first.flatMap(\.sampleIndices) != second.flatMap(\.sampleIndices))
        func image(_ sample: Int, _ batches: [Contents]) -> [Float] {
            for batch in batches {
                if let place = batch.sampleIndices.firstIndex(of: sample) {
                    return Array(batch.images[place * 192..<(place + 1) * 192])
                }
            }
            return []
        }
        #expect(image(7, first) != image(7, second))
        #expect(try epoch(loader, 0) == first)
    }

    @Test func `Threads and memory change nothing`() throws {
        let folder = try classFolders([30, 31], side: 40)
        let dataset = try Dataset(folder: folder.path)
        var results: [[Contents]] = []
        for (threads, limit) in [(1, 1 << 30), (2, 1 << 30), (7, 5000), (4, 0)] {
            let cache = PictureCache(preprocessing: try .guide(width: 16, height: 16), byteLimit: limit)
            let loader = try Loader(dataset, cache: cache, options: training(threads: threads))
            _ = try epoch(loader, 4)
            results.append(try epoch(loader, 5))
            #expect(cache.byteCount <= limit)
            #expect(cache.decodedCount == (limit == 1 << 30 ? 61 : limit == 0 ? 122 : 122 - cache.count))
        }
        for result in results { #expect(result == results[0]) }
    }

    @Test func `An epoch goes on from any batch`() throws {
        let folder = try classFolders([20, 21])
        let dataset = try Dataset(folder: folder.path)
        let cache = PictureCache(preprocessing: try .guide(width: 8, height: 8))
        let whole = try epoch(try Loader(dataset, cache: cache, options: training()), 2)
        #expect(whole.map(\.index) == Array(0..<6))
        let resumed = try Loader(dataset, cache: cache, options: training(threads: 3))
        for batch in 0...6 { #expect(try epoch(resumed, 2, from: batch) == Array(whole[batch...])) }
        #expect(try epoch(resumed, 2, from: 7).isEmpty)
    }

    @Test func `Memory is used again, and a batch that is kept is left alone`() throws {
        let folder = try classFolders([40, 40])
        let dataset = try Dataset(folder: folder.path)
        let loader = try Loader(
            dataset, cache: PictureCache(preprocessing: try .guide(width: 8, height: 8)),
            options: training(batchSize: 4))
        loader.start(epoch: 0)
        let kept = try #require(try loader.next())
        let before = Contents(kept)
        while let batch = try loader.next() { _ = batch.count }
        for number in 1..<5 { _ = try epoch(loader, number) }
        #expect(Contents(kept) == before)
        #expect(loader.allocatedBatchCount <= 3 + 2 + 1)
    }

    @Test func `A picture that has gone is an error that names it`() throws {
        let folder = try classFolders([10, 10])
        let dataset = try Dataset(folder: folder.path)
        try folder.remove("class0/p7.png")
        try folder.remove("class0/p5.png")
        let loader = try Loader(
            dataset, cache: PictureCache(preprocessing: try .guide(width: 4, height: 4)),
            options: .init(batchSize: 4, threads: 3))
        loader.start(epoch: 0)
        #expect(try loader.next()?.count == 4)
        let error = #expect(throws: ImageError.self) { try loader.next() }
        #expect(error?.description.contains("class0/p5.png") == true)
        #expect(try loader.next() == nil)
        #expect(try epoch(loader, 0, from: 2).count == 3)
    }

    @Test(.timeLimit(.minutes(5))) func `A loader can be cancelled at any moment`() throws {
        let folder = try classFolders([30, 30], side: 30)
        let dataset = try Dataset(folder: folder.path)
        for round in 0..<30 {
            let cache = PictureCache(preprocessing: try .guide(width: 32, height: 32), byteLimit: 0)
            let loader = try Loader(dataset, cache: cache, options: training(threads: 1 + round % 5, batchSize: 3))
            loader.start(epoch: round)
            let taken = round % 7
            for _ in 0..<taken { _ = try loader.next() }
            let canceller = Thread { loader.cancel() }
            canceller.start()
            do {
                while try loader.next() != nil {}
            } catch is CancellationError {}
            if round % 2 == 0 { loader.start(epoch: 0) }
        }
    }

    @Test(.timeLimit(.minutes(5))) func `Cancelling wakes a consumer that waits`() throws {
        let folder = try classFolders([4, 4])
        let dataset = try Dataset(folder: folder.path)
        let gate = DispatchSemaphore(value: 0)
        let cache = PictureCache(preprocessing: try .guide(width: 4, height: 4)) { path in
            gate.wait()
            gate.signal()
            return try RGBImage.decode(contentsOf: path)
        }
        let loader = try Loader(dataset, cache: cache, options: training())
        loader.start(epoch: 0)
        Thread {
            Thread.sleep(forTimeInterval: 0.05)
            loader.cancel()
        }.start()
        #expect(throws: CancellationError.self) { try loader.next() }
        gate.signal()
        loader.start(epoch: 0)
        #expect(try loader.next()?.count == 8)
    }

    @Test func `Options that make no sense are an error`() throws {
        let folder = try classFolders([2, 2])
        let dataset = try Dataset(folder: folder.path)
        let cache = PictureCache(preprocessing: try .guide(width: 4, height: 4))
        for options in [
            Loader.Options(batchSize: 0), .init(threads: 0), .init(batchesAhead: 0),
            .init(augmentation: Augmentation(zoomRange: 2)),
        ] { #expect(throws: DatasetError.self) { try Loader(dataset, cache: cache, options: options) } }
    }
}
