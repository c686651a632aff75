import OcellusGraph

extension OperationCase {
    /// What the oracle makes of the case.
    func expected() throws -> CaseResult {
        var tensors = inputTensors()
        let outputs = try operation.evaluate(&tensors, invocation)
        return CaseResult(
            outputs: outputs, mutated: operation.mutatedInputs.reduce(into: [:]) { $0[$1] = tensors[$1] })
    }

    /// The worst error of a backend's result.
    ///
    /// Of a mutated input its change is compared, so that what was there before does not hide an error; where that was no
    /// number, it must have been overwritten.
    /// - Throws: `CaseFailure` where whole numbers differ, or zeros are elsewhere in a dropout.
    func error(of actual: CaseResult, expecting expected: CaseResult) throws -> Double {
        let before = inputTensors()
        var worst = 0.0
        for (actual, expected) in zip(actual.outputs, expected.outputs) {
            if expected.description.elementType.isFloating {
                worst = max(worst, normalizedError(actual.values, expected.values))
            } else {
                try compareWholeNumbers(actual, expected, before)
            }
            if operation is Dropout, zip(actual.values, expected.values).contains(where: { ($0 == 0) != ($1 == 0) }) {
                throw CaseFailure("its mask differs")
            }
        }
        for (index, expected) in expected.mutated {
            let after = actual.mutated[index]?.values ?? []
            let before = before[index].values.map { $0.isNaN ? 0 : $0 }
            let change = zip(after, before).map { $0 - $1 }
            let expectedChange = zip(expected.values, before).map { $0 - $1 }
            worst = max(worst, normalizedError(change, expectedChange))
        }
        return worst
    }

    private func compareWholeNumbers(_ actual: OracleTensor, _ expected: OracleTensor, _ inputs: [OracleTensor])
        throws
    {
        for (element, (actual, expected)) in zip(actual.values, expected.values).enumerated() where actual != expected {
            let judge = operation as? any TieJudge
            guard
                try judge?.isTie(inputs, invocation, element: element, Int(actual), Int(expected)) ?? false
            else { throw CaseFailure("element \(element) is \(Int(actual)), not \(Int(expected))") }
        }
    }

    private func inputTensors() -> [OracleTensor] {
        zip(inputs, inputValues()).map { input, values in
            OracleTensor(input.description, samples: invocation.count, values: values.map(Double.init))
        }
    }
}
