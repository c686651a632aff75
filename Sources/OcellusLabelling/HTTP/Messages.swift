import Ocellus
import OcellusServing

/// What a page says.
struct ChangeBody: Decodable, Sendable {
    let session: String
    let tab: String
    /// The pictures that it is about, in the version that the person saw.
    let seen: [SeenPicture]?
    /// The place of the class; nil with `notSure`, or to take away what was said.
    let `class`: Int?
    let notSure: Bool?

    private enum CodingKeys: String, CodingKey {
        case session, tab, `class`, notSure
        case seen = "pictures"
    }

    func mark(of classes: [String]) throws -> PictureMark? {
        guard let place = `class` else { return notSure == true ? .notSure : nil }
        guard classes.indices.contains(place) else { throw LabellingError.noSuchClass(place, count: classes.count) }
        return .label(classes[place])
    }
}

struct SessionAnswer: Encodable {
    let session: String
    let folder: String
    let labels: String
    let classes: [String]
    let remarks: [String]
}

struct StatusAnswer: Encodable {
    let status: LabellingStatus
    let changed: [PictureView]
}

struct PicturesAnswer: Encodable {
    let pictures: [PictureView]
    let total: Int?
}

struct ChangeAnswer: Encodable {
    let status: LabellingStatus
    let pictures: [PictureView]
    /// Those of which somebody else has said something.
    let refused: [PictureView]
}
