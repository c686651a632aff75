import Ocellus

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ctrl-C (and SIGTERM, SIGHUP) as a request to stop after the current step. A second one ends the process at once.
enum Interrupt {
    private static let request = StopRequest()

    static func install() -> StopRequest {
        // Made before the handler can run: a handler must not be the first to make it.
        let request = request
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var old = sigaction()
            sigaction(number, nil, &old)
            // As under nohup.
            if isIgnored(old) { continue }
            signal(number) { number in
                signal(number, SIG_DFL)
                Interrupt.request.make()
                let text: StaticString = "\nstopping after this step …\n"
                _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
            }
        }
        return request
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        #if os(Linux)
            let handler = action.__sigaction_handler.sa_handler
        #else
            let handler = action.__sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
