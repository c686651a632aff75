/// The version of this library and command.
public let ocellusVersion = "0.1.0"
