/// On which line each element of an array in a JSON file starts: decoders do not tell.
enum JSONLines {
    /// The lines, from 1, of the elements of the array at `key` of the outermost object, or of the outermost array when there is no
    /// key; empty when there is no such array.
    ///
    /// The text must be JSON, as a decoder that read it has shown.
    static func elements(of bytes: [UInt8], key: String? = nil) -> [Int] {
        var lines: [Int] = []
        var line = 1
        var depth = 0
        var index = 0
        // The array's own depth while inside of it, and whether its next element has not begun.
        var arrayDepth: Int?
        var awaitsElement = false
        var text: [UInt8] = []
        var lastText: [UInt8] = []
        let wanted = key.map { Array($0.utf8) }

        func beginElement() {
            guard awaitsElement, depth == arrayDepth else { return }
            lines.append(line)
            awaitsElement = false
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case 0x0A: line += 1
            case 0x20, 0x09, 0x0D, 0x3A: break
            case 0x22:  // "
                beginElement()
                text = []
                while index < bytes.count, bytes[index] != 0x22 {
                    if bytes[index] == 0x5C { index += 1 }
                    if index < bytes.count { text.append(bytes[index]) }
                    index += 1
                }
                index += 1
                lastText = text
            case 0x5B, 0x7B:  // [ {
                beginElement()
                let isWanted =
                    byte == 0x5B && arrayDepth == nil
                    && (wanted == nil ? depth == 0 : depth == 1 && lastText == wanted)
                depth += 1
                if isWanted { (arrayDepth, awaitsElement) = (depth, true) }
            case 0x5D, 0x7D:  // ] }
                if depth == arrayDepth { return lines }
                depth -= 1
            case 0x2C: if depth == arrayDepth { awaitsElement = true }  // ,
            default: beginElement()
            }
        }
        return lines
    }
}
