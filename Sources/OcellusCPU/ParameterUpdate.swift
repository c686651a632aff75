import CSIMD
import OcellusGraph

/// An optimiser's step that can be taken on any part of a parameter.
protocol CPUParameterUpdate: ParameterUpdate, CPUOperation {
    /// What is the same for all elements of a step.
    associatedtype Settings

    func settings(for invocation: Invocation) -> Settings

    /// Changes the elements of `range` by `gradient`, which starts with the first of them.
    static func apply(
        _ settings: Settings, to parameter: UpdatedParameter, _ range: Range<Int>, gradient: UnsafePointer<Float>,
        by kernels: simd_kernels)
}

/// A parameter in memory, and the optimiser's states beside it.
struct UpdatedParameter {
    let weight: UnsafeMutablePointer<Float>
    let states: [UnsafeMutablePointer<Float>]

    /// The weight is input `weight`; the states are the inputs from `firstState` on.
    init(_ arguments: OperationArguments, weight: Int, firstState: Int) throws {
        self.weight = try arguments.mutableInput(weight)
        states = try (firstState..<max(arguments.inputs.count, firstState)).map { try arguments.mutableInput($0) }
    }
}

extension CPUParameterUpdate {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let parameter = try UpdatedParameter(arguments, weight: 0, firstState: 2)
        let gradient = try arguments.input(1)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            let settings = settings(for: invocation)
            backend.forEachBlock(of: count) { range in
                Self.apply(
                    settings, to: parameter, range, gradient: gradient + range.lowerBound, by: backend.kernels)
            }
        }
    }
}
