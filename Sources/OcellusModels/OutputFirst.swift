import OcellusGraph

/// PyTorch and ONNX have filters as `[out, in, height, width]` and PyTorch has matrices as `[out, in]`, where we have them as
/// `[height, width, in, out]` and `[in, out]`.
extension Shape {
    /// The same tensor's shape with its outputs first; one of another rank as it is.
    package var outputFirst: Shape {
        switch rank {
        case 4: [self[3], self[2], self[0], self[1]]
        case 2: [self[1], self[0]]
        default: self
        }
    }

    /// Elements of a tensor of this shape, from the order that `outputFirst` has.
    package func fromOutputFirst(_ values: [Float]) -> [Float] {
        guard rank == 4 || rank == 2 else { return values }
        let outputs = self[-1]
        let inputs = self[-2]
        let places = count / (inputs * outputs)
        return [Float](unsafeUninitializedCapacity: count) { target, initialized in
            values.withUnsafeBufferPointer { source in
                // Blocks, so that neither side is read in strides alone.
                let block = 16
                for firstOutput in stride(from: 0, to: outputs, by: block) {
                    let end = min(firstOutput + block, outputs)
                    for input in 0..<inputs {
                        for place in 0..<places {
                            let row = (place * inputs + input) * outputs
                            for output in firstOutput..<end {
                                target[row + output] = source[(output * inputs + input) * places + place]
                            }
                        }
                    }
                }
            }
            initialized = count
        }
    }

    /// Elements of a tensor of this shape, in the order that `outputFirst` has.
    package func toOutputFirst(_ values: [Float]) -> [Float] {
        guard rank == 4 || rank == 2 else { return values }
        let (outputs, inputs) = (self[-1], self[-2])
        let places = count / (inputs * outputs)
        return [Float](unsafeUninitializedCapacity: count) { target, initialized in
            for output in 0..<outputs {
                for input in 0..<inputs {
                    for place in 0..<places {
                        target[(output * inputs + input) * places + place] =
                            values[(place * inputs + input) * outputs + output]
                    }
                }
            }
            initialized = count
        }
    }
}
