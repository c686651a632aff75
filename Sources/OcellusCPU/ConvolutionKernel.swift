import CSIMD
import OcellusGraph

extension ActivationFunction {
    var simd: simd_activation {
        switch self {
        case .identity: simd_identity
        case .relu: simd_relu
        case .relu6: simd_relu6
        case .hardSigmoid: simd_hard_sigmoid
        case .hardSwish: simd_hard_swish
        case .sigmoid: simd_sigmoid
        case .silu: simd_silu
        case .gelu: simd_gelu
        }
    }
}

/// How a convolution, or a part of its input gradient, is computed.
enum ConvolutionKernel {
    /// As one product of all pixels with the filter.
    case pointwise(PointwiseProduct)
    /// As products of pixels with a packed filter.
    case product(SlidingProduct)
    /// By Winograd's transform.
    case winograd(WinogradProduct)
    /// Channel by channel.
    case depthwise(DepthwiseProduct)

    /// What the choice depends on beside the shapes.
    struct Use {
        /// Images of a full batch.
        let samples: Int
        /// Whether the filter is packed once, rather than in each step.
        let filterIsConstant: Bool
        /// Whether places lie one behind the other in the output.
        var isContiguous = true
    }

    /// Chooses for `groups` groups; the filter has the shape `[height, width, C / groups, K]`, of which C is the
    /// window's channels.
    init(
        convolutionOver window: SlidingWindow, filter: Shape, groups: Int, bias: UnsafePointer<Float>?,
        activation: ActivationFunction, isPooled: Bool = false, use: Use, on backend: CPUBackend
    ) {
        let tapCount = filter[2] * filter[3]
        let tapOffsets = (0..<filter[0] * filter[1]).map { $0 * tapCount }
        if filter[2] == 1, filter[3] == groups, groups > 1, !isPooled, backend.algorithms.allowsDepthwise {
            self = .depthwise(
                DepthwiseProduct(window: window, tapOffsets: tapOffsets, bias: bias, activation: activation.simd))
            return
        }
        let packed = PackedFilter(
            ofConvolution: filter, groups: groups, panelWidth: backend.kernels.panelWidth)
        self.init(window, packed, bias: bias, activation: activation.simd, isPooled: isPooled, use: use, on: backend)
    }

    /// Chooses for a window and a filter as it is to be packed.
    init(
        _ window: SlidingWindow, _ filter: PackedFilter, bias: UnsafePointer<Float>? = nil,
        activation: simd_activation = simd_identity, isPooled: Bool = false, use: Use, on backend: CPUBackend
    ) {
        if use.isContiguous, !isPooled, backend.algorithms.allowsPointwise, PointwiseProduct.applies(to: window, filter)
        {
            self = .pointwise(
                PointwiseProduct(
                    pixels: window.rows * window.columns, filter: filter, bias: bias, activation: activation))
        } else if let size = Self.winogradTile(window, filter, isPooled: isPooled, use: use, on: backend) {
            self = .winograd(
                WinogradProduct(
                    tiles: WinogradTiles(window: window, size: size), filter: filter, bias: bias,
                    activation: activation, isPooled: isPooled))
        } else {
            self = .product(SlidingProduct(window, filter, bias: bias, activation: activation, isPooled: isPooled))
        }
    }

    /// How it is computed, for profiles.
    var algorithm: String {
        switch self {
        case .pointwise: "pointwise"
        case .product: "product"
        case .winograd(let product): "Winograd \(product.tiles.size)×\(product.tiles.size)"
        case .depthwise: "depthwise"
        }
    }

    private static func winogradTile(
        _ window: SlidingWindow, _ filter: PackedFilter, isPooled: Bool, use: Use, on backend: CPUBackend
    ) -> Int? {
        guard WinogradProduct.applies(to: window, filter, vectorWidth: backend.kernels.vectorWidth) else { return nil }
        return switch backend.algorithms.winograd {
        case .never: nil
        case .always(let tile): tile
        case .whenFaster:
            WinogradChoice(window: window, filter: filter, samples: use.samples, isConstant: use.filterIsConstant).best
        }
    }

    /// Floats of the packed filter.
    var packedCount: Int {
        switch self {
        case .pointwise(let product): product.filter.count
        case .product(let product): product.filter.count
        case .winograd(let product): product.packedCount
        case .depthwise(let product): product.packedCount
        }
    }

    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int {
        switch self {
        case .pointwise: 0
        case .product(let product): product.scratchCount
        case .winograd(let product): product.scratchCount
        case .depthwise(let product): product.scratchCount
        }
    }

    /// Packs a filter.
    func pack(_ filter: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, on backend: CPUBackend) {
        switch self {
        case .pointwise(let product): product.filter.pack(filter, into: packed, on: backend)
        case .product(let product): product.filter.pack(filter, into: packed, on: backend)
        case .winograd(let product): product.pack(filter, into: packed, on: backend)
        case .depthwise(let product): product.pack(filter, into: packed)
        }
    }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        output: SlidingProduct.Output, winners: UnsafeMutablePointer<UInt8>? = nil, count: Int
    ) {
        switch self {
        case .pointwise(let product):
            product.run(on: backend, source: source, packed: packed, output: output, count: count)
        case .product(let product):
            product.run(
                on: backend, source: source, packed: packed, output: output, winners: winners, count: count)
        case .winograd(let product):
            product.run(
                on: backend, source: source, packed: packed, output: output, winners: winners, count: count)
        case .depthwise(let product):
            product.run(on: backend, source: source, packed: packed, output: output, count: count)
        }
    }
}

extension ConvolutionKernel.Use {
    /// For an operation whose first input is the pictures and whose second is the filter.
    init(_ arguments: OperationArguments) {
        self.init(
            samples: arguments.inputs[0].description.isBatched ? arguments.capacity : 1,
            filterIsConstant: arguments.inputs[1].isConstant)
    }

    /// The same, before there are arguments, for a filter that is packed in each step: only then it needs workspace.
    static func inStep(_ inputs: [TensorDescription], _ capacity: Int) -> Self {
        Self(samples: inputs[0].isBatched ? capacity : 1, filterIsConstant: false)
    }
}
