#include <stdint.h>

#include "CArithmetic.h"

extern const MachineLoops caffoldBaseline;
#if defined(__x86_64__)
extern const MachineLoops caffoldAVX2;
#endif
