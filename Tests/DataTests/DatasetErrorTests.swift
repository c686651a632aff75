import OcellusData
import OcellusImages
import Testing

@Suite struct DatasetErrorTests {
    /// The message of the error that listing and checking the folder throws.
    private func message(_ path: String) -> String {
        do {
            let cache = PictureCache(preprocessing: try .guide(width: 4, height: 4))
            _ = try Dataset(folder: path).checked(filling: cache)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func `A missing folder, and a file in its place`() throws {
        let folder = try classFolders([1])
        #expect(message(folder.path + "/none").hasPrefix("There is no folder or file “\(folder.path)/none”."))
        #expect(message(folder.path + "/class0/p0.png").contains("/class0/p0.png” is neither a folder nor"))
    }

    @Test func `A folder without pictures`() throws {
        let folder = try TemporaryFolder()
        #expect(
            message(folder.path).hasPrefix(
                "No pictures (JPEG, PNG, WebP, GIF, BMP and TIFF) were found in “\(folder.path)”."))
        try folder.write([1], to: "a/b.heic")
        #expect(message(folder.path).hasPrefix("No pictures"))
    }

    @Test func `Pictures that lie in no class folder`() throws {
        let folder = try TemporaryFolder()
        for part in ["train", "valid", "test"] { try folder.writePictures(2, to: part) }
        #expect(
            message(folder.path).hasPrefix("“\(folder.path)/test” holds 2 pictures directly (such as “p0.png”)"))
    }

    @Test func `An empty class`() throws {
        let folder = try classFolders([3, 3])
        try folder.makeFolder("class2")
        #expect(
            message(folder.path)
                == "The class “class2” has no pictures. Add some, or remove its folder from “\(folder.path)”.")
    }

    @Test func `A class of unreadable pictures`() throws {
        let folder = try classFolders([3, 3])
        try folder.write([1, 2, 3], to: "class2/bad.png")
        #expect(message(folder.path).hasPrefix("The class “class2” has no pictures (1 unreadable file was left out)."))
    }

    @Test func `A class without training pictures`() throws {
        let folder = try TemporaryFolder()
        for name in ["train/a", "train/b", "val/a", "val/c"] { try folder.writePictures(1, to: name) }
        #expect(message(folder.path).hasPrefix("The class “c” has no pictures in the train part."))
    }

    @Test func `One class only`() throws {
        let folder = try classFolders([3])
        #expect(message(folder.path).hasPrefix("“\(folder.path)” has one class only, “class0”"))
    }
}
