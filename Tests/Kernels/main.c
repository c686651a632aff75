// Compares every kernel of every instruction set that this machine can run with its definition in plain C, in double
// precision or whole numbers. Swift's tests do so for whole operations; this program needs no Swift, so that it can be
// compiled for another machine and run by an emulator. See run.sh.
#include "check.h"

const simd_kernels *kernels;

static const char *instructionSet;
static char circumstances[256];
static long comparisons, failures;
static unsigned char covered[sizeof(simd_kernels)], coveredPictures[sizeof(simd_picture_kernels)];

// MARK: what was tested

void cover(size_t offset) { covered[offset] = 1; }
void cover_pictures(size_t offset) { coveredPictures[offset] = 1; }

// Every entry is a pointer or as large as one.
static void check_coverage(const char *table, const unsigned char *marks, size_t byteCount) {
    for (size_t offset = 0; offset < byteCount; offset += sizeof(void *)) {
        if (marks[offset]) continue;
        fprintf(stderr, "kernels: entry %zu of %s (from 0) has no case in Tests/Kernels\n", offset / sizeof(void *), table);
        failures++;
    }
}

// MARK: memory

enum { MOST_BLOCKS = 256, GUARD = 64 };
static void *blocks[MOST_BLOCKS];
static int blockCount;

void *zeroed(ptrdiff_t byteCount) {
    void *memory = NULL;
    if (blockCount == MOST_BLOCKS || posix_memalign(&memory, 64, (size_t)byteCount) != 0) {
        fprintf(stderr, "kernels: no memory\n");
        exit(1);
    }
    blocks[blockCount++] = memory;
    memset(memory, 0, (size_t)byteCount);
    return memory;
}

void describe(const char *format, ...) {
    while (blockCount > 0) free(blocks[--blockCount]);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(circumstances, sizeof circumstances, format, arguments);
    va_end(arguments);
}

// MARK: numbers

static uint64_t state = 1;

uint32_t random_word(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

float random_float(void) { return (float)(int32_t)random_word() * 0x1p-31f; }

float *random_floats(ptrdiff_t count) {
    float *x = zeroed(count * 4);
    for (ptrdiff_t i = 0; i < count; i++) x[i] = random_float();
    return x;
}

float *sparse_floats(ptrdiff_t count) {
    float *x = random_floats(count);
    for (ptrdiff_t i = 0; i < count; i++) if (random_word() >> 31) x[i] = 0;
    return x;
}

uint8_t *random_bytes(ptrdiff_t count, unsigned limit) {
    uint8_t *x = zeroed(count);
    for (ptrdiff_t i = 0; i < count; i++) x[i] = (uint8_t)(random_word() % limit);
    return x;
}

float *output_floats(ptrdiff_t count) {
    float *x = zeroed((count + GUARD) * 4);
    for (ptrdiff_t i = 0; i < count + GUARD; i++) x[i] = NAN;
    return x;
}

uint8_t *output_bytes(ptrdiff_t count) {
    uint8_t *x = zeroed(count + GUARD);
    memset(x, 0xA5, (size_t)(count + GUARD));
    return x;
}

// MARK: comparisons

static void fail(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(const char *what, const char *format, ...) {
    failures++;
    if (failures > 20) return;
    fprintf(stderr, "kernels: %s: %s, %s: ", instructionSet, what, circumstances);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void expect_floats(const char *what, const float *results, const double *expected, ptrdiff_t count, double tolerance) {
    comparisons++;
    for (ptrdiff_t i = 0; i < count; i++) {
        // An expected NaN stands for what must not be written.
        if (isnan(expected[i]) ? isnan(results[i]) : fabs(results[i] - expected[i]) <= tolerance * (1 + fabs(expected[i])))
            continue;
        return fail(what, "element %td is %.9g and should be %.9g", i, results[i], expected[i]);
    }
    for (ptrdiff_t i = count; i < count + GUARD; i++)
        if (!isnan(results[i])) return fail(what, "it wrote %td elements behind its end", i - count + 1);
}

void expect_bytes(const char *what, const uint8_t *results, const uint8_t *expected, ptrdiff_t count) {
    comparisons++;
    for (ptrdiff_t i = 0; i < count; i++)
        if (results[i] != expected[i]) return fail(what, "byte %td is %d and should be %d", i, results[i], expected[i]);
    for (ptrdiff_t i = count; i < count + GUARD; i++)
        if (results[i] != 0xA5) return fail(what, "it wrote %td bytes behind its end", i - count + 1);
}

void expect_true(const char *what, bool condition) {
    comparisons++;
    if (!condition) fail(what, "this does not hold");
}

// MARK: all of it

int main(int argumentCount, char **arguments) {
    static const struct {
        const char *name;
        simd_instruction_set set;
    } sets[] = {
        {"baseline", simd_baseline}, {"neon", simd_neon}, {"avx2", simd_avx2}, {"avx512", simd_avx512}};
    bool isFound = argumentCount < 2;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        kernels = simd_kernels_for(sets[i].set);
        if (!kernels) continue;
        instructionSet = sets[i].name;
        if (argumentCount > 1 && strcmp(arguments[1], instructionSet) == 0) isFound = true;
        comparisons = 0;
        const long before = failures;
        test_products();
        test_bfloat16();
        test_winograd();
        test_depthwise();
        test_sparse();
        test_pooling();
        test_channels();
        test_elements();
        test_updates();
        test_peaks();
        test_pictures();
        describe("at the end");
        COVER(vectorWidth);
        COVER(panelWidth);
        COVER(pictures);
        printf("kernels: %s: %ld comparisons, %ld failed\n", instructionSet, comparisons, failures - before);
    }
    check_coverage("simd_kernels", covered, sizeof(simd_kernels));
    check_coverage("simd_picture_kernels", coveredPictures, sizeof(simd_picture_kernels));
    if (!isFound) {
        fprintf(stderr, "kernels: the machine has no '%s'\n", arguments[1]);
        return 1;
    }
    return failures > 0;
}
