import Foundation
import OcellusGraph
import Testing

import OcellusOpenCL

@Suite("What of OpenCL is installed")
struct InstallationTests {
    /// The findings on a machine with the files given; of the libraries only `good.so` opens.
    private func findings(
        _ files: [String: String], loaderProblem: String? = nil, platformProblems: [String] = []
    ) throws -> [Finding] {
        try withTemporaryFolder { root in
            for (path, text) in files {
                let file = root.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            let machine = Machine(root: root.path, vendorFolder: "/etc/OpenCL/vendors") {
                $0 == "good.so" ? nil : "\($0): no such file"
            }
            return OpenCLInstallation(
                machine, loaderProblem: loaderProblem, platformProblems: platformProblems
            ).findings
        }
    }

    private func finding(_ subject: String, _ findings: [Finding]) throws -> Finding {
        try #require(findings.first { $0.subject == subject })
    }

    @Test("an empty machine lacks all, and is told which packages bring it")
    func empty() throws {
        let findings = try findings([:], loaderProblem: "no OpenCL library opens")
        #expect(try finding("OpenCL loader", findings).advice?.contains("ocl-icd-libopencl1") == true)
        #expect(try finding("drivers", findings).advice?.contains("pocl-opencl-icd") == true)
        #expect(try finding("GPU", findings).state == .absent)
        #expect(!findings.contains { $0.state == .broken })
    }

    @Test("drivers whose library opens are well; others are named")
    func drivers() throws {
        let vendors = "etc/OpenCL/vendors/"
        let findings = try findings([
            vendors + "a.icd": "good.so\n", vendors + "b.icd": " bad.so", vendors + "c.icd": "\n",
            vendors + "d.txt": "",
        ])
        #expect(try finding("driver a.icd", findings) == Finding("driver a.icd", .ok, "good.so"))
        #expect(try finding("driver b.icd", findings).detail == "bad.so: no such file")
        #expect(try finding("driver c.icd", findings).state == .broken)
        #expect(!findings.contains { $0.subject == "driver d.txt" })
    }

    @Test(
        "a card without a driver is told what to install",
        arguments: [
            ("0x10de", "nvidia-opencl-icd"), ("0x1002", "mesa-opencl-icd"), ("0x8086", "intel-opencl-icd"),
        ])
    func cards(_ vendor: String, _ package: String) throws {
        let device = "sys/bus/pci/devices/0000:01:00.0/"
        let findings = try findings([
            device + "class": "0x030200\n", device + "vendor": vendor + "\n",
            "sys/bus/pci/devices/0000:02:00.0/class": "0x020000\n",
            "sys/bus/pci/devices/0000:02:00.0/vendor": vendor + "\n",
        ])
        #expect(findings.count { $0.subject == "GPU" } == 1)
        #expect(try finding("GPU", findings).advice?.contains(package) == true)
        // The bus shows the card, but no program can open it.
        #expect(try finding("device nodes", findings).state == .absent)
    }

    @Test("device nodes are listed; a container without them is told how to get them")
    func containers() throws {
        let nodes = try findings([
            "dev/nvidia0": "", "dev/nvidia-uvm": "", "dev/nvidia-caps": "", "dev/dri/renderD128": "",
        ])
        #expect(
            nodes.filter { $0.subject == "device node" }.map(\.detail)
                == ["/dev/nvidia-uvm", "/dev/nvidia0", "/dev/dri/renderD128"])
        let container = try findings([".dockerenv": ""])
        #expect(try finding("container", container).detail == "Docker")
        #expect(try finding("container", container).advice?.contains("--gpus all") == true)
        #expect(try finding("container", findings([".dockerenv": "", "dev/nvidia0": ""])).advice == nil)
    }

    @Test("a platform that fails is told")
    func platforms() throws {
        let findings = try findings(["etc/OpenCL/vendors/a.icd": "good.so"], platformProblems: ["it has no devices"])
        #expect(try finding("platform", findings).state == .broken)
    }
}

extension OpenCLSuite {
    @Suite("Kernels that are chosen for an operation", .enabled(if: TestDevice.isPresent))
    struct KernelChoiceTests {
        @Test("another family's kernels give the same product; a refused operation is not supported")
        func choices() throws {
            let device = try #require(TestDevice.first)
            let shape = TensorDescription([20, 20], batched: true)
            let usual = try OpenCLBackend(device)
            let other = try OpenCLBackend(
                device, choices: KernelChoices(families: ["matrixMultiplication": usual.kernelFamily.other]))
            let refusing = try OpenCLBackend(device, choices: KernelChoices(refused: ["matrixMultiplication"]))
            let operation = MatrixMultiplication()
            #expect(usual.supports(operation, inputs: [shape, shape], outputs: [shape]))
            #expect(!refusing.supports(operation, inputs: [shape, shape], outputs: [shape]))
            let values = (0..<400).map { Float($0 % 7) }
            let products = try [usual, other].map { backend in
                let (left, right) = (try backend.region(values), try backend.region(values))
                let product = try backend.region([Float](repeating: .nan, count: 400))
                let workspaceByteCount = backend.workspaceByteCount(
                    for: operation, inputs: [shape, shape], outputs: [shape], capacity: 1)
                let workspace = try backend.makeBuffer(byteCount: max(workspaceByteCount, 4), label: "workspace")
                let step = try backend.prepare(
                    operation,
                    OperationArguments(
                        inputs: [Operand(shape, left), Operand(shape, right)], outputs: [Operand(shape, product)],
                        workspace: BufferRegion(workspace, byteCount: workspace.byteCount), capacity: 1,
                        label: "product"))
                try backend.run([step], Invocation(count: 1))
                return try backend.values(product)
            }
            // Whole numbers that are small: no rounding.
            #expect(products[0] == products[1])
        }
    }
}
