import OcellusGraph
import OcellusOpenCL
import Testing

extension BackendSuite {
    @Suite("Products by matrix units agree with the oracle") @DeviceActor struct MatrixUnitTests {
        private static let products: [any TestedOperation.Type] = [
            Convolution.self, ConvolutionInputGradient.self, ConvolutionFilterGradient.self, ResidualConvolution.self,
            Dense.self, DenseInputGradient.self, DenseWeightGradient.self, MatrixMultiplication.self,
        ]

        /// Each device with some units that multiply factors as activations are stored.
        private static let devices = [Precision.fp16, .bf16].flatMap { precision in
            TestedDevice.withMatrixUnits(precision).filter { !$0.description.contains(", ") }.map { ($0, precision) }
        }

        /// Of factors as the units round them, so that all but the order of sums is exact.
        @Test(arguments: [Precision.tf32, .fp16, .bf16])
        func `With the fragments of the instruction, exchanged through local memory`(_ precision: Precision) throws {
            for device in TestedDevice.withMatrixUnits(precision) {
                for type in Self.products {
                    let reports = try OperationReport.all(of: type, on: device, multiplying: precision)
                    #expect(!reports.isEmpty)
                    for report in reports.filter({ $0.failure != nil }).prefix(3) {
                        Issue.record("\(report.test) (\(report.layout)) on \(device): \(report.failure ?? "")")
                    }
                }
            }
        }

        /// Units round filters themselves otherwise.
        @Test(
            arguments: [Convolution.self, ConvolutionInputGradient.self, ResidualConvolution.self]
                as [any TestedOperation.Type])
        func `Filters that are rounded beforehand give the same bits`(_ type: any TestedOperation.Type) throws {
            for (device, precision) in Self.devices {
                let backend = try #require(device.backend() as? OpenCLBackend)
                let rounding = backend.forcing(
                    backend.parameters.replacing(with: KernelParameters(narrowsFilter: true)))
                let tests = try type.allCases.compactMap { test -> OperationCase? in
                    var test = test
                    test.storage = .all(precision.storage)
                    let (inputs, outputs) = (test.inputDescriptions, try test.outputDescriptions())
                    guard let operation = test.operation as? any OpenCLOperation,
                        backend.supports(operation, inputs: inputs, outputs: outputs)
                    else { return nil }
                    let byteCount = operation.workspaceByteCount(
                        on: rounding, inputs: inputs, outputs: outputs, capacity: test.capacity)
                    return byteCount > 0 ? test : nil
                }
                #expect(tests.count > 1)
                for test in try device.affordable(tests) {
                    let expected = try CaseRunner(backend, test, .separate, isSimulated: device.isSimulated).run()
                    // Those that change are rounded in the step, those that do not when it is prepared.
                    for layout in [OperandLayout.separate, .constantWeights] {
                        let result = try CaseRunner(rounding, test, layout, isSimulated: device.isSimulated).run()
                        #expect(result.bits == expected.bits, "\(test) on \(device), \(layout)")
                    }
                }
            }
        }

        @Test func `They pass the check that a device's units go through before they are used`() throws {
            for precision in [Precision.tf32, .fp16, .bf16] {
                for device in TestedDevice.withMatrixUnits(precision) {
                    let backend = try #require(device.backend() as? OpenCLBackend)
                    try backend.tryMatrixUnits()
                }
            }
        }

        /// No operation's shapes fill them.
        @Test(arguments: [MatrixTile.twiceAsHigh, .twiceAsWide])
        func `Tiles for a unit of their own multiply rightly`(_ tile: MatrixTile) throws {
            let backends = try TestedDevice.withMatrixUnits(.fp16).compactMap { try $0.backend() as? OpenCLBackend }
            for backend in backends.filter({ $0.matrixUnits == .portableWarpGroups }).prefix(1) {
                try backend.tryProducts(by: tile)
            }
        }

        @Test(arguments: [MatrixUnits.tensorCores, .warpGroups])
        func `Units that do not build are not used, and it is said why`(_ units: MatrixUnits) throws {
            for device in OpenCLDevices.find().devices where !device.isSimulator {
                let backend = try OpenCLBackend(
                    device, kernelFamily: .tiled, precision: .fp16, matrixUnits: units,
                    vectorWidth: device.vectorWidth)
                // No CPU's compiler takes PTX.
                #expect(throws: BackendError.self) { try backend.tryMatrixUnits() }
            }
        }
    }
}
