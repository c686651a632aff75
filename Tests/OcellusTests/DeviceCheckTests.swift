import Ocellus
import Testing

@Suite("The check of a device's operations")
struct DeviceCheckTests {
    /// A check of a device whose kernels of each family fail at the operations given.
    private func check(wide: Set<String> = [], tiled: Set<String> = []) throws -> DeviceCheck {
        try DeviceCheck(usual: .wide, against: CPUBackend()) { family, choices in
            try FaultyBackend(refused: choices.refused) { operation, _ in
                let used = choices.families[operation.name] ?? family
                return (used == .wide ? wide : tiled).contains(operation.name)
            }
        }
    }

    @Test("what computes rightly is used as it is")
    func passes() throws {
        let check = try check()
        #expect(check.refusal == nil && check.choices == KernelChoices())
        #expect(check.operations.allSatisfy { $0.failure == nil && $0.kernels == .wide && $0.worstError <= 1e-7 })
        #expect(check.operations.count >= 35)
    }

    @Test("kernels that fail are replaced by the other family's")
    func replaces() throws {
        let check = try check(wide: ["convolution", "adamUpdate"])
        #expect(check.refusal == nil)
        #expect(check.choices.families == ["convolution": .tiled, "adamUpdate": .tiled])
        let convolution = try #require(check.operations.first { $0.name == "convolution" })
        #expect(convolution.failure?.contains("computes wrongly") == true)
        #expect(convolution.kernels == .tiled && convolution.worstError <= 1e-7)
    }

    @Test("a fused operation that no family computes is left unfused")
    func unfuses() throws {
        let check = try check(wide: ["residualConvolution"], tiled: ["residualConvolution"])
        #expect(check.refusal == nil && check.choices.refused == ["residualConvolution"])
        #expect(check.operations.first { $0.name == "residualConvolution" }?.kernels == nil)
    }

    @Test("a device without an operation that nothing stands in for is refused")
    func refuses() throws {
        let check = try check(wide: ["softmaxCrossEntropyGradient"], tiled: ["softmaxCrossEntropyGradient"])
        #expect(check.refusal?.contains("softmaxCrossEntropyGradient") == true)
    }
}
