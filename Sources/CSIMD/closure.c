#include "CSIMD.h"

// Swift's calling convention, as Clang documents it: a closure is a function and what it captured, which goes along in a
// register of its own.
#define SWIFT __attribute__((swiftcall))

typedef SWIFT void (*swift_function)(ptrdiff_t, ptrdiff_t, __attribute__((swift_context)) const void *);

void simd_call(simd_closure closure, ptrdiff_t index, ptrdiff_t worker) {
    ((swift_function)closure.function)(index, worker, closure.context);
}

// Declared in Swift, where it takes a closure.
SWIFT simd_closure simd_closure_of(const void *function, const void *context);

SWIFT simd_closure simd_closure_of(const void *function, const void *context) {
    return (simd_closure){function, context};
}
