import OcellusGraph
import OcellusImages

extension PictureWarp {
    /// What a device does to pictures that are changed as `augmentation` says; nil where it changes colours or mixes pictures,
    /// which the loader's threads do.
    package init?(_ augmentation: Augmentation, _ preprocessing: Preprocessing) {
        guard augmentation.movesAndErasesOnly else { return nil }
        let (scale, offset) = preprocessing.channelFactors
        let outside: Outside =
            switch augmentation.fillMode {
            case .nearest: .nearest
            case .constant: .constant(augmentation.fillValue)
            case .reflect: .reflect
            case .wrap: .wrap
            }
        self.init(outside: outside, scale: scale, offset: offset, isReversed: preprocessing.channelOrder == .bgr)
    }
}

extension Augmentation {
    /// Whether colours stay as they are, and pictures are not mixed with one another.
    var movesAndErasesOnly: Bool {
        brightnessRange == nil && channelShiftRange == 0 && colorJitter == ColorJitter() && policy == nil
            && !mixesPictures
    }
}

extension PictureChange {
    /// The same as a device takes it.
    ///
    /// - Precondition: no colour changes.
    func warp(width: Int, height: Int) -> PictureWarp.Change {
        let places = sourcePlaces(width: width, height: height)
        var change = PictureWarp.Change(
            x: Float(places.x), y: Float(places.y), xPerColumn: Float(places.xPerColumn),
            yPerColumn: Float(places.yPerColumn), xPerRow: Float(places.xPerRow), yPerRow: Float(places.yPerRow))
        if let erased {
            (change.erasedLeft, change.erasedTop) = (Float(erased.left), Float(erased.top))
            (change.erasedWidth, change.erasedHeight) = (Float(erased.width), Float(erased.height))
        }
        return change
    }
}

extension Preprocessing {
    /// What normalises a sample of red, green and blue, in this order: it is multiplied by the first, and the second is added.
    var channelFactors: (scale: [Float], offset: [Float]) {
        // Mean and deviation are in the output's order.
        let places = channelOrder == .bgr ? [2, 1, 0] : [0, 1, 2]
        return (
            places.map { Float(scale / standardDeviation[$0]) },
            places.map { Float(-mean[$0] / standardDeviation[$0]) }
        )
    }
}
