import Foundation
import OcellusGraph

/// Which of an operation's activations are stored in fewer bits.
enum ActivationStorageForm: Sendable, Hashable {
    /// None.
    case floats
    /// All.
    case all(ElementType)
    /// The inputs.
    case inputs(ElementType)
    /// All but the last input that is an activation.
    case allButLastInput(ElementType)

    /// The forms of a type that make a difference: `all`, and those that only products take.
    static func forms(of type: ElementType) -> [ActivationStorageForm] {
        [.all(type), .inputs(type), .allButLastInput(type)]
    }

    private var type: ElementType {
        switch self {
        case .floats: .float32
        case .all(let type), .inputs(let type), .allButLastInput(let type): type
        }
    }

    /// The inputs as they are stored.
    func inputs(_ tensors: [TensorDescription]) -> [TensorDescription] {
        guard self != .floats else { return tensors }
        var stored = tensors.map { $0.stored(as: type) }
        if case .allButLastInput = self,
            let last = tensors.lastIndex(where: { $0.isBatched && $0.elementType == .float32 })
        {
            stored[last] = tensors[last]
        }
        return stored
    }

    /// The outputs as they are stored.
    func outputs(_ tensors: [TensorDescription]) -> [TensorDescription] {
        switch self {
        case .floats, .inputs: tensors
        case .all, .allButLastInput: tensors.map { $0.stored(as: type) }
        }
    }

    /// The most that is allowed. What is stored in half is off by 2⁻¹¹ of itself at most, in bfloat16 by 2⁻⁸, which alone
    /// makes an NMSE of up to 8e-8 and 5e-6.
    var tolerance: Double {
        switch type {
        case .float16: 1e-6
        case .bfloat16: 2e-5
        case .float32, .int32, .uint8: BackendTests.tolerance
        }
    }
}

/// A number rounded to the nearest that a type has, ties to even.
func rounded(_ value: Float, to type: ElementType) -> Float {
    guard value.isFinite, value != 0 else { return value }
    let exponent = Int(value.exponent)
    let quantum: Double
    switch type {
    case .float16: quantum = pow(2, Double(max(exponent, -14) - 10))
    case .bfloat16: quantum = pow(2, Double(exponent - 7))
    case .float32, .int32, .uint8: return value
    }
    return Float((Double(value) / quantum).rounded(.toNearestOrEven) * quantum)
}

/// A number as a matrix unit takes it.
func roundedFactor(_ value: Float, in precision: Precision) -> Float {
    guard precision == .tf32, value.isFinite, value != 0 else { return rounded(value, to: precision.storage) }
    let quantum = pow(2, Double(value.exponent) - 10)
    return Float((Double(value) / quantum).rounded(.toNearestOrAwayFromZero) * quantum)
}
