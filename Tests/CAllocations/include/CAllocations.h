// Counts what a thread takes from the heap. To be linked into a program, whose own definitions of malloc and its relatives
// are then used by all libraries too. With glibc; elsewhere nothing is counted.
#ifndef OCELLUS_CALLOCATIONS_H
#define OCELLUS_CALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/// Whether allocations are counted here.
bool allocations_are_counted(void);

/// How many times this thread has asked for more than `bytes` bytes at a time since `begin_allocations`, which also sets
/// those.
void begin_allocations(size_t bytes);
long count_allocations(void);

#endif
