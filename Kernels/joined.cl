// Kernels that go through up to 16 tensors in one launch, element by element, each tensor by work-groups of its own, of 64. A
// work-item handles VEC elements of one tensor. Where there are fewer tensors than 16, the rest have no elements.
//
//     EACH(type, name)              declares the arguments `name0` to `name15`, a pointer into each tensor
//     ELEMENTS_OF_ITEM(sizes)       declares `i`, where the work-item's elements begin, and `present`, how many there are from
//                                   there on; where there are none, it returns
//     THE(name)                     is the work-item's among name0 to name15

typedef struct {
    ulong elements[16];
} Sizes;

#define EACH(type, name)                                                                                          \
    type name##0, type name##1, type name##2, type name##3, type name##4, type name##5, type name##6, type name##7, \
        type name##8, type name##9, type name##10, type name##11, type name##12, type name##13, type name##14,      \
        type name##15

#define THE(name)                                                                                     \
    (place < 8 ? place < 4 ? place < 2 ? place < 1 ? name##0 : name##1 : place < 3 ? name##2 : name##3 \
                           : place < 6 ? place < 5 ? name##4 : name##5 : place < 7 ? name##6 : name##7 \
     : place < 12 ? place < 10 ? place < 9 ? name##8 : name##9 : place < 11 ? name##10 : name##11      \
                  : place < 14 ? place < 13 ? name##12 : name##13 : place < 15 ? name##14 : name##15)

#define ELEMENTS_OF_ITEM(sizes)                                                       \
    ulong group = get_group_id(0);                                                    \
    int place = 0;                                                                    \
    ulong elements = sizes.elements[0];                                               \
    _Pragma("unroll") for (int next = 1; next < 16; ++next) {                         \
        const ulong groups = (elements + (uint)(VEC * 64 - 1)) / (uint)(VEC * 64);    \
        if (place == next - 1 && group >= groups) {                                   \
            group -= groups;                                                          \
            place = next;                                                             \
            elements = sizes.elements[next];                                          \
        }                                                                             \
    }                                                                                 \
    const ulong i = (group * 64 + get_local_id(0)) * VEC;                             \
    if (i >= elements) return;                                                        \
    const ulong present = elements - i;
