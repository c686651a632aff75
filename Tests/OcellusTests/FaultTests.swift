import COpenCL
import Foundation
import Ocellus
import OpenCLFaults
import Testing

/// What becomes of training when the driver fails. Tests that use OpenCL follow one another.
@Suite(
    "A driver that fails leaves no wrong model", .serialized,
    .enabled(if: OpenCLDevices.all().contains { !$0.isSimulator }))
struct FaultTests {
    private let folder: TemporaryFolder
    private let dataset: Dataset
    private let split: DataSplit
    private let cache: PictureCache
    private let device: OpenCLDevice

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 8, size: 40)
        cache = PictureCache(preprocessing: try .guide(width: 32, height: 32))
        dataset = try Dataset(folder: folder("data")).checked(filling: cache)
        split = try DataSplit(dataset, seed: 3)
        device = try #require(OpenCLDevices.all().first { !$0.isSimulator })
    }

    private let network = Network(input: [32, 32, 3]) {
        ConvolutionLayer(8, 3, activation: .relu)
        MaxPoolingLayer(2)
        FlattenLayer()
        DenseLayer(24, activation: .relu)
        DenseLayer(3)
    }

    private let options = TrainingOptions(epochs: 3, batchSize: 4, augmentation: .guide, seed: 9)

    private func open(_ device: OpenCLDevice) throws -> OpenCLBackend {
        try OpenCLBackend(device, cacheFolder: URL(filePath: folder("programs"), directoryHint: .isDirectory))
    }

    private func trainer(
        _ backend: any Backend, and helpers: [any Backend] = [], _ run: RunFolder? = nil
    ) throws -> Trainer {
        try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, helpers: helpers, options: options,
            run: run)
    }

    private func bits(_ model: Model) throws -> [String: [UInt32]] {
        try Dictionary(
            uniqueKeysWithValues: model.weights.names.map { ($0, try model.weights.values(of: $0).map(\.bitPattern)) })
    }

    private func newRun(_ name: String) throws -> RunFolder {
        try RunFolder.create(
            folder(name),
            description: RunDescription(
                version: ocellusVersion, date: "", dataset: dataset, split: split, network: network,
                preprocessing: cache.preprocessing, options: options, requestedDevice: "opencl",
                device: device.description),
            split: split, dataset: dataset)
    }

    @Test("a device that is lost in the middle keeps the last checkpoint, from which the run goes on to the same bits")
    func lostDevice() throws {
        let plain = try trainer(open(device))
        #expect(try plain.train())
        let whole = try bits(plain.model())
        var sawCheckpoint = false
        var sawNone = false
        // Kernels of a step and of an epoch differ by device: some of these fall into the first epoch, some into later ones.
        for (number, kernels) in [40, 150, 260].enumerated() {
            let path = "run\(number)"
            do {
                let run = try newRun(path)
                let fault = OpenCLFault.lost(afterKernels: kernels, status: CL_DEVICE_NOT_AVAILABLE)
                try OpenCLFault.inject(fault, into: device) { faulty in
                    let trainer = try trainer(open(faulty), run)
                    let error = #expect(throws: BackendError.self) { try trainer.train() }
                    #expect(error?.description.contains("CL_DEVICE_NOT_AVAILABLE") == true)
                    #expect(error?.description.contains(device.description.name) == true)
                }
                if run.hasCheckpoint { sawCheckpoint = true } else { sawNone = true }
            }
            let resumed = try trainer(open(device), RunFolder(folder(path)))
            #expect(try resumed.train())
            #expect(try bits(resumed.model()) == whole)
        }
        #expect(sawCheckpoint && sawNone)
    }

    @Test("a run whose device is lost goes on with another device")
    func otherDevice() throws {
        do {
            let run = try newRun("run")
            _ = try OpenCLFault.inject(.lost(afterKernels: 260, status: CL_OUT_OF_RESOURCES), into: device) { faulty in
                let trainer = try trainer(open(faulty), run)
                return #expect(throws: BackendError.self) { try trainer.train() }
            }
            #expect(run.hasCheckpoint)
        }
        let job = try TrainingJob(resuming: folder("run"), device: .cpu, features: .memory)
        #expect(job.trainer.progress.epoch > 0)
        #expect(try job.train() != nil)
    }

    @Test("a device that cannot build or allocate is refused before training")
    func refusedDevice() throws {
        for (fault, words) in [
            (OpenCLFault.build, "CL_BUILD_PROGRAM_FAILURE"),
            (.allocation(fromByteCount: 100_000), "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
        ] {
            try OpenCLFault.inject(fault, into: device) { faulty in
                let backend = try OpenCLBackend(
                    faulty, cacheFolder: URL(filePath: folder("none"), directoryHint: .isDirectory))
                let error = #expect(throws: BackendError.self) { try trainer(backend) }
                #expect(error?.description.contains(words) == true)
            }
        }
    }

    @Test("one of several devices that is lost is named, and the run goes on from the last checkpoint to the same bits")
    func oneLostOfSeveral() throws {
        guard device.computeUnits > 1 else { return }
        let parts = try device.split(into: 2)
        let plain = try trainer(open(parts[0]), and: [open(parts[1])])
        #expect(try plain.train())
        let whole = try bits(plain.model())
        // The second has fewer kernels: no update, no validation.
        for (lost, kernels) in [260, 150].enumerated() {
            do {
                let run = try newRun("run\(lost)")
                let fault = OpenCLFault.lost(afterKernels: kernels, status: CL_DEVICE_NOT_AVAILABLE)
                try OpenCLFault.inject(fault, into: parts[lost]) { faulty in
                    let (first, second) = lost == 0 ? (faulty, parts[1]) : (parts[0], faulty)
                    let trainer = try trainer(open(first), and: [open(second)], run)
                    let error = #expect(throws: BackendError.self) { try trainer.train() }
                    #expect(error?.description.contains("CL_DEVICE_NOT_AVAILABLE") == true)
                    #expect(error?.description.contains("part \(lost + 1) of 2") == true)
                }
                #expect(run.hasCheckpoint)
            }
            let resumed = try trainer(open(parts[0]), and: [open(parts[1])], RunFolder(folder("run\(lost)")))
            #expect(try resumed.train())
            #expect(try bits(resumed.model()) == whole)
        }
    }

    @Test("one of several devices that cannot build or allocate is named before training")
    func oneRefusedOfSeveral() throws {
        guard device.computeUnits > 1 else { return }
        let parts = try device.split(into: 2)
        for (fault, words) in [
            (OpenCLFault.build, "CL_BUILD_PROGRAM_FAILURE"),
            (.allocation(fromByteCount: 10_000), "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
        ] {
            try OpenCLFault.inject(fault, into: parts[1]) { faulty in
                let helper = try OpenCLBackend(
                    faulty, cacheFolder: URL(filePath: folder("none"), directoryHint: .isDirectory))
                let error = #expect(throws: BackendError.self) { try trainer(open(parts[0]), and: [helper]) }
                #expect(error?.description.contains(words) == true)
                #expect(error?.description.contains("part 2 of 2") == true)
            }
        }
    }

    @Test("kernels that are compiled wrongly are found and replaced, or the device is refused")
    func wrongResult() throws {
        func check(_ fault: OpenCLFault, _ body: (DeviceCheck, OpenCLDevice, URL) throws -> Void) throws {
            let programs = URL(filePath: folder(UUID().uuidString), directoryHint: .isDirectory)
            try OpenCLFault.inject(fault, into: device) { faulty in
                let check = try DeviceCheck(usual: .wide, against: CPUBackend()) { family, choices in
                    try OpenCLBackend(faulty, kernelFamily: family, choices: choices, cacheFolder: programs)
                }
                try body(check, faulty, programs)
            }
        }
        // The wide family's product leaves out the last term of each sum.
        let end = "const ulong end = min(first + (uint)sizes.inner_a_chunk, inner)"
        try check(.miscompilation(of: end, as: end + " - 1")) { check, faulty, programs in
            #expect(check.refusal == nil)
            #expect(check.choices.families["dense"] == .tiled && check.choices.families["convolution"] == nil)
            func test(_ choices: KernelChoices) throws {
                try SelfTest.run(
                    OpenCLBackend(faulty, kernelFamily: .wide, choices: choices, cacheFolder: programs),
                    against: CPUBackend())
            }
            try test(check.choices)
            #expect(throws: BackendError.self) { try test(KernelChoices()) }
        }
        // Both families take the same kernel for this.
        try check(.miscompilation(of: "exp(logits[c] - largest)", as: "exp(logits[c])")) { check, _, _ in
            #expect(check.refusal?.contains("softmaxCrossEntropy") == true)
        }
    }
}
