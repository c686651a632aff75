import OcellusGraph
import OcellusOpenCL
import Testing

extension OpenCLSuite {
    @Suite("An error names the call, the operation and the device", .enabled(if: TestDevice.isPresent))
    struct ErrorTests {
        private let backend: OpenCLBackend
        private let source = KernelSource(name: "good.cl", text: "kernel void good(global float *x) { *x = 1.0f; }")

        init() throws { backend = try TestDevice.backend() }

        @Test func `A kernel that does not build shows the compiler's log`() throws {
            let broken = KernelSource(name: "broken.cl", text: "kernel void f(global float *x) { *x = undeclared; }")
            let text = try message {
                _ = try backend.launch("f", of: broken, [], grid: .linear(1, batched: false), label: "layer 7")
            }
            #expect(text.contains("broken.cl"))
            #expect(text.contains("'layer 7'"))
            #expect(text.contains("undeclared"))
            #expect(text.contains(backend.device.name))
            #expect(text.contains("CL_BUILD_PROGRAM_FAILURE (-11)"))
        }

        @Test func `A kernel that is not there is named`() throws {
            let text = try message {
                _ = try backend.launch("missing", of: source, [], grid: .linear(1, batched: false), label: "layer 7")
            }
            #expect(text.contains("CL_INVALID_KERNEL_NAME (-46)"))
            #expect(text.contains("missing of good.cl"))
            #expect(text.contains("'layer 7'"))
        }

        @Test func `A launch that the device refuses is named`() throws {
            let region = try backend.region([0])
            let step = try backend.launch(
                "good", of: source, [.buffer(region)], grid: .linear(1, batched: false, local: 1 << 20),
                label: "layer 7")
            let text = try message { try step.run(Invocation(count: 1)) }
            #expect(text.contains("CL_INVALID_WORK_GROUP_SIZE (-54)"))
            #expect(text.contains("clEnqueueNDRangeKernel"))
            #expect(text.contains("'layer 7'"))
            #expect(text.contains(backend.device.name))
        }

        @Test func `An argument that does not fit is named`() throws {
            let text = try message {
                _ = try backend.launch(
                    "good", of: source, [.buffer(backend.region([0])), .int(1)], grid: .linear(1, batched: false),
                    label: "layer 7")
            }
            #expect(text.contains("CL_INVALID_ARG_INDEX (-49)"))
            #expect(text.contains("argument 1 of good"))
        }

        @Test func `More memory than there is asks for a smaller batch`() throws {
            let text = try message { _ = try backend.makeBuffer(byteCount: 1 << 50, label: "activations") }
            #expect(text.contains("'activations'"))
            #expect(text.contains("smaller batch"))
        }

        @Test func `A region beyond its buffer is refused`() throws {
            let buffer = try backend.makeBuffer(byteCount: 256, label: "small")
            let beyond = BufferRegion(buffer, byteOffset: 128, byteCount: 256)
            let bytes = [UInt8](repeating: 0, count: 200)
            #expect(
                try message { try bytes.withUnsafeBytes { try backend.write($0, to: beyond) } }.contains("'small'"))
            #expect(
                try message {
                    _ = try backend.launch(
                        "good", of: source, [.buffer(beyond)], grid: .linear(1, batched: false), label: "layer 7")
                }.contains("outside 'small'"))
        }

        @Test func `An operation without kernels is refused by name`() throws {
            struct Unknown: Operation {
                static let name = "unknown"
                func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] { inputs }
            }
            #expect(!backend.supports(Unknown(), inputs: [], outputs: []))
            let text = try message {
                _ = try backend.prepare(
                    Unknown(), OperationArguments(inputs: [], outputs: [], capacity: 1, label: "layer 7"))
            }
            #expect(text.contains("unknown") && text.contains("'layer 7'"))
        }
    }
}
