import OcellusGraph

/// How a filter lies in memory, and how a product wants it: for each group, in panels of as many columns as a tile has,
/// `[group][panel][tap][channel][column]`, the last panel filled up with zeros.
struct PackedFilter {
    /// Offset of each tap in the filter.
    let tapOffsets: [Int]
    /// Channels that a tap reads, and floats from one to the next in the filter.
    let channels, channelStride: Int
    /// Columns of a group's product, and floats from one to the next in the filter.
    let columns, columnStride: Int
    /// Groups, and floats from one to the next in the filter.
    let groups, groupStride: Int
    /// Columns of a panel.
    let panelWidth: Int

    /// Panels of one group.
    var panels: Int { (columns + panelWidth - 1) / panelWidth }
    /// Floats of one panel.
    var panelCount: Int { tapOffsets.count * channels * panelWidth }
    /// Floats in all.
    var count: Int { groups * panels * panelCount }

    /// Packs a filter.
    func pack(_ filter: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, on backend: CPUBackend) {
        backend.parallelFor(groups * panels) { index, _ in
            let (group, panel) = index.quotientAndRemainder(dividingBy: panels)
            let first = panel * panelWidth
            let width = min(panelWidth, columns - first)
            var target = packed + index * panelCount
            for tapOffset in tapOffsets {
                let source = filter + (tapOffset + group * groupStride + first * columnStride)
                for channel in 0..<channels {
                    let row = source + channel * channelStride
                    for column in 0..<width { target[column] = row[column * columnStride] }
                    for column in width..<panelWidth { target[column] = 0 }
                    target += panelWidth
                }
            }
        }
    }
}

extension PackedFilter {
    /// A convolution's filter `[height, width, C / groups, K]`.
    init(ofConvolution filter: Shape, groups: Int, panelWidth: Int) {
        self.init(
            tapOffsets: (0..<filter[0] * filter[1]).map { $0 * filter[2] * filter[3] }, channels: filter[2],
            channelStride: filter[3], columns: filter[3] / groups, columnStride: 1, groups: groups,
            groupStride: filter[3] / groups, panelWidth: panelWidth)
    }
}
