import Ocellus

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ctrl-C (and SIGTERM) as a request to stop after the current step. A second one ends the process at once.
enum Interrupt {
    private static let request = StopRequest()

    static func install() -> StopRequest {
        // Made before the handler can run: a handler must not be the first to make it.
        let request = request
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                signal(number, SIG_DFL)
                Interrupt.request.make()
            }
        }
        return request
    }
}
