/// What a device reaches at best, as measured: the numbers that bound every operation.
public struct DevicePeak: Sendable, Encodable {
    /// Multiply-adds on registers, two floating-point operations each, in 10⁹ a second.
    public let gigaflopsPerSecond: Double
    /// Reading memory in order, in 10⁹ bytes a second.
    public let gigabytesPerSecond: Double
    /// Copying memory, in 10⁹ bytes a second, counting each byte as read and as written.
    public let copiedGigabytesPerSecond: Double

    /// A peak of so many 10⁹ floating-point operations and bytes a second.
    public init(gigaflopsPerSecond: Double, gigabytesPerSecond: Double, copiedGigabytesPerSecond: Double) {
        self.gigaflopsPerSecond = gigaflopsPerSecond
        self.gigabytesPerSecond = gigabytesPerSecond
        self.copiedGigabytesPerSecond = copiedGigabytesPerSecond
    }
}
