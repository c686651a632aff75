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
        .library(name: "OcellusServing", targets: ["OcellusServing"]),
        .library(name: "OcellusTracking", targets: ["OcellusTracking"]),
        .library(name: "OcellusLabelling", targets: ["OcellusLabelling"]),
        .executable(name: "ocellus", targets: ["OcellusCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        // What serves HTTP. Without its traits hummingbird brings no Foundation and no configuration files along.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        // What asks over HTTP.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // C: the system's interfaces and the innermost loops.
        .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CMapping"),
        .target(name: "CSIMD"),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        // Opened at run time, as OpenCL is: a machine that lacks one of these libraries cannot read that format, and all else works.
        .target(name: "CCodec", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CWebP", dependencies: ["CCodec"]),
        .target(name: "CGIF", dependencies: ["CCodec"]),
        .target(name: "CTIFF", dependencies: ["CCodec"]),
        .target(name: "CKernels", path: "Kernels", sources: ["kernels.c"]),
        .target(name: "CPages", path: "Pages", sources: ["pages.c"]),

        // The graph and what runs it.
        .target(name: "OcellusGraph"),
        .target(name: "OcellusCPU", dependencies: ["OcellusGraph", "CSIMD"]),
        .target(name: "OcellusOpenCL", dependencies: ["OcellusGraph", "COpenCL", "CKernels"]),

        // Pictures, data, networks, training.
        .target(name: "OcellusImages", dependencies: ["CSIMD", "CPNG", "CJPEG", "CWebP", "CGIF", "CTIFF"]),
        .target(name: "OcellusData", dependencies: ["CSIMD", "OcellusGraph", "OcellusImages"]),
        .target(name: "OcellusNetworks", dependencies: ["OcellusGraph"]),
        .target(name: "OcellusModels", dependencies: ["CMapping", "OcellusGraph", "OcellusNetworks", "OcellusImages"]),
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
        // A product of its own: other tools' formats.
        .target(
            name: "OcellusLabels",
            dependencies: ["OcellusData", "OcellusImages", .product(name: "Yams", package: "Yams")]),
        // A product of its own, so that `Ocellus` brings no HTTP along.
        .target(
            name: "OcellusServing",
            dependencies: [
                "Ocellus", "CPages",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // Runs, and what is told of them.
        .target(
            name: "OcellusTracking",
            dependencies: [
                "Ocellus", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // The page on which a person labels pictures.
        .target(
            name: "OcellusLabelling",
            dependencies: [
                "Ocellus", "OcellusServing", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "OcellusCommand",
            dependencies: [
                "Ocellus", "OcellusONNX", "OcellusLabels", "OcellusServing", "OcellusLabelling", "OcellusTracking",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
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
        .target(name: "HTTPTestClient", path: "Tests/HTTPTestClient"),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "OcellusServing", "HTTPTestClient",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "TrackingTests", dependencies: ["OcellusTracking"]),
        .testTarget(
            name: "LabellingTests", dependencies: ["OcellusLabelling", .product(name: "Logging", package: "swift-log")]),
        .testTarget(name: "CommandTests", dependencies: ["OcellusCommand", "HTTPTestClient"]),
        .testTarget(name: "BackendTests", dependencies: ["Ocellus"], resources: [.copy("Golden")]),
    ],
    swiftLanguageModes: [.v6]
)
