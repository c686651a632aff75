import CPages

/// The files of the pages that people see, which stand in `Pages/` and are embedded in the program.
package enum Pages {
    /// Adds a page at `/`, and the files that it asks for.
    package static func add(_ page: String, to routes: inout Routes) {
        let name = page.prefix { $0 != "." }
        for (file, body) in files {
            let path = file == page ? "/" : "/" + file
            guard file == page || [name + ".css", name + ".js", "base.css", "icon.svg"].contains(file) else { continue }
            routes.on(.get, path) { _ in .page(body, type: type(of: file), policy: policy) }
        }
    }

    /// Only what comes from the service itself may be loaded, no script or style may stand in the page, and no other page may
    /// frame it.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    private static var files: [(name: String, body: [UInt8])] {
        var files: [(String, [UInt8])] = []
        while true {
            let file = cpages_file(files.count)
            guard let name = file.name else { return files }
            files.append((String(cString: name), Array(UnsafeBufferPointer(start: file.bytes, count: file.count))))
        }
    }

    private static func type(of file: String) -> String {
        switch file.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        default: "image/svg+xml"
        }
    }
}
