import COpenCL
import FoundationEssentials
import OcellusGraph

/// Runs graphs on one OpenCL device, asynchronously: the host waits only where it reads.
///
/// As every backend it is used by one thread at a time.
public final class OpenCLBackend: Backend, @unchecked Sendable {
    // Mutable state (programs, staged writes) is touched by the one thread that uses the backend.

    /// The device in use.
    public let openCLDevice: OpenCLDevice
    /// What the kernels of the heavy operations are shaped for.
    public let kernelFamily: KernelFamily
    /// What deviates from the family.
    public let choices: KernelChoices
    /// In what numbers plans on it compute.
    public let precision: Precision
    /// What multiplies small tiles at once in the kernels for GPUs; nil where there is nothing, or it was tried in vain.
    public internal(set) var matrixUnits: MatrixUnits?
    /// Why the device's units are not used, where they were tried in vain.
    public private(set) var matrixUnitsProblem: String?
    /// How the activations are stored that a kernel is made for.
    private let storage: ElementType
    /// How the kernels of the operation that is being prepared are shaped.
    package let parameters: KernelParameters
    /// Floats in one vector register, for which CPUs' kernels are shaped: 4, 8 or 16.
    let vectorWidth: Int
    /// What kernels are compiled with beside their own macros.
    private let compilerOptions: [String]
    /// Name, memory and alignment.
    public var device: DeviceDescription { openCLDevice.description }
    /// What buffers take.
    public var memory: MemoryBudget { context.memory }

    private let context: Context
    private let programs: ProgramStore
    private let stagedWrites: StagedWrites

    /// How many programs were compiled because the cache had them not.
    package var builtProgramCount: Int { programs.builtCount }

    /// Opens the device that `name` asks for: `opencl`, or `opencl:PART` with a part of the device's or platform's name.
    /// - Throws: `BackendError` when there is none, or several fit.
    public convenience init(named name: String) throws {
        try self.init(OpenCLDevices.find().select(name))
    }

    /// Opens `device`.
    /// - Parameters:
    ///   - kernelFamily: what its kernels are shaped for; nil chooses what fits the device.
    ///   - choices: what deviates from it.
    ///   - precision: in what numbers plans on it compute.
    ///   - cacheFolder: where compiled programs are kept; nil is the standard folder.
    /// - Throws: `BackendError` when the driver fails.
    public convenience init(
        _ device: OpenCLDevice, kernelFamily: KernelFamily? = nil, choices: KernelChoices = KernelChoices(),
        precision: Precision = .fp32, cacheFolder: URL? = nil
    ) throws {
        try self.init(
            device, kernelFamily: kernelFamily, choices: choices, precision: precision,
            vectorWidth: device.vectorWidth, cacheFolder: cacheFolder)
    }

    /// The same with kernels for registers of another width, for tests, which may want them compiled quickly rather than run
    /// quickly.
    package init(
        _ device: OpenCLDevice, kernelFamily: KernelFamily?, choices: KernelChoices = KernelChoices(),
        precision: Precision = .fp32, matrixUnits: MatrixUnits? = nil,
        parameters: KernelParameters = KernelParameters(), vectorWidth: Int, uploadsAside: Bool? = nil,
        optimizesKernels: Bool = true, cacheFolder: URL? = nil
    ) throws {
        openCLDevice = device
        self.kernelFamily = parameters.family ?? kernelFamily ?? .fitting(device)
        self.choices = choices
        self.precision = precision
        storage = .float32
        self.parameters = parameters
        self.vectorWidth = vectorWidth
        compilerOptions = ["-cl-std=CL1.2", "-w"] + (optimizesKernels ? [] : ["-cl-opt-disable"])
        context = try Context(device)
        programs = ProgramStore(context, cache: ProgramCache(folder: cacheFolder ?? ProgramCache.standardFolder))
        stagedWrites = try StagedWrites(context, goesAside: uploadsAside ?? !device.sharesHostMemory)
        self.matrixUnits = matrixUnits
        guard matrixUnits == nil, precision.factorsNumber != nil, device.isNVIDIA, self.kernelFamily == .tiled,
            !choices.avoidsMatrixUnits
        else { return }
        matrixUnitsProblem = findMatrixUnits()
    }

    /// The same device, queue, memory and programs with other choices, for activations that are stored so.
    private init(
        _ other: OpenCLBackend, _ choices: KernelChoices, _ parameters: KernelParameters, storage: ElementType
    ) {
        openCLDevice = other.openCLDevice
        kernelFamily = parameters.family ?? other.kernelFamily
        self.choices = choices
        self.parameters = parameters
        self.storage = storage
        precision = other.precision
        matrixUnits = other.matrixUnits
        vectorWidth = other.vectorWidth
        compilerOptions = other.compilerOptions
        (context, programs, stagedWrites) = (other.context, other.programs, other.stagedWrites)
    }

    /// The same device, queue, memory and programs with other choices.
    public func choosing(_ choices: KernelChoices) -> OpenCLBackend {
        OpenCLBackend(self, choices, parameters, storage: storage)
    }

    /// The same device, queue, memory and programs with these parameters for every operation, whatever was chosen.
    public func forcing(_ parameters: KernelParameters) -> OpenCLBackend {
        OpenCLBackend(self, KernelChoices(refused: choices.refused), parameters, storage: storage)
    }

    /// What prepares an operation: this backend, or one with what is chosen for the operation, and for activations as they
    /// are stored here.
    private func preparing(
        _ operation: any Operation, _ inputs: [TensorDescription], _ outputs: [TensorDescription], capacity: Int?
    ) -> OpenCLBackend {
        var chosen = parameters
        if let family = Self.names(of: operation).compactMap({ choices.families[$0] }).first { chosen.family = family }
        if let capacity,
            let tuned = choices.parameters(of: operation, inputs, outputs, capacity: capacity, in: precision)
        {
            chosen = chosen.replacing(with: tuned)
        }
        let storage = (inputs + outputs).map(\.elementType).first { $0 != .float32 && $0.isFloating } ?? .float32
        guard chosen != parameters || storage != self.storage else { return self }
        return OpenCLBackend(self, KernelChoices(), chosen, storage: storage)
    }

    /// Under which names there may be a choice for an operation: its own, and that of the update whose kernel it runs.
    private static func names(of operation: any Operation) -> [String] {
        [operation.name] + ((operation as? JoinedUpdates).map { [$0.update.name] } ?? [])
    }

    /// Reserves memory on the device.
    public func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer {
        try OpenCLBuffer(context, byteCount: byteCount, label: label)
    }

    /// Copies `bytes` aside and enqueues their way to the device.
    public func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws {
        let buffer = try region.openCLBuffer()
        try requireFit(bytes.count, region, buffer)
        try stagedWrites.write(bytes, to: buffer.handle, byteOffset: region.byteOffset, label: buffer.label)
    }

    /// True, unless its kernel is refused: pictures come as 8-bit samples, a quarter of what their values take.
    public var preparesPictures: Bool { !choices.refused.contains(PictureWarp.name) }

    /// Copies `bytes` aside, and enqueues their way to the device, beside what is computed where the device has memory of its
    /// own.
    public func upload(
        _ bytes: UnsafeRawBufferPointer, to region: BufferRegion, after moment: (any DeviceMoment)?,
        timing: TimingRequest?
    ) throws {
        let buffer = try region.openCLBuffer()
        try requireFit(bytes.count, region, buffer)
        // Before the copy is enqueued, which is to be in the queue that times.
        if timing != nil { _ = try context.startTiming() }
        try stagedWrites.write(
            bytes, to: buffer.handle, byteOffset: region.byteOffset, after: moment as? Event, timing: timing,
            label: buffer.label)
    }

    /// An event; nil where copies go in order anyway.
    public func mark() throws -> (any DeviceMoment)? { stagedWrites.goesAside ? try context.mark() : nil }

    /// Enqueues the copy.
    public func startReading(_ region: BufferRegion, count: Int) throws -> any PendingRead {
        let buffer = try region.openCLBuffer()
        try requireFit(count * MemoryLayout<Float>.size, region, buffer)
        return try OpenCLRead(region, count: count, context) { [context, programs] in
            programs.save()
            try context.times?.tell()
        }
    }

    /// Waits for what was enqueued before, then copies.
    public func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws {
        let buffer = try region.openCLBuffer()
        try requireFit(bytes.count, region, buffer)
        guard bytes.count > 0 else { return }
        try context.check(
            context.functions.clEnqueueReadBuffer(
                context.queue, buffer.handle, cl_bool(CL_TRUE), region.byteOffset, bytes.count, bytes.baseAddress,
                0, nil, nil), "clEnqueueReadBuffer", label: buffer.label)
        programs.save()
    }

    /// Enqueues zeros.
    public func zero(_ region: BufferRegion) throws {
        guard region.byteCount > 0 else { return }
        let buffer = try region.openCLBuffer()
        try requireFit(region.byteCount, region, buffer)
        var pattern: UInt32 = 0
        let patternSize = region.byteCount % 4 == 0 && region.byteOffset % 4 == 0 ? 4 : 1
        try context.check(
            context.functions.clEnqueueFillBuffer(
                context.queue, buffer.handle, &pattern, patternSize, region.byteOffset, region.byteCount, 0, nil,
                nil), "clEnqueueFillBuffer", label: buffer.label)
    }

    /// Whether the operation is one of this backend's and takes such tensors.
    public func supports(
        _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        guard let operation = operation as? any OpenCLOperation,
            choices.refused.isDisjoint(with: Self.names(of: operation))
        else { return false }
        guard operation.activationStorage.allows(inputs + outputs) else { return false }
        return operation.isSupported(
            on: preparing(operation, inputs, outputs, capacity: nil), inputs: inputs, outputs: outputs)
    }

    /// What the operation asks for.
    public func workspaceByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        guard let operation = operation as? any OpenCLOperation else { return 0 }
        return operation.workspaceByteCount(
            on: preparing(operation, inputs, outputs, capacity: capacity), inputs: inputs, outputs: outputs,
            capacity: capacity)
    }

    /// What the operation keeps.
    public func keptByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int {
        guard let operation = operation as? any OpenCLOperation else { return 0 }
        return operation.keptByteCount(
            on: preparing(operation, inputs, outputs, capacity: capacity), inputs: inputs, outputs: outputs,
            capacity: capacity,
            parametersAreConstant: parametersAreConstant)
    }

    /// Builds the operation's kernels and sets their arguments.
    public func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep {
        guard let operation = operation as? any OpenCLOperation else {
            throw BackendError("'\(arguments.label)': OpenCL has no kernel for \(operation.name)")
        }
        let backend = preparing(
            operation, arguments.inputs.map(\.description), arguments.outputs.map(\.description),
            capacity: arguments.capacity)
        let step = try operation.prepare(on: backend, arguments)
        return backend.parameters == parameters ? step : ChosenStep(step: step, algorithm: "\(backend.parameters)")
    }

    /// Enqueues the steps and returns.
    public func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws {
        for step in steps { try step.run(invocation) }
        try context.flush()
    }

    /// Enqueues all steps, and asks the device later when the kernels of each ran.
    public func run(_ steps: [any PreparedStep], _ invocation: Invocation, timing: TimingRequest) throws {
        let times = try context.startTiming()
        for (index, step) in steps.enumerated() {
            try times.collecting(index, for: timing) { try step.run(invocation) }
        }
        try context.flush()
        try times.tell()
    }

    /// Waits for all that was enqueued.
    public func synchronize() throws {
        try context.finish()
        programs.save()
        try context.times?.tell()
    }

    /// Prepares one kernel: the function `entry` of `source`, built with `defines` and `STORED` for how activations are stored.
    ///
    /// - Parameter result: how the result is stored that `stored` stands for in the kernel, where it is not as the operation's
    ///   activations are.
    /// - Throws: `BackendError` with the compiler's log when it does not build.
    public func launch(
        _ entry: String, of source: KernelSource, defines: KeyValuePairs<String, Int> = [:],
        _ arguments: [KernelArgument], grid: LaunchGrid, storing result: ElementType? = nil, label: String
    ) throws -> KernelLaunch {
        try launch(
            entry, of: source, defines: defines.map { ($0.key, $0.value) }, arguments, grid: grid, storing: result,
            label: label)
    }

    /// The same.
    func launch(
        _ entry: String, of source: KernelSource, defines: [(String, Int)], _ arguments: [KernelArgument],
        grid: LaunchGrid, storing result: ElementType? = nil, label: String
    ) throws -> KernelLaunch {
        let stored = (result ?? storage).kernelNumber
        let options =
            (compilerOptions + defines.map { "-D\($0.0)=\($0.1)" }
            + (stored == 0 ? [] : ["-DSTORED=\(stored)"])).joined(separator: " ")
        let program = try programs.program(source, options: options, label: label)
        return try KernelLaunch(Kernel(entry, of: program, context, label: label), arguments, grid)
    }

    private func requireFit(_ byteCount: Int, _ region: BufferRegion, _ buffer: OpenCLBuffer) throws {
        guard byteCount <= region.byteCount, region.byteOffset + byteCount <= buffer.byteCount else {
            throw BackendError(
                "\(byteCount) bytes do not fit the region of \(region.byteCount) at \(region.byteOffset) in "
                    + "'\(buffer.label)' (\(buffer.byteCount) bytes)")
        }
    }
}
