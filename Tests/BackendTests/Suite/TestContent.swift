import OcellusGraph

extension TestInput.Content {
    /// The elements of a tensor at `samples` samples.
    func values(
        for description: TensorDescription, samples: Int, _ random: inout PhiloxSequence
    ) -> [Float] {
        let count = description.count(samples: samples)
        switch self {
        case .uniform(let range):
            return (0..<count).map { _ in random.nextUniform(in: range) }
        case .distinct:
            return (0..<count).map { (Float($0) + 0.5) / Float(count) * 2 - 1 }.shuffled(using: &random)
        case .coarse:
            return (0..<count).map { _ in Float(Int.random(in: -2...2, using: &random)) }
        case .activated(let function):
            return (0..<count).map { _ in Float(function.value(Double(random.nextUniform(in: -9...9)))) }
        case .oneHot:
            let classes = description.shape[-1]
            return (0..<count / classes).flatMap { _ in
                let label = Int.random(in: 0..<classes, using: &random)
                return (0..<classes).map { $0 == label ? Float(1) : 0 }
            }
        case .distribution:
            let classes = description.shape[-1]
            return (0..<count / classes).flatMap { _ in
                let weights = (0..<classes).map { _ in random.nextUniform(in: 0.1...1) }
                let sum = weights.reduce(0, +)
                return weights.map { $0 / sum }
            }
        case .winners(let window, let input):
            guard let geometry = try? window.geometry(over: input.shape) else { return [] }
            let places = (0..<geometry.outputHeight).flatMap { p in
                (0..<geometry.outputWidth).map { q in geometry.elements(p, q).map { Float($0.place) } }
            }
            let channels = description.shape[-1]
            return (0..<count).map { index in
                places[index / channels % places.count].randomElement(using: &random) ?? 0
            }
        case .values(let values):
            return values
        }
    }
}
