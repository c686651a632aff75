import FoundationEssentials
import OcellusGraph
import OcellusImages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The demo's data set: drawn pictures of bolts, nuts and washers on a conveyor belt, in varying light, angle, scale,
/// background, blur and noise. The same seed gives the same pictures.
///
/// The ranges are chosen so that the guide's network, trained on 420 of 600 pictures, tells about nine in ten of the others
/// apart. Parts strewn all over the picture, on belts of any brightness, left it below 50 %.
public enum ConveyorParts {
    /// The three classes; the raw value is the class folder's name.
    public enum Kind: String, CaseIterable, Sendable {
        case bolts, nuts, washers
    }

    /// Draws one picture.
    ///
    /// - Parameters:
    ///   - kind: What lies on the belt.
    ///   - index: Which picture of its kind, from 0.
    ///   - size: The sides in pixels, 16 or more.
    ///   - seed: What everything random is drawn from.
    public static func render(_ kind: Kind, index: Int, size: Int, seed: UInt64) -> RGBImage {
        var random = sequence(kind, index, seed)
        return render(kind, size: max(16, size), &random)
    }

    private static func sequence(_ kind: Kind, _ index: Int, _ seed: UInt64) -> PhiloxSequence {
        let step = Kind.allCases.firstIndex(of: kind) ?? 0
        return PhiloxSequence(seed: seed, purpose: .rendering, step: step, sample: index)
    }

    private static func render(_ kind: Kind, size: Int, _ random: inout PhiloxSequence) -> RGBImage {
        let scene = Scene(kind, &random)
        let camera = Camera(&random)
        return camera.develop(scene.draw(size: size), &random)
    }

    /// Writes a data set of class folders, `FOLDER/bolts/bolt-0001.jpg` and so on; about a third of the files are PNG.
    ///
    /// All pictures are complete before the first class folder appears under its name.
    ///
    /// - Parameters:
    ///   - folder: Made when it is missing.
    ///   - imagesPerClass: How many pictures each class gets.
    ///   - size: The sides in pixels, 16 to 4096.
    ///   - seed: What everything random is drawn from.
    ///   - threads: How many threads draw; by default one a core.
    /// - Throws: ``DatasetError/alreadyExists(_:)`` when a class folder is there already: nothing is overwritten.
    ///   ``DatasetError/unwritable(file:reason:)``; ``DatasetError/invalidOption(name:value:reason:)``.
    public static func write(
        to folder: String, imagesPerClass: Int = 200, size: Int = 128, seed: UInt64 = 0, threads: Int? = nil
    ) throws {
        for (name, value, range) in [
            ("The number of images per class", imagesPerClass, 1...100_000), ("The picture size", size, 16...4096),
        ] where !range.contains(value) {
            throw DatasetError.invalidOption(
                name: name, value: "\(value)", reason: "it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        for kind in Kind.allCases where access(folder + "/" + kind.rawValue, F_OK) == 0 {
            throw DatasetError.alreadyExists(folder + "/" + kind.rawValue)
        }
        // A hidden folder beside the classes, which a listing skips, should the process be killed.
        let staging = folder + "/.drawing-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: staging) }
        for kind in Kind.allCases { try makeFolder(staging + "/" + kind.rawValue) }

        let count = Kind.allCases.count * imagesPerClass
        let failures: [(any Error)?] = parallelMap(count: count, threads: threads ?? availableCores()) { number in
            let kind = Kind.allCases[number / imagesPerClass]
            do {
                try writeOne(kind, index: number % imagesPerClass, size: size, seed: seed, below: staging)
                return nil
            } catch {
                return error
            }
        }
        if let failure = failures.lazy.compactMap(\.self).first { throw failure }
        for kind in Kind.allCases {
            let place = folder + "/" + kind.rawValue
            guard rename(staging + "/" + kind.rawValue, place) == 0 else {
                if access(place, F_OK) == 0 { throw DatasetError.alreadyExists(place) }
                throw DatasetError.unwritable(file: place, reason: String(cString: strerror(errno)))
            }
        }
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw DatasetError.unwritable(file: path, reason: "the folder could not be made")
        }
    }

    private static func writeOne(_ kind: Kind, index: Int, size: Int, seed: UInt64, below folder: String) throws {
        var random = sequence(kind, index, seed)
        let image = render(kind, size: size, &random)
        let isPNG = random.nextUniform() < 0.33
        let quality = 75 + Int(random.nextUniform() * 20)
        let digits = String(index + 1)
        let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let name = "\(kind.rawValue)/\(kind.rawValue.dropLast())-\(number).\(isPNG ? "png" : "jpg")"
        let bytes =
            isPNG ? try image.encodePNG(name: name) : try image.encodeJPEG(quality: quality, name: name)
        let path = folder + "/" + name
        guard let file = fopen(path, "wbx") else {
            throw DatasetError.unwritable(file: path, reason: String(cString: strerror(errno)))
        }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            throw DatasetError.unwritable(file: path, reason: String(cString: strerror(errno)))
        }
    }
}
