import COpenCL
import Foundation
import OcellusOpenCL
import Synchronization

/// A driver that fails: entries of the table of OpenCL's functions are replaced by ones that first ask what is to go wrong,
/// then call the true one. One fault at a time: functions of C have nowhere to keep more, so that tests take turns.
public enum OpenCLFault: Sendable, Equatable {
    /// Programs do not build.
    case build
    /// Buffers from so many bytes on are not to be had.
    case allocation(fromByteCount: Int)
    /// After so many kernels more, every call that reaches the device fails with a status.
    case lost(afterKernels: Int, status: Int32)
    /// The compiler takes one text for another, and says nothing.
    case miscompilation(of: String, as: String)

    /// `device` with the fault, as long as `body` runs.
    public static func inject<Value>(
        _ fault: OpenCLFault, into device: OpenCLDevice, _ body: (OpenCLDevice) throws -> Value
    ) rethrows -> Value {
        turn.lock()
        state.withLock { $0 = State(fault: fault) }
        defer {
            state.withLock { $0.fault = nil }
            turn.unlock()
        }
        return try body(
            device.replacingFunctions { functions in
                let true_ = functions
                state.withLock { $0.functions = true_ }
                replaceEntries(of: &functions)
            })
    }

    /// What the functions below look at.
    struct State: @unchecked Sendable {
        // The table is written once before it is used.
        var fault: OpenCLFault?
        var functions: OcellusOpenCLFunctions?
        var kernels = 0

        init(fault: OpenCLFault? = nil) { self.fault = fault }

        /// What calls that reach the device fail with, if they do.
        var lossStatus: cl_int? {
            guard case .lost(let count, let status) = fault, kernels >= count else { return nil }
            return status
        }
    }

    static let state = Mutex(State())

    private static let turn = NSLock()

    /// The status that a call fails with in place of what `call` gives.
    static func status(
        _ failure: (State) -> cl_int?, else call: (OcellusOpenCLFunctions) -> cl_int
    ) -> cl_int {
        let (failed, functions) = state.withLock { (failure($0), $0.functions) }
        return failed ?? functions.map(call) ?? CL_INVALID_VALUE
    }
}
