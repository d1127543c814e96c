// The loops for every machine of the architecture: SSE2 on x86-64, NEON on arm64.

#include "Variants.h"

#define VARIANT baseline
#define VECTOR_BYTES 16
#include "Variant.inc"

const MachineLoops caffoldBaseline = {"baseline", &loops_float_baseline, &loops_double_baseline};
