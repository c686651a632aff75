/// In JSON the names are Keras' (`rotation_range`, …) and torchvision's; what is left out changes nothing.
extension Augmentation {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case rotationRange = "rotation_range"
        case widthShiftRange = "width_shift_range"
        case heightShiftRange = "height_shift_range"
        case shearRange = "shear_range"
        case zoomRange = "zoom_range"
        case horizontalFlip = "horizontal_flip"
        case verticalFlip = "vertical_flip"
        case brightnessRange = "brightness_range"
        case channelShiftRange = "channel_shift_range"
        case fillMode = "fill_mode"
        case fillValue = "cval"
        case randomResizedCrop = "random_resized_crop"
        case colorJitter = "color_jitter"
        case randomErasing = "random_erasing"
        case policy
        case mixupAlpha = "mixup_alpha"
        case cutmixAlpha = "cutmix_alpha"
    }

    /// Reads an object.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ other: Value) throws -> Value {
            try values.decodeIfPresent(Value.self, forKey: key) ?? other
        }
        self.init(
            rotationRange: try value(.rotationRange, 0), widthShiftRange: try value(.widthShiftRange, 0),
            heightShiftRange: try value(.heightShiftRange, 0), shearRange: try value(.shearRange, 0),
            zoomRange: try value(.zoomRange, 0), horizontalFlip: try value(.horizontalFlip, false),
            verticalFlip: try value(.verticalFlip, false),
            brightnessRange: try values.decodeIfPresent(ClosedRange<Float>.self, forKey: .brightnessRange),
            channelShiftRange: try value(.channelShiftRange, 0), fillMode: try value(.fillMode, .nearest),
            fillValue: try value(.fillValue, 0),
            randomResizedCrop: try values.decodeIfPresent(RandomResizedCrop.self, forKey: .randomResizedCrop),
            colorJitter: try value(.colorJitter, ColorJitter()),
            randomErasing: try values.decodeIfPresent(RandomErasing.self, forKey: .randomErasing),
            policy: try values.decodeIfPresent(Policy.self, forKey: .policy), mixupAlpha: try value(.mixupAlpha, 0),
            cutmixAlpha: try value(.cutmixAlpha, 0))
    }

    /// Checks the ranges.
    ///
    /// - Throws: ``DatasetError/invalidOption(name:value:reason:)`` for a number that is negative, not finite or too large.
    public func validate() throws {
        func check(_ name: String, _ value: Float, _ bounds: ClosedRange<Float>) throws {
            guard bounds.contains(value) else {
                throw DatasetError.invalidOption(
                    name: name, value: "\(value)",
                    reason: "it must be from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
        }
        func check(_ name: String, _ range: ClosedRange<Float>, _ bounds: ClosedRange<Float>) throws {
            try check(name, range.lowerBound, bounds)
            try check(name, range.upperBound, bounds)
        }
        try check("rotation_range", rotationRange, 0...360)
        try check("width_shift_range", widthShiftRange, 0...65536)
        try check("height_shift_range", heightShiftRange, 0...65536)
        try check("shear_range", shearRange, 0...89)
        try check("zoom_range", zoomRange, 0...0.99)
        if let brightnessRange { try check("brightness_range", brightnessRange, 0...100) }
        try check("channel_shift_range", channelShiftRange, 0...255)
        try check("cval", fillValue, 0...255)
        if let crop = randomResizedCrop {
            try check("the scale of random_resized_crop", crop.scale, 0.0001...1)
            try check("the ratio of random_resized_crop", crop.ratio, 0.01...100)
        }
        try check("the brightness of color_jitter", colorJitter.brightness, 0...100)
        try check("the contrast of color_jitter", colorJitter.contrast, 0...100)
        try check("the saturation of color_jitter", colorJitter.saturation, 0...100)
        try check("the hue of color_jitter", colorJitter.hue, 0...0.5)
        if let erasing = randomErasing {
            try check("the probability of random_erasing", erasing.probability, 0...1)
            try check("the scale of random_erasing", erasing.scale, 0.0001...1)
            try check("the ratio of random_erasing", erasing.ratio, 0.01...100)
        }
        if let policy {
            try check("the number of operations of \(policy.kind.rawValue)", Float(policy.operations), 1...16)
            try check("the magnitude of \(policy.kind.rawValue)", Float(policy.magnitude), 0...30)
        }
        try check("mixup_alpha", mixupAlpha, 0...1000)
        try check("cutmix_alpha", cutmixAlpha, 0...1000)
    }

    /// The options as texts, for a model's record: names as on the command line.
    public var record: [String: String] {
        var record = [
            "rotation-range": "\(rotationRange)", "width-shift-range": "\(widthShiftRange)",
            "height-shift-range": "\(heightShiftRange)", "shear-range": "\(shearRange)", "zoom-range": "\(zoomRange)",
            "horizontal-flip": "\(horizontalFlip)", "fill-mode": fillMode.rawValue,
        ]
        func add(_ name: String, _ value: Float) { if value != 0 { record[name] = "\(value)" } }
        func add(_ name: String, _ range: ClosedRange<Float>?) {
            if let range { record[name] = "\(range.lowerBound),\(range.upperBound)" }
        }
        if verticalFlip { record["vertical-flip"] = "true" }
        add("brightness-range", brightnessRange)
        add("channel-shift-range", channelShiftRange)
        if fillMode == .constant { record["fill-value"] = "\(fillValue)" }
        add("crop-scale", randomResizedCrop?.scale)
        add("crop-ratio", randomResizedCrop?.ratio)
        add("jitter-brightness", colorJitter.brightness)
        add("jitter-contrast", colorJitter.contrast)
        add("jitter-saturation", colorJitter.saturation)
        add("jitter-hue", colorJitter.hue)
        add("erasing", randomErasing?.probability ?? 0)
        if let policy {
            record["policy"] = policy.kind.rawValue
            if policy.kind == .randAugment {
                record["policy-operations"] = "\(policy.operations)"
                record["policy-magnitude"] = "\(policy.magnitude)"
            }
        }
        add("mixup", mixupAlpha)
        add("cutmix", cutmixAlpha)
        return record
    }
}
