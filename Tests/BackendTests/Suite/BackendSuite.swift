import Testing

/// Everything that uses a device, one test after the other: devices and the CPU's thread pool are shared.
@Suite(.serialized) enum BackendSuite {}
