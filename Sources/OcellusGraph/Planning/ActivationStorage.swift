extension Graph {
    /// Has activations and their gradients stored in `type`, as far as the backend can run operations so; where it cannot, or
    /// where the host reads or writes, values stay `float32` and are converted. To be called last: it goes by what
    /// operations fusion has left.
    ///
    /// An activation is what has one tensor a sample; parameters, their gradients and statistics stay as they are.
    /// - Parameter supports: whether the backend can run an operation on inputs and outputs as described.
    public mutating func storeActivations(
        as type: ElementType, where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        guard type != .float32 else { return }
        let prefersFloats = valuesForFloats(besides: type, supports)
        var conversions: [ValueID: ValueID] = [:]
        var result: [Node] = []

        /// The value in the type wanted.
        func converted(_ id: ValueID, to wanted: TensorDescription, layer: String, phase: Phase) -> ValueID {
            guard self[id].description.elementType != wanted.elementType else { return id }
            if let known = conversions[id] { return known }
            let made = likeness(of: id, as: wanted.elementType)
            result.append(
                Node(
                    operation: Convert(to: wanted.elementType), inputs: [id], outputs: [made], layer: layer,
                    phase: phase))
            conversions[id] = made
            return made
        }

        for node in nodes {
            var inputs = node.inputs
            if node.operation.isView {
                setElementType(of: node.outputs[0], to: self[inputs[0]].description.elementType)
            } else {
                let operands = descriptions(of: node)
                let narrow = (operands.inputs.map { $0.stored(as: type) }, operands.outputs.map { $0.stored(as: type) })
                let preferred = zip(node.outputs, narrow.1).map { id, narrow in
                    prefersFloats.contains(id) ? self[id].description : narrow
                }
                let choices = [
                    (operands.inputs, preferred), (operands.inputs, narrow.1), (narrow.0, preferred), narrow,
                ]
                let chosen =
                    choices.first { supports(node.operation, $0.0, $0.1) }
                    ?? (operands.inputs.map { $0.stored(as: .float32) }, operands.outputs)
                inputs = zip(inputs, chosen.0).map { converted($0, to: $1, layer: node.layer, phase: node.phase) }
                for (id, output) in zip(node.outputs, chosen.1) { setElementType(of: id, to: output.elementType) }
            }
            result.append(
                Node(
                    operation: node.operation, inputs: inputs, outputs: node.outputs, layer: node.layer,
                    phase: node.phase))
            for (name, id) in outputs.sorted(by: { $0.key < $1.key })
            where node.outputs.contains(id) && self[id].description.elementType == type {
                let floats = self[id].description.stored(as: .float32)
                output(name, converted(id, to: floats, layer: node.layer, phase: node.phase))
            }
        }
        replaceNodes(result)
    }

    /// Values that are better computed as `float32`: nothing reads them but the host and operations that take nothing else.
    private func valuesForFloats(
        besides type: ElementType, _ supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) -> Set<ValueID> {
        var narrow: Set<ValueID> = []
        for node in nodes {
            let (inputs, outputs) = descriptions(of: node)
            let takesNarrow =
                node.operation.isView
                || supports(node.operation, inputs.map { $0.stored(as: type) }, outputs.map { $0.stored(as: type) })
            if takesNarrow { narrow.formUnion(node.inputs) }
        }
        return Set(nodes.flatMap(\.outputs)).subtracting(narrow)
    }
}

extension TensorDescription {
    /// The same tensor with its elements in `type` if it is an activation of floating-point numbers.
    public func stored(as type: ElementType) -> TensorDescription {
        guard isBatched, elementType.isFloating else { return self }
        var description = self
        description.elementType = type
        return description
    }
}
