import OcellusGraph

/// A step with kernels that were chosen for it, and what profiles say of them.
struct ChosenStep: PreparedStep {
    let step: any PreparedStep
    let algorithm: String

    func run(_ invocation: Invocation) throws { try step.run(invocation) }
}
