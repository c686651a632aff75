/// What is read of a file beside its pixels: its size, its orientation in every format's EXIF data, its colour profile.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let info = try? RGBImage.info(bytes, name: "fuzzed")
    if let info { precondition((1...8).contains(info.orientation)) }
    return 0
}
