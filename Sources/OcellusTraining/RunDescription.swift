import Foundation
import OcellusData
import OcellusGraph
import OcellusImages
import OcellusNetworks

/// What `run.json` holds: all that is needed to say how a run came about, and to go on with it.
public struct RunDescription: Sendable, Codable {
    /// The version of this file's format.
    public var formatVersion = 1
    /// The version of Ocellus that began the run.
    public var version: String
    /// When it began, ISO 8601, UTC.
    public var date: String
    /// The command line, or nil when a program of one's own trains.
    public var command: [String]?
    /// The data's folder, as an absolute path.
    public var data: String
    /// The data's fingerprint: changes when a picture does.
    public var dataFingerprint: String
    /// The classes in order.
    public var classes: [String]
    /// How many pictures each part has.
    public var pictures: [String: Int]
    /// The network, layer by layer.
    public var network: Network
    /// How pictures become the network's input.
    public var preprocessing: Preprocessing
    /// Where the weights come from that it began with; nil when it began anew.
    public var weights: WeightsOrigin?
    /// How it is trained.
    public var options: TrainingOptions
    /// What was chosen by name, on the command line, in a file or by a recipe; nil when a program set the options otherwise.
    public var choices: [String: String]?
    /// Whether the model is calibrated when training is done; nil, as in runs of earlier versions, for no.
    public var calibrates: Bool?
    /// What was asked for: `auto`, `cpu`, `opencl:…`.
    public var requestedDevice: String
    /// What it runs on.
    public var device: DeviceDescription
    /// Other devices that train together with it; nil for none.
    public var helpers: [DeviceDescription]?
    /// The threads of the CPU backend that were asked for; nil for one a core. They change no bits.
    public var threads: Int?
    /// In what numbers it is computed; nil, as in runs of earlier versions, for FP32.
    public var precision: Precision?
    /// How an OpenCL device's kernels were chosen, as `KernelChoices`; nil where there was no choice. They change
    /// the last bits of what is computed, so that a run goes on with them.
    public var kernels: JSONDocument?
    /// How the data was split; nil when a file said so.
    public var splitRatio: SplitRatio?
    /// The file that said how the data is split.
    public var splitFile: String?
    /// What came out, once the run is complete.
    public var result: RunResult?

    /// Describes a run that is about to begin.
    public init(
        version: String, date: String, command: [String]? = nil, dataset: Dataset, split: DataSplit, network: Network,
        preprocessing: Preprocessing, weights: WeightsOrigin? = nil, options: TrainingOptions,
        choices: [(name: String, value: String)]? = nil, calibrates: Bool? = nil, requestedDevice: String,
        device: DeviceDescription, helpers: [DeviceDescription] = [],
        kernels: JSONDocument? = nil, threads: Int? = nil,
        precision: Precision? = nil, splitRatio: SplitRatio? = nil, splitFile: String? = nil
    ) {
        self.version = version
        self.date = date
        self.command = command
        self.data = URL(fileURLWithPath: dataset.source).standardizedFileURL.path
        self.dataFingerprint = dataset.fingerprint
        self.classes = dataset.classes
        self.pictures = Dictionary(
            uniqueKeysWithValues: Part.allCases.map { ($0.rawValue, split.indices(of: $0).count) })
        self.network = network
        self.preprocessing = preprocessing
        self.weights = weights
        self.options = options
        self.choices = choices.map { Dictionary($0.map { ($0.name, $0.value) }) { first, _ in first } }
        self.calibrates = calibrates
        self.requestedDevice = requestedDevice
        self.device = device
        self.helpers = helpers.isEmpty ? nil : helpers
        self.kernels = kernels
        self.threads = threads
        self.precision = precision
        self.splitRatio = splitRatio
        self.splitFile = splitFile
    }
}

extension RunDescription {
    /// All that it runs on, the device that keeps the weights first.
    public var allDevices: [DeviceDescription] { [device] + (helpers ?? []) }
}

/// What came out of a run.
public struct RunResult: Sendable, Codable, Equatable {
    /// The epoch whose weights the model has, from 1.
    public var bestEpoch: Int
    /// How many epochs were run.
    public var epochs: Int
    /// Accuracy on the validation part at the best epoch, 0…1.
    public var validationAccuracy: Double
    /// Loss on the test part.
    public var testLoss: Double
    /// Accuracy on the test part, 0…1.
    public var testAccuracy: Double
    /// The time that the epochs took.
    public var seconds: Double
    /// Bytes of the device's memory that were planned for training; nil in runs of earlier versions.
    public var plannedMemory: Int?
    /// Bytes of memory that the process had at most, pictures included; nil in runs of earlier versions.
    public var peakMemory: Int?

    /// What came out.
    public init(
        bestEpoch: Int, epochs: Int, validationAccuracy: Double, testLoss: Double, testAccuracy: Double,
        seconds: Double, plannedMemory: Int? = nil, peakMemory: Int? = nil
    ) {
        self.bestEpoch = bestEpoch
        self.epochs = epochs
        self.validationAccuracy = validationAccuracy
        self.testLoss = testLoss
        self.testAccuracy = testAccuracy
        self.seconds = seconds
        self.plannedMemory = plannedMemory
        self.peakMemory = peakMemory
    }
}
