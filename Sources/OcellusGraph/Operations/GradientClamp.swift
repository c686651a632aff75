/// Puts each element of a gradient between `−limit` and `limit`, as PyTorch's `clip_grad_value_` does. NaN stays NaN, so that a
/// diverged run shows.
///
/// Input: gradient (changed). No output.
public struct GradientClamp: ElementwiseUpdate {
    public static let name = "gradientClamp"
    /// The largest absolute value, above 0.
    public let limit: Float

    /// A clamp in place.
    public init(limit: Float) { self.limit = limit }

    public var mutatedInputs: [Int] { [0] }

    /// The gradient.
    public var inputCount: Int { 1 }
}
