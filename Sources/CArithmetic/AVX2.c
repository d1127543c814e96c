// The loops for x86-64 machines with AVX2 and FMA.

#include "Variants.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT avx2
#define VECTOR_BYTES 32
#include "Variant.inc"
#pragma clang attribute pop

const MachineLoops caffoldAVX2 = {"avx2", &loops_float_avx2, &loops_double_avx2};

#endif
