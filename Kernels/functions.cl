// What products are added with, and activation functions and their derivatives, for any width of vector. Every program
// begins with this file.

// MULTIPLY_ADD(a, b, c): a b + c, by PRODUCT: 0 operators, 1 mad, 2 fma. Which is quickest differs by driver.
#if PRODUCT == 1
#define MULTIPLY_ADD(a, b, c) mad(a, b, c)
#elif PRODUCT == 2
#define MULTIPLY_ADD(a, b, c) fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

// Activation functions by number: 0 identity, 1 ReLU, 2 ReLU6, 3 hard sigmoid, 4 hard swish, 5 sigmoid, 6 SiLU, 7 GELU. A NaN stays one.

// NAME(x, function): the function of x.
#define DEFINE_ACTIVATION(TYPE, NAME)                                                                    \
    static inline TYPE NAME(TYPE x, int function) {                                                      \
        if (function == 0) return x;                                                                     \
        if (function == 3 || function == 4) {                                                            \
            TYPE part = x * (1.0f / 6.0f) + 0.5f;                                                        \
            part = part < (TYPE)0.0f ? (TYPE)0.0f : part;                                                \
            part = part > (TYPE)1.0f ? (TYPE)1.0f : part;                                                \
            return function == 3 ? part : x * part;                                                      \
        }                                                                                                \
        if (function == 7) return 0.5f * x * (1.0f + erf(x * 0.70710678f));                              \
        if (function >= 5) {                                                                             \
            const TYPE part = (TYPE)1.0f / (1.0f + exp(-x));                                             \
            return function == 5 ? part : x * part;                                                      \
        }                                                                                                \
        x = x < (TYPE)0.0f ? (TYPE)0.0f : x;                                                             \
        if (function == 2) x = x > (TYPE)6.0f ? (TYPE)6.0f : x;                                          \
        return x;                                                                                        \
    }

// NAME(gradient, x, function): the gradient times the derivative at x; for 0, 1 and 2 x may be what the function gave.
#define DEFINE_ACTIVATION_GRADIENT(TYPE, NAME)                                                           \
    static inline TYPE NAME(TYPE gradient, TYPE x, int function) {                                       \
        if (function == 0) return gradient;                                                              \
        if (function <= 2) {                                                                             \
            gradient = x > (TYPE)0.0f ? gradient : (TYPE)0.0f;                                           \
            if (function == 2) gradient = x < (TYPE)6.0f ? gradient : (TYPE)0.0f;                        \
            return gradient;                                                                             \
        }                                                                                                \
        if (function <= 4) {                                                                             \
            TYPE slope = function == 3 ? (TYPE)(1.0f / 6.0f) : x * (1.0f / 3.0f) + 0.5f;                 \
            slope = x <= (TYPE)-3.0f ? (TYPE)0.0f : slope;                                               \
            slope = x >= (TYPE)3.0f ? (TYPE)(function == 3 ? 0.0f : 1.0f) : slope;                       \
            return gradient * slope;                                                                     \
        }                                                                                                \
        if (function == 7) {                                                                             \
            const TYPE part = 0.5f * (1.0f + erf(x * 0.70710678f));                                      \
            return gradient * (part + x * exp(x * x * -0.5f) * 0.39894228f);                             \
        }                                                                                                \
        const TYPE part = (TYPE)1.0f / (1.0f + exp(-x));                                                 \
        return gradient * part * (function == 5 ? 1.0f - part : 1.0f + x * (1.0f - part));               \
    }
