import OcellusGraph

extension MatrixMultiplication: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (left, right) = (inputs[0], inputs[1])
        var product = try blankOutputs(inputs, invocation)[0]
        let (rows, columns) = (product.description.shape[0], product.description.shape[1])
        let (leftShape, rightShape) = (left.description.shape, right.description.shape)
        let inner = leftShape[transposesLeft ? 0 : 1]
        for n in 0..<(product.description.isBatched ? invocation.count : 1) {
            for row in 0..<rows {
                for column in 0..<columns {
                    for k in 0..<inner {
                        let (a, b) = transposesLeft ? (k, row) : (row, k)
                        let (c, d) = transposesRight ? (column, k) : (k, column)
                        product.values[(n * rows + row) * columns + column] +=
                            left.values[(n * leftShape[0] + a) * leftShape[1] + b]
                            * right.values[(n * rightShape[0] + c) * rightShape[1] + d]
                    }
                }
            }
        }
        return [product]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (0..<16).map { index in
            let operation = MatrixMultiplication(transposesLeft: index & 1 != 0, transposesRight: index & 2 != 0)
            let isBatched = index & 4 != 0
            let limit = index < 8 ? 20 : 150
            let (rows, inner, columns) = (random.int(1...limit), random.int(1...limit), random.int(1...limit))
            let left: Shape = operation.transposesLeft ? [inner, rows] : [rows, inner]
            let right: Shape = operation.transposesRight ? [columns, inner] : [inner, columns]
            return random.operationCase(
                operation,
                [
                    TestInput(TensorDescription(left, batched: isBatched)),
                    TestInput(TensorDescription(right, batched: isBatched)),
                ])
        }
    }
}
