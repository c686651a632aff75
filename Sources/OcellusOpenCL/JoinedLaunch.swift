import OcellusGraph

/// An update whose kernel takes several parameters at once, as `joined.cl` has it.
protocol OpenCLElementwiseUpdate: ElementwiseUpdate, OpenCLOperation {
    /// The kernel, in a file of the same name.
    static var kernelName: String { get }

    /// Which input the kernel takes for each of its tensors.
    var kernelInputs: [Int] { get }

    /// What the kernel takes beside the tensors and their sizes.
    var settings: [KernelArgument] { get }
}

extension OpenCLElementwiseUpdate {
    /// Enqueues the kernel on one parameter.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try prepare(on: backend, [arguments.inputs], label: arguments.label)
    }

    /// The same on several parameters, each with its inputs.
    func prepare(on backend: OpenCLBackend, _ parameters: [[Operand]], label: String) throws -> KernelLaunch {
        try backend.launchJoined(
            Self.kernelName, of: .files("common", "joined", Self.kernelName),
            parameters.map { inputs in kernelInputs.map { inputs[$0] } }, settings, label: label)
    }
}

extension OpenCLBackend {
    /// What programs of such kernels are compiled with.
    var joinedDefines: KeyValuePairs<String, Int> {
        ["VEC": elementwiseWidth, "ALIGNED": elementwiseWidth == 4 ? 1 : 0]
    }

    /// Prepares a kernel of `joined.cl` on up to 16 rows of tensors. Those of a row have one shape.
    ///
    /// - Parameter rows: the kernel takes the first tensor of each row, then the second of each, and so on.
    func launchJoined(
        _ entry: String, of source: KernelSource, _ rows: [[Operand]], _ settings: [KernelArgument], label: String
    ) throws -> KernelLaunch {
        let width = elementwiseWidth
        let sizes = rows.map { $0[0].description.shape.count }
        let absent = JoinedUpdates.limit - rows.count
        let tensors = rows[0].indices.flatMap { column in
            (rows + [[Operand]](repeating: rows[0], count: absent)).map { KernelArgument.buffer($0[column].region) }
        }
        let local = 64  // as `joined.cl` has it
        let groups = sizes.reduce(0) { $0 + $1.dividedUp(by: width * local) }
        return try launch(
            entry, of: source, defines: joinedDefines,
            tensors + [.ulongs(sizes + [Int](repeating: 0, count: absent))] + settings,
            grid: LaunchGrid(local: [local, 1, 1]) { _ in [groups, 1, 1] }, label: label)
    }
}
