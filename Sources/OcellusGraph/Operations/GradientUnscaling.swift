/// Makes the gradient of the loss out of that of the scaled loss: divides it by `Invocation.lossScale`, a power of two.
///
/// Input: gradient (changed). No output.
public struct GradientUnscaling: ElementwiseUpdate {
    public static let name = "gradientUnscaling"

    /// A division in place.
    public init() {}

    public var mutatedInputs: [Int] { [0] }

    /// The gradient.
    public var inputCount: Int { 1 }
}
