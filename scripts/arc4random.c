// Swift's runtime asks glibc 2.36 for random numbers. This stands in for it, so that the bundle runs where glibc is 2.35
// (Ubuntu 22.04).
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

uint32_t arc4random(void) {
    uint32_t number;
    // So few bytes come whole or not at all, and not at all only where the kernel has no such call.
    if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
    return number;
}
