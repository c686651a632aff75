// swift-tools-version: 6.3
import PackageDescription

// Every module of ours under Sources/ speaks of one thing; ../CONTRIBUTING.md says which file is where. Arrows between
// modules point one way, and neither backend knows the other.
let package = Package(
    name: "Ocellus",
    products: [
        .library(name: "Ocellus", targets: ["Ocellus"]),
        .library(name: "OcellusONNX", targets: ["OcellusONNX"]),
        .library(name: "OcellusLabels", targets: ["OcellusLabels"]),
        .executable(name: "ocellus", targets: ["OcellusCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // C: the system's interfaces and the innermost loops.
        .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CSIMD"),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CKernels", path: "Kernels", sources: ["kernels.c"]),

        // The graph and what runs it.
        .target(name: "OcellusGraph"),
        .target(name: "OcellusCPU", dependencies: ["OcellusGraph", "CSIMD"]),
        .target(name: "OcellusOpenCL", dependencies: ["OcellusGraph", "COpenCL", "CKernels"]),

        // Pictures, data, networks, training.
        .target(name: "OcellusImages", dependencies: ["CSIMD", "CPNG", "CJPEG"]),
        .target(name: "OcellusData", dependencies: ["CSIMD", "OcellusGraph", "OcellusImages"]),
        .target(name: "OcellusNetworks", dependencies: ["OcellusGraph"]),
        .target(name: "OcellusModels", dependencies: ["OcellusGraph", "OcellusNetworks", "OcellusImages"]),
        .target(
            name: "OcellusTraining",
            dependencies: ["OcellusGraph", "OcellusNetworks", "OcellusData", "OcellusModels"]),
        .target(
            name: "Ocellus",
            dependencies: [
                "OcellusGraph", "OcellusCPU", "OcellusOpenCL", "OcellusImages", "OcellusData", "OcellusNetworks",
                "OcellusModels", "OcellusTraining", .product(name: "Yams", package: "Yams"),
            ]),
        // A product of its own, so that `Ocellus` brings no protocol buffers along.
        .target(
            name: "OcellusONNX",
            dependencies: ["Ocellus", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Messages/README.md", "Messages/onnx.proto"]),
        // A product of its own, so that `Ocellus` brings no XML along.
        .target(
            name: "OcellusLabels",
            dependencies: ["OcellusData", "OcellusImages", .product(name: "Yams", package: "Yams")]),
        .executableTarget(
            name: "OcellusCommand",
            dependencies: [
                "Ocellus", "OcellusONNX", "OcellusLabels",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .testTarget(name: "GraphTests", dependencies: ["OcellusGraph"]),
        .testTarget(name: "NetworksTests", dependencies: ["OcellusNetworks"]),
        .testTarget(name: "CPUTests", dependencies: ["OcellusCPU"]),
        .target(name: "OpenCLFaults", dependencies: ["OcellusOpenCL", "COpenCL"], path: "Tests/OpenCLFaults"),
        .testTarget(name: "OpenCLTests", dependencies: ["OcellusOpenCL", "OpenCLFaults"]),
        .testTarget(name: "ImagesTests", dependencies: ["OcellusImages"], resources: [.copy("Golden")]),
        .testTarget(name: "DataTests", dependencies: ["OcellusData"], resources: [.copy("Golden")]),
        .testTarget(name: "LabelsTests", dependencies: ["OcellusLabels"]),
        .testTarget(name: "ModelsTests", dependencies: ["OcellusModels"], resources: [.copy("Golden")]),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .testTarget(
            name: "OcellusTests", dependencies: ["Ocellus", "CAllocations", "OpenCLFaults"],
            resources: [.copy("Golden")]),
        .testTarget(name: "ONNXTests", dependencies: ["OcellusONNX"]),
        .testTarget(name: "CommandTests", dependencies: ["OcellusCommand"]),
        .testTarget(name: "BackendTests", dependencies: ["Ocellus"], resources: [.copy("Golden")]),
    ],
    swiftLanguageModes: [.v6]
)
