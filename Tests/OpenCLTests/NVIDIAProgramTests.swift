import OcellusGraph
import OcellusOpenCL
import Testing

@Suite("What is added to NVIDIA's programs")
struct NVIDIAProgramTests {
    private static let assembly = """
        .version 9.0
        .target sm_90
        .entry product(
        	.param .u64 product_param_0
        )
        .reqntid 256, 1, 1
        {
        	//@wgmma.fence.sync.aligned;
        	ret;
        }
        """

    private func edited(_ name: String, _ assembly: String = assembly) throws -> [Substring] {
        try KernelSource(name: name, text: "").editing(assembly).split(separator: "\n")
    }

    @Test("two work-groups of 256 are to fit on a unit")
    func groups() throws {
        let lines = try edited("tiled.cl")
        let index = try #require(lines.firstIndex(of: ".reqntid 256, 1, 1"))
        #expect(lines[index + 1] == ".minnctapersm 2")
        #expect(lines.contains("\t//@wgmma.fence.sync.aligned;") && lines.contains(".target sm_90"))
        #expect(
            try !edited("tiled.cl", Self.assembly.replacing("256", with: "512")).contains {
                $0.contains("minnctapersm")
            })
    }

    @Test("Hopper's instructions are uncommented, for the target that has them, whatever the compiler called it")
    func instructions() throws {
        for assembly in [Self.assembly, Self.assembly.replacing("sm_90", with: "sm_90a")] {
            let lines = try edited("tiled_wgmma.cl", assembly)
            #expect(lines.contains("\twgmma.fence.sync.aligned;") && lines.contains(".target sm_90a"))
        }
        #expect(throws: BackendError.self) {
            try edited("tiled_wgmma.cl", Self.assembly.replacing("sm_90", with: "sm_80"))
        }
    }
}
