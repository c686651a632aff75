/// What cannot be done with a session, in words for a person.
public enum LabellingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no picture of that number.
    case noSuchPicture(Int, count: Int)
    /// There is no class of that number.
    case noSuchClass(Int, count: Int)
    /// Nothing that this page did is left to be undone.
    case nothingToUndo
    /// A model is being trained already.
    case alreadyTraining
    /// There is no model to start from.
    case noModel

    /// A sentence or two.
    public var description: String {
        switch self {
        case .noSuchPicture(let number, let count): "There is no picture \(number): there are \(count)."
        case .noSuchClass(let number, let count): "There is no class \(number): there are \(count)."
        case .nothingToUndo: "There is nothing left to undo."
        case .alreadyTraining: "A model is being trained already. Wait until it is ready, or stop it."
        case .noModel: "There is no model to start from. Start 'ocellus label' with --model."
        }
    }
}
