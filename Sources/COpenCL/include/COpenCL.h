#ifndef OCELLUS_COPENCL_H
#define OCELLUS_COPENCL_H

// The OpenCL API without linking to it: libOpenCL is opened at run time, so that one binary starts on a machine that has
// none. The headers give each function's type; the table below holds the addresses.

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <stdbool.h>
#include <stddef.h>

// What is used of OpenCL: version 1.2 has it all. A library that lacks any is not used.
#define OCELLUS_OPENCL_MANDATORY(entry) \
    entry(clGetPlatformIDs)             \
    entry(clGetPlatformInfo)            \
    entry(clGetDeviceIDs)               \
    entry(clGetDeviceInfo)              \
    entry(clCreateSubDevices)           \
    entry(clReleaseDevice)              \
    entry(clCreateContext)              \
    entry(clReleaseContext)             \
    entry(clCreateCommandQueue)         \
    entry(clReleaseCommandQueue)        \
    entry(clCreateBuffer)               \
    entry(clCreateSubBuffer)            \
    entry(clReleaseMemObject)           \
    entry(clCreateProgramWithSource)    \
    entry(clCreateProgramWithBinary)    \
    entry(clBuildProgram)               \
    entry(clGetProgramInfo)             \
    entry(clGetProgramBuildInfo)        \
    entry(clReleaseProgram)             \
    entry(clCreateKernel)               \
    entry(clSetKernelArg)               \
    entry(clReleaseKernel)              \
    entry(clEnqueueNDRangeKernel)       \
    entry(clEnqueueReadBuffer)          \
    entry(clEnqueueWriteBuffer)         \
    entry(clEnqueueFillBuffer)          \
    entry(clEnqueueMarkerWithWaitList)  \
    entry(clEnqueueBarrierWithWaitList) \
    entry(clWaitForEvents)              \
    entry(clGetEventInfo)               \
    entry(clGetEventProfilingInfo)      \
    entry(clRetainEvent)                \
    entry(clReleaseEvent)               \
    entry(clFlush)                      \
    entry(clFinish)

#pragma clang assume_nonnull begin

/// The addresses of OpenCL's functions, each under its own name.
typedef struct {
#define OCELLUS_FIELD(name) __typeof__(&name) _Nonnull name;
    OCELLUS_OPENCL_MANDATORY(OCELLUS_FIELD)
#undef OCELLUS_FIELD
} OcellusOpenCLFunctions;

/// Opens the library at `path` and fills `functions`. It stays open until the process ends: drivers start threads.
/// On failure returns false and says why in `message`.
bool ocellus_opencl_load(
    const char *path, OcellusOpenCLFunctions *functions, char *message, size_t message_size);

/// The name of a status code, as `CL_OUT_OF_RESOURCES`, or NULL for an unknown one.
const char *_Nullable ocellus_opencl_status_name(cl_int status);

#pragma clang assume_nonnull end
#endif
