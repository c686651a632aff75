import Foundation
import OcellusGraph
import OcellusOpenCL
import Testing

@Suite("A machine without OpenCL") struct LibraryTests {
    @Test func `No library means no devices and a reason`() throws {
        let found = OpenCLDevices.find(libraryPaths: ["libNoOpenCLHere.so.1"])
        #expect(found.devices.isEmpty)
        #expect(found.problems.count == 1)
        #expect(found.problems.first?.contains("libNoOpenCLHere.so.1") == true)
    }

    @Test func `Asking for a device then says why there is none`() throws {
        let found = OpenCLDevices.find(libraryPaths: ["libNoOpenCLHere.so.1"])
        let text = try message { _ = try found.select("opencl") }
        #expect(text.contains("no OpenCL device"))
        #expect(text.contains("libNoOpenCLHere.so.1"))
    }

    @Test func `A library that is something else is refused by the function it lacks`() throws {
        let found = OpenCLDevices.find(libraryPaths: ["libm.so.6"])
        #expect(found.devices.isEmpty)
        #expect(found.problems.first?.contains("clGetPlatformIDs") == true)
    }

    @Test func `A file that is no library is refused`() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "libOpenCL.so.1")
            try Data("not a library".utf8).write(to: file)
            let found = OpenCLDevices.find(libraryPaths: [file.path()])
            #expect(found.devices.isEmpty)
            #expect(found.problems.count == 1)
        }
    }

    @Test func `Every kernel file is in the build`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Kernels")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
            .filter { $0.hasSuffix(".cl") }.map { String($0.dropLast(3)) }
        #expect(files.count > 10)
        #expect(Set(files) == Set(KernelSource.fileNames))
    }
}
