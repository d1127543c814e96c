#include "Variants.h"

const MachineLoops *caffoldLoops(ptrdiff_t place) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  // The compiler's run-time library also asks whether the system saves the wide registers.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && place-- == 0) return &caffoldAVX2;
#endif
  return place == 0 ? &caffoldBaseline : NULL;
}
