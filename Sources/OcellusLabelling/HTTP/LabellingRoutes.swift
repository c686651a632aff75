import FoundationEssentials
import NIOPosix
import Ocellus
import OcellusServing

/// What the page asks for.
///
///     GET    /api/session                          the folder, its classes; the session's name, which all else carries
///     GET    /api/status?since=V                   how far it has come, and the pictures that changed after version V
///     GET    /api/next?count=5&except=1,2          the next pictures to ask for
///     GET    /api/pictures?show=left&offset=0&count=24
///     GET    /api/pictures/7
///     GET    /pictures/SESSION/7?side=1280         a JPEG
///     POST   /api/marks, /api/skips, /api/undo, /api/training
///     DELETE /api/training
struct LabellingRoutes {
    private let labelling: Labelling
    private let writing: NIOThreadPool
    /// Numbers of pictures mean something else when the server was started anew.
    private let name = (0..<4).map { _ in String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16) }.joined()

    init(_ labelling: Labelling, writing: NIOThreadPool) {
        (self.labelling, self.writing) = (labelling, writing)
    }

    var routes: Routes {
        var routes = Routes()
        Pages.add("label.html", to: &routes)
        addReading(to: &routes)
        addWriting(to: &routes)
        return routes
    }

    private func addReading(to routes: inout Routes) {
        let (labelling, name) = (labelling, name)
        let session = labelling.session
        routes.on(.get, "/api/session") { _ in
            try .json(
                SessionAnswer(
                    session: name, folder: session.folder, labels: session.labelsPath, classes: session.classes,
                    remarks: labelling.remarks))
        }
        routes.on(.get, "/api/status") { request in
            let since = try request.number("since") ?? 0
            try told { try session.refresh() }
            return try .json(StatusAnswer(status: labelling.status, changed: session.changes(after: since)))
        }
        routes.on(.get, "/api/next") { request in
            let except = (request.query("except") ?? "").split(separator: ",").compactMap { Int($0) }
            let count = min(64, try request.number("count") ?? 1)
            return try .json(PicturesAnswer(pictures: session.next(count, except: Set(except)), total: nil))
        }
        routes.on(.get, "/api/pictures") { request in
            let (offset, count) = (try request.number("offset") ?? 0, try request.number("count") ?? 24)
            let filter = try request.filter()
            let (pictures, total) = try told { try session.pictures(filter, offset: offset, count: min(200, count)) }
            return try .json(PicturesAnswer(pictures: pictures, total: total))
        }
        routes.on(.get, "/api/pictures/:id") { request in
            let id = try request.picture()
            return try .json(try told { try session.picture(id) })
        }
        routes.on(.get, "/pictures/:session/:id") { request in
            guard request.parameters["session"] == name else { throw Self.isAnew }
            let id = try request.picture()
            let side = max(32, min(2048, try request.number("side") ?? 1280))
            let bytes = try await NIOThreadPool.singleton.runIfActive {
                try told { try session.jpeg(of: id, side: side) }
            }
            var response = ServiceResponse(body: bytes, type: "image/jpeg")
            // The session's name is in the address, so that another session's pictures are never taken for these.
            response.headers[.cacheControl] = "private, max-age=3600"
            return response
        }
    }

    private func addWriting(to routes: inout Routes) {
        let (labelling, name, writing) = (labelling, name, writing)
        let session = labelling.session
        func change(
            _ path: String, _ work: @escaping @Sendable (ChangeBody) throws -> (pictures: [Int], refused: [Int])
        ) {
            routes.on(.post, path) { request in
                let body = try await request.change(of: name)
                return try await writing.runIfActive {
                    let (pictures, refused) = try told { try work(body) }
                    return try .json(
                        ChangeAnswer(
                            status: labelling.status, pictures: pictures.map { try session.picture($0) },
                            refused: refused.map { try session.picture($0) }))
                }
            }
        }
        change("/api/marks") { body in
            let seen = body.seen ?? []
            let refused = try session.mark(seen, as: try body.mark(of: session.classes), tab: body.tab)
            return (seen.map(\.id).filter { !refused.contains($0) }, refused)
        }
        change("/api/skips") { body in
            let ids = (body.seen ?? []).map(\.id)
            try session.skip(ids, tab: body.tab)
            return (ids, [])
        }
        change("/api/undo") { body in
            let (undone, refused) = try session.undo(tab: body.tab)
            return (undone, refused)
        }
        change("/api/training") { _ in
            try labelling.retrain()
            return ([], [])
        }
        routes.on(.delete, "/api/training") { request in
            _ = try await request.change(of: name)
            labelling.stopTraining()
            return try .json(ChangeAnswer(status: labelling.status, pictures: [], refused: []))
        }
    }

    static let isAnew = RequestError(.gone, "The server was started anew; load the page again")
}

/// Errors of the session as the page is told them.
@Sendable private func told<Value>(_ work: () throws -> Value) throws -> Value {
    do {
        return try work()
    } catch let error as LabellingError {
        throw RequestError(error == .nothingToUndo ? .conflict : .badRequest, error.description)
    } catch let error as ImageError {
        throw RequestError(.unprocessableContent, error.description)
    } catch let error as DatasetError {
        throw RequestError(.internalServerError, error.description)
    }
}

extension ServiceRequest {
    /// A whole number of the query, not below 0.
    fileprivate func number(_ name: String) throws -> Int? {
        guard let text = query(name) else { return nil }
        guard let number = Int(text), number >= 0 else { throw RequestError(.badRequest, "\(name) is no number") }
        return number
    }

    fileprivate func picture() throws -> Int {
        guard let id = parameters["id"].flatMap({ Int($0) }) else {
            throw RequestError(.badRequest, "A picture is named by its number")
        }
        return id
    }

    fileprivate func filter() throws -> PictureFilter {
        switch query("show") ?? "left" {
        case "left": return .left
        case "suggested": return .suggested(try number("class") ?? 0)
        case "labelled": return .labelled(try number("class") ?? 0)
        case "not-sure": return .notSure
        case "unreadable": return .unreadable
        default: throw RequestError(.badRequest, "show is left, suggested, labelled, not-sure or unreadable")
        }
    }

    /// The body of a request that changes something. A form of another site's page cannot send this media type.
    fileprivate func change(of session: String) async throws -> ChangeBody {
        guard mediaType == "application/json" else {
            throw RequestError(.unsupportedMediaType, "Send application/json")
        }
        guard let body = try? JSONDecoder().decode(ChangeBody.self, from: Data(try await body())) else {
            throw RequestError(.badRequest, "The body is not understood")
        }
        guard body.session == session else { throw LabellingRoutes.isAnew }
        return body
    }
}
