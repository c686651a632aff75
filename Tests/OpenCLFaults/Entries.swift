import COpenCL

/// Puts functions that may fail in place of the true ones.
func replaceEntries(of functions: inout OcellusOpenCLFunctions) {
    functions.clBuildProgram = { program, count, devices, options, notify, data in
        OpenCLFault.status {
            $0.fault == .build ? CL_BUILD_PROGRAM_FAILURE : nil
        } else: {
            $0.clBuildProgram(program, count, devices, options, notify, data)
        }
    }
    functions.clCreateProgramWithSource = { context, count, texts, lengths, status in
        let state = OpenCLFault.state.withLock { $0 }
        guard case .miscompilation(let old, let new) = state.fault, let text = texts?.pointee else {
            return state.functions?.clCreateProgramWithSource(context, count, texts, lengths, status)
        }
        let changed = String(cString: text).replacing(old, with: new)
        return changed.withCString { text in
            var text: UnsafePointer<CChar>? = text
            return state.functions?.clCreateProgramWithSource(context, 1, &text, nil, status)
        }
    }
    functions.clCreateBuffer = { context, flags, size, host, status in
        let state = OpenCLFault.state.withLock { $0 }
        var failure = state.lossStatus
        if case .allocation(let least) = state.fault, size >= least { failure = CL_MEM_OBJECT_ALLOCATION_FAILURE }
        guard let failure else { return state.functions?.clCreateBuffer(context, flags, size, host, status) }
        status?.pointee = failure
        return nil
    }
    functions.clEnqueueNDRangeKernel = { queue, kernel, rank, offset, global, local, count, waits, event in
        OpenCLFault.state.withLock { $0.kernels += 1 }
        return OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clEnqueueNDRangeKernel(queue, kernel, rank, offset, global, local, count, waits, event)
        }
    }
    functions.clEnqueueReadBuffer = { queue, buffer, blocking, offset, size, target, count, waits, event in
        OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clEnqueueReadBuffer(queue, buffer, blocking, offset, size, target, count, waits, event)
        }
    }
    functions.clEnqueueWriteBuffer = { queue, buffer, blocking, offset, size, source, count, waits, event in
        OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clEnqueueWriteBuffer(queue, buffer, blocking, offset, size, source, count, waits, event)
        }
    }
    functions.clEnqueueFillBuffer = { queue, buffer, pattern, patternSize, offset, size, count, waits, event in
        OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clEnqueueFillBuffer(queue, buffer, pattern, patternSize, offset, size, count, waits, event)
        }
    }
    functions.clWaitForEvents = { count, events in
        OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clWaitForEvents(count, events)
        }
    }
    functions.clFlush = { queue in
        OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clFlush(queue)
        }
    }
    functions.clFinish = { queue in
        OpenCLFault.status {
            $0.lossStatus
        } else: {
            $0.clFinish(queue)
        }
    }
}
