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

    @Test func `Mixup mixes each picture with its mirrored partner, by the batch's share`() throws {
        let folder = try classFolders([7, 6])
        let dataset = try Dataset(folder: folder.path)
        let cache = PictureCache(preprocessing: try .guide(width: 8, height: 8))
        func batches(_ augmentation: Augmentation) throws -> [(Contents, BatchMix?)] {
            let loader = try Loader(
                dataset, cache: cache,
                options: .init(batchSize: 5, isShuffled: true, seed: 4, augmentation: augmentation))
            loader.start(epoch: 2)
            var result: [(Contents, BatchMix?)] = []
            while let batch = try loader.next() { result.append((Contents(batch), batch.mix)) }
            return result
        }
        let plain = try batches(Augmentation(horizontalFlip: true))
        let mixed = try batches(Augmentation(horizontalFlip: true, mixupAlpha: 0.4))
        #expect(Set(mixed.compactMap(\.1?.share)).count == 3, "a share a batch")
        for ((before, _), (after, mix)) in zip(plain, mixed) {
            let share = try #require(mix).share
            #expect(before.labels == after.labels)
            for position in before.labels.indices {
                let partner = BatchMix.partner(of: position, count: before.labels.count)
                for index in 0..<192 {
                    let expected =
                        share * before.images[position * 192 + index] + (1 - share)
                        * before.images[partner * 192 + index]
                    #expect(abs(after.images[position * 192 + index] - expected) < 1e-6)
                }
            }
        }
        let cut = try batches(Augmentation(horizontalFlip: true, cutmixAlpha: 1))
        for ((before, _), (after, mix)) in zip(plain, cut) {
            let part = try #require(mix?.cut)
            #expect(abs(try #require(mix).share - (1 - Float(part.width * part.height) / 64)) < 1e-6)
            for position in before.labels.indices {
                let partner = BatchMix.partner(of: position, count: before.labels.count)
                for index in 0..<192 {
                    let (row, column) = (index / 24, index % 24 / 3)
                    let isCut =
                        part.top..<part.top + part.height ~= row && part.left..<part.left + part.width ~= column
                    #expect(
                        after.images[position * 192 + index]
                            == before.images[(isCut ? partner : position) * 192 + index])
                }
            }
        }
        let both = try (0..<40).map {
            try #require(
                Augmentation(mixupAlpha: 1, cutmixAlpha: 1).drawMix(seed: 1, epoch: $0, batch: 0, width: 32, height: 32)
            )
        }
        #expect((10...30).contains(both.count { $0.cut != nil }), "each batch has one of the two")
    }

    @Test(arguments: [0.2, 1, 4]) func `Shares follow Beta(α, α)`(alpha: Float) throws {
        let shares = try (0..<4000).map {
            Double(
                try #require(
                    Augmentation(mixupAlpha: alpha).drawMix(seed: 2, epoch: 0, batch: $0, width: 8, height: 8)
                ).share)
        }
        #expect(shares.allSatisfy { 0...1 ~= $0 })
        #expect(abs(shares.reduce(0, +) / 4000 - 0.5) < 0.025)
        let variance = shares.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / 4000
        #expect(abs(variance - 1 / (4 * (2 * Double(alpha) + 1))) < 0.01, "α² ÷ ((2α)² (2α + 1))")
    }

    @Test func `A balanced order shows all classes equally often, small ones in several views`() throws {
        let folder = try classFolders([20, 5, 2])
        let dataset = try Dataset(folder: folder.path)
        func loader(_ threads: Int) throws -> Loader {
            try Loader(
                dataset, cache: PictureCache(preprocessing: try .guide(width: 8, height: 8)),
                options: .init(
                    batchSize: 4, isShuffled: true, seed: 6, augmentation: .guide, isBalanced: true, threads: threads))
        }
        let batches = try epoch(loader(2), 0)
        #expect(batches.flatMap(\.labels).count == 27)
        for label in Int32(0)..<3 { #expect(batches.flatMap(\.labels).count { $0 == label } == 9) }
        #expect(Set(batches.flatMap(\.sampleIndices)).count == 9 + 5 + 2, "no picture of a large class comes twice")
        let size = 192
        let views = batches.flatMap { batch in
            batch.sampleIndices.indices.filter { batch.sampleIndices[$0] == 25 }.map {
                Array(batch.images[$0 * size..<($0 + 1) * size])
            }
        }
        #expect(views.count >= 4 && Set(views).count == views.count)
        #expect(try epoch(loader(3), 0) == batches)
        #expect(try epoch(loader(1), 0, from: 3) == Array(batches[3...]), "a resumed epoch gives the same")
        #expect(try loader(1).order(epoch: 1) != loader(1).order(epoch: 0))
    }
}
