/// BMP, whose decoder is Swift: whatever comes is taken for one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    var bytes = Array(UnsafeBufferPointer(start: data, count: count))
    if bytes.count >= 2 { bytes.replaceSubrange(0..<2, with: "BM".utf8) }
    let image = try? RGBImage.decode(bytes, name: "fuzzed", limits: DecodingLimits(pixels: 1 << 16))
    if let image { precondition(image.pixels.count == image.width * image.height * 3) }
    return 0
}
