/// In what numbers a plan computes. It is a property of the plan, never of a model: weights, their gradients, the
/// optimiser's states, sums, softmax and loss are FP32 in each.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// Everything in 32 bits.
    case fp32
    /// Factors of matrix products are rounded to 11 significant bits where they are multiplied; everything is stored in 32.
    case tf32
    /// Activations and their gradients are stored as IEEE 754 binary16: 11 significant bits, 6e-8 to 65504. So small a range
    /// wants loss scaling.
    case fp16
    /// Activations and their gradients are stored as bfloat16: 8 significant bits, the range of FP32.
    case bf16

    /// How activations and their gradients are stored.
    public var storage: ElementType {
        switch self {
        case .fp32, .tf32: .float32
        case .fp16: .float16
        case .bf16: .bfloat16
        }
    }

    /// Whether gradients leave the range of what they are stored in, so that the loss is to be scaled.
    public var wantsLossScaling: Bool { self == .fp16 }
}
