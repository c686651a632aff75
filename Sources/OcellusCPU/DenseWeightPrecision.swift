/// What the CPU keeps the weights of dense layers in while a plan that does not change them lives. It is never what a model's
/// file holds.
public enum DenseWeightPrecision: String, Sendable, CaseIterable {
    /// As they are.
    case fp32
    /// Rounded to BF16 (8 bits of precision), half the bytes: a batch of one is as fast as its weights come from memory.
    /// Activations and sums stay FP32.
    ///
    /// Rounding takes a pass over the weights when the plan is made, and half of their memory besides: for who predicts
    /// often, not for one picture in a new process.
    case bf16
}
