// How activations and their gradients lie in memory, by STORED: 0 float, 1 half (IEEE 754 binary16), 2 bfloat16 (the
// upper half of a float). Kernels compute in float and round to the nearest, ties to even, where they store. Reading
// and writing half so is part of OpenCL 1.2 and needs no extension.
//
// `stored` is the type in memory. READ_STORED and WRITE_STORED take one element, VLOAD_STORED and VSTORE_STORED n of
// them, LOAD4_STORED and STORE4_STORED four that lie on a multiple of four. ..._FLOAT do so for what is float anyway.
//
// What is loaded now and used later is kept as it lies in memory: as one or four BITS_STORED, which READ_BITS_STORED,
// LOAD4_BITS_STORED and, from any place, VLOAD4_BITS_STORED load, and of which VALUES_STORED makes four floats.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#ifndef STORED
#define STORED 0
#endif

#define READ_FLOAT(pointer) (*(pointer))
#define WRITE_FLOAT(value, pointer) (*(pointer) = (value))
#define VLOAD_FLOAT(n, pointer) JOIN(vload, n)(0, pointer)
#define VSTORE_FLOAT(n, value, pointer) JOIN(vstore, n)(value, 0, pointer)
#define LOAD4_FLOAT(pointer) (*(global const float4 *)(pointer))
#define STORE4_FLOAT(value, pointer) (*(global float4 *)(pointer) = (value))
#define BITS_FLOAT float
#define BITS4_FLOAT float4
#define READ_BITS_FLOAT READ_FLOAT
#define LOAD4_BITS_FLOAT LOAD4_FLOAT
#define VLOAD4_BITS_FLOAT(pointer) vload4(0, pointer)
#define VALUES_FLOAT(bits) (bits)

#if STORED == 0
#define stored float
#define READ_STORED READ_FLOAT
#define WRITE_STORED WRITE_FLOAT
#define VLOAD_STORED VLOAD_FLOAT
#define VSTORE_STORED VSTORE_FLOAT
#define LOAD4_STORED LOAD4_FLOAT
#define STORE4_STORED STORE4_FLOAT
#define BITS_STORED BITS_FLOAT
#define BITS4_STORED BITS4_FLOAT
#define READ_BITS_STORED READ_BITS_FLOAT
#define LOAD4_BITS_STORED LOAD4_BITS_FLOAT
#define VLOAD4_BITS_STORED VLOAD4_BITS_FLOAT
#define VALUES_STORED VALUES_FLOAT
#elif STORED == 1
#define stored half
#define READ_STORED(pointer) vload_half(0, pointer)
#define WRITE_STORED(value, pointer) vstore_half_rte(value, 0, pointer)
#define VLOAD_STORED(n, pointer) JOIN(vload_half, n)(0, pointer)
#define VSTORE_STORED(n, value, pointer) JOIN(JOIN(vstore_half, n), _rte)(value, 0, pointer)
#define LOAD4_STORED(pointer) vloada_half4(0, pointer)
#define STORE4_STORED(value, pointer) vstorea_half4_rte(value, 0, pointer)
#define VALUES_STORED(bits) from_half4(bits)
static inline float4 from_half4(ushort4 bits) { return vload_half4(0, (const half *)&bits); }
#else
#define stored ushort
#define READ_STORED(pointer) from_bfloat(*(pointer))
#define WRITE_STORED(value, pointer) (*(pointer) = to_bfloat(value))
#define VLOAD_STORED(n, pointer) JOIN(from_bfloat, n)(JOIN(vload, n)(0, pointer))
#define VSTORE_STORED(n, value, pointer) JOIN(vstore, n)(JOIN(to_bfloat, n)(value), 0, pointer)
#define LOAD4_STORED(pointer) from_bfloat4(*(global const ushort4 *)(pointer))
#define STORE4_STORED(value, pointer) (*(global ushort4 *)(pointer) = to_bfloat4(value))
#define VALUES_STORED(bits) from_bfloat4(bits)

// from_bfloatN and to_bfloatN. A NaN stays one, whose upper half alone might be an infinity.
#define DEFINE_BFLOAT(N)                                                                                            \
    static inline JOIN(float, N) JOIN(from_bfloat, N)(JOIN(ushort, N) value) {                                      \
        return JOIN(as_float, N)(JOIN(convert_uint, N)(value) << 16);                                               \
    }                                                                                                               \
    static inline JOIN(ushort, N) JOIN(to_bfloat, N)(JOIN(float, N) value) {                                        \
        const JOIN(uint, N) bits = JOIN(as_uint, N)(value);                                                         \
        const JOIN(uint, N) rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;                                 \
        return JOIN(convert_ushort, N)(value == value ? rounded : (bits >> 16) | 0x40u);                            \
    }
DEFINE_BFLOAT()
DEFINE_BFLOAT(2)
DEFINE_BFLOAT(4)
DEFINE_BFLOAT(8)
DEFINE_BFLOAT(16)
#endif

#if STORED != 0
#define BITS_STORED ushort
#define BITS4_STORED ushort4
#define READ_BITS_STORED(pointer) (*(global const ushort *)(pointer))
#define LOAD4_BITS_STORED(pointer) (*(global const ushort4 *)(pointer))
#define VLOAD4_BITS_STORED(pointer) vload4(0, (global const ushort *)(pointer))
#endif
