import OcellusGraph
import OcellusOpenCL
import Testing

extension BackendSuite {
    /// That nothing is reported of our kernels says something only if what is wrong is reported.
    @Suite("The simulator reports what is wrong with a kernel") @DeviceActor struct SimulatorTests {
        @Test(arguments: [
            ("race", "kernel void wrong(global float *x) { x[0] = (float)get_local_id(0); }"),
            ("Invalid write", "kernel void wrong(global float *x) { x[get_local_id(0) + 100000] = 1.0f; }"),
            ("Invalid read", "kernel void wrong(global float *x) { x[get_local_id(0)] = x[100000]; }"),
            (
                "ninitialized",
                "kernel void wrong(global float *x) { float y[4]; if (y[get_local_id(0)] > 1.0f) x[0] = 1.0f; }"
            ),
        ])
        func `Races, accesses out of bounds, uninitialised values`(_ words: String, _ text: String) throws {
            guard let device = TestedDevice.all.first(where: \.isSimulated) else { return }
            let backend = try #require(device.backend() as? OpenCLBackend)
            _ = device.newComplaints()
            let region = BufferRegion(try backend.makeBuffer(byteCount: 64, label: "x"), byteCount: 64)
            try backend.zero(region)
            let launch = try backend.launch(
                "wrong", of: KernelSource(name: "wrong.cl", text: text), [.buffer(region)],
                grid: .linear(4, batched: false, local: 4), label: "wrong")
            try backend.run([launch], Invocation(count: 1))
            try backend.synchronize()
            #expect(device.newComplaints()?.contains(words) == true)
        }
    }
}
