#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What this process has taken of the machine so far.
package enum ProcessUsage {
    /// Bytes of memory that it had at most.
    package static var peakResidentByteCount: Int {
        #if canImport(Darwin)
            Int(usage.ru_maxrss)
        #else
            // Linux counts kilobytes.
            Int(usage.ru_maxrss) * 1024
        #endif
    }

    /// The time that its threads have computed, together.
    package static var cpuSeconds: Double {
        let usage = usage
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
    }

    private static var usage: rusage {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            getrusage(RUSAGE_SELF, &usage)
        #endif
        return usage
    }
}
