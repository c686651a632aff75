#include "check.h"

// sum of a[row][k] * b[k][column], k running through the runs.
static double product_at(const simd_product *p, ptrdiff_t lineOffset, ptrdiff_t row, ptrdiff_t column) {
    double sum = p->bias ? p->bias[column] : 0;
    for (ptrdiff_t r = 0; r < p->runCount; r++)
        for (ptrdiff_t i = 0; i < p->runLength; i++)
            sum += (double)p->runs[r][lineOffset + row * p->rowStride + i]
                * p->b[(r * p->runLength + i) * p->bStride + column];
    return sum;
}

static simd_product make_product(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t runCount, ptrdiff_t runLength, unsigned options) {
    const ptrdiff_t rowStride = runLength + options % 3, bStride = kernels->panelWidth + options % 2;
    simd_row *runs = zeroed(runCount * (ptrdiff_t)sizeof(simd_row));
    for (ptrdiff_t r = 0; r < runCount; r++) runs[r] = random_floats(4 * (rows + 1) * rowStride + runLength);
    return (simd_product){
        .runs = runs, .runCount = runCount, .runLength = runLength, .rowStride = rowStride,
        .b = random_floats(runCount * runLength * bStride + kernels->panelWidth), .bStride = bStride,
        .outputStride = columns + options % 4, .columns = columns,
        .bias = options & 1 ? random_floats(kernels->panelWidth) : NULL, .activation = ACTIVATIONS[options % 8]};
}

static void test_multiply(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t runCount, ptrdiff_t runLength, unsigned options) {
    describe("%td x %td, %td runs of %td, options %u", rows, columns, runCount, runLength, options);
    simd_product product = make_product(rows, columns, runCount, runLength, options);
    const ptrdiff_t count = (rows - 1) * product.outputStride + columns;
    product.output = output_floats(count);
    if (options & 2) product.addend = random_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    for (ptrdiff_t row = 0; row < rows; row++) {
        for (ptrdiff_t column = 0; column < columns; column++) {
            const ptrdiff_t place = row * product.outputStride + column;
            const double sum = product_at(&product, 0, row, column) + (product.addend ? product.addend[place] : 0);
            expected[place] = activated(product.activation, sum);
        }
    }
    kernels->multiply(&product, rows);
    expect_floats("multiply", product.output, expected, count, 1e-5);
}

static void test_multiply_pooled(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t runCount, ptrdiff_t runLength, unsigned options) {
    describe("%td x %td, %td runs of %td, options %u", rows, columns, runCount, runLength, options);
    simd_product product = make_product(2 * rows, columns, runCount, runLength, options);
    product.activation = ACTIVATIONS[options % 3];
    const ptrdiff_t count = (rows - 1) * product.outputStride + columns;
    product.output = output_floats(count);
    const simd_pooling pooling = {
        .lineStride = 2 * rows * product.rowStride, .place = options & 2 ? output_bytes(count) : NULL};
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    kernels->multiplyPooled(&product, &pooling, rows);
    for (ptrdiff_t row = 0; row < rows; row++) {
        for (ptrdiff_t column = 0; column < columns; column++) {
            const ptrdiff_t place = row * product.outputStride + column;
            double values[4], most = -INFINITY;
            for (int i = 0; i < 4; i++) {
                values[i] = activated(
                    product.activation, product_at(&product, i / 2 * pooling.lineStride, 2 * row + i % 2, column));
                most = fmax(most, values[i]);
            }
            expected[place] = most;
            if (pooling.place)
                expect_true("multiplyPooled's place", pooling.place[place] < 4 && values[pooling.place[place]] > most - 1e-4);
        }
    }
    expect_floats("multiplyPooled", product.output, expected, count, 1e-5);
}

static void test_multiply_row(ptrdiff_t depth, ptrdiff_t columns, bool accumulates) {
    describe("%td x %td, accumulates %d", depth, columns, accumulates);
    const ptrdiff_t stride = columns + 3;
    const float *a = random_floats(depth), *b = random_floats(depth * stride);
    float *output = output_floats(columns);
    double *expected = zeroed(columns * 8);
    for (ptrdiff_t column = 0; column < columns; column++) {
        if (accumulates) expected[column] = output[column] = random_float();
        for (ptrdiff_t k = 0; k < depth; k++) expected[column] += (double)a[k] * b[k * stride + column];
    }
    kernels->multiplyRow(a, b, stride, depth, output, columns, accumulates);
    expect_floats("multiplyRow", output, expected, columns, 1e-5);
}

static void test_multiply_transposed(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t count, bool accumulates) {
    describe("%td x %td of %td, accumulates %d", rows, columns, count, accumulates);
    const ptrdiff_t aStride = rows + 2, bStride = columns + 1, outputStride = columns + 3;
    const ptrdiff_t outputCount = (rows - 1) * outputStride + columns;
    const float *a = random_floats(count * aStride), *b = random_floats(count * bStride);
    float *output = output_floats(outputCount);
    double *expected = zeroed(outputCount * 8);
    for (ptrdiff_t i = 0; i < outputCount; i++) expected[i] = NAN;
    for (ptrdiff_t row = 0; row < rows; row++) {
        for (ptrdiff_t column = 0; column < columns; column++) {
            const ptrdiff_t place = row * outputStride + column;
            expected[place] = accumulates ? output[place] = random_float() : 0;
            for (ptrdiff_t i = 0; i < count; i++) expected[place] += (double)a[i * aStride + row] * b[i * bStride + column];
        }
    }
    kernels->multiplyTransposed(a, aStride, b, bStride, count, output, outputStride, rows, columns, accumulates);
    expect_floats("multiplyTransposed", output, expected, outputCount, 1e-5);
}

static void test_transpose(ptrdiff_t rows, ptrdiff_t columns) {
    describe("%td x %td", rows, columns);
    const ptrdiff_t stride = columns + 2, outputStride = rows + 1, count = (columns - 1) * outputStride + rows;
    const float *x = random_floats(rows * stride);
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    for (ptrdiff_t row = 0; row < rows; row++)
        for (ptrdiff_t column = 0; column < columns; column++)
            expected[column * outputStride + row] = x[row * stride + column];
    kernels->transpose(x, stride, rows, columns, output, outputStride);
    expect_floats("transpose", output, expected, count, 0);
}

static void test_copy_rows(ptrdiff_t rows, ptrdiff_t length) {
    describe("%td rows of %td", rows, length);
    const ptrdiff_t stride = length + 2, outputStride = length + 1, count = (rows - 1) * outputStride + length;
    const float *x = random_floats((rows - 1) * stride + length);
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++)
        expected[i] = i % outputStride < length ? x[i / outputStride * stride + i % outputStride] : NAN;
    kernels->copyRows(x, stride, rows, length, output, outputStride);
    expect_floats("copyRows", output, expected, count, 0);
}

void test_products(void) {
    COVER(multiply);
    COVER(multiplyPooled);
    COVER(multiplyRow);
    COVER(multiplyTransposed);
    COVER(copyRows);
    COVER(transpose);
    unsigned options = 0;
    for (ptrdiff_t rows = 1; rows <= 30; rows++) {
        for (ptrdiff_t columns = 1; columns <= kernels->panelWidth; columns += 1 + (columns > 2) * 4) {
            test_multiply(rows, columns, 1, 17, options++);
            test_multiply(rows, columns, 3, 9, options++);
            test_multiply_pooled(rows, columns, 3, 9, options++);
        }
        test_multiply(rows, kernels->panelWidth, 9, 1, options++);
        test_multiply_pooled(rows, kernels->panelWidth, 1, 33, options++);
    }
    FOR_EACH_LENGTH(columns) {
        for (ptrdiff_t depth = 1; depth < 20; depth += 3) test_multiply_row(depth, columns, depth % 2);
        for (ptrdiff_t rows = 1; rows < 40; rows += 3) {
            test_multiply_transposed(rows, columns, 7, rows % 2);
            test_copy_rows(rows, columns);
            test_transpose(rows, columns);
        }
    }
}
