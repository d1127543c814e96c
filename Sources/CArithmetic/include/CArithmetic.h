// The loops in which nets spend their time, for the vectors of this machine.
//
// Method. A matrix product is cut as in BLIS (Van Zee and van de Geijn, 2015): the caller packs a block of the second
// matrix into panels as wide as a tile, a block that stays in the second-level cache; `multiply` goes through the
// rows of the first matrix six at a time, which stay in the first-level cache meanwhile, and adds up tiles of six rows
// by two vectors in registers. The first matrix is read as it lies: weights are used once a run, so packing them
// costs more than it saves.
//
// Each loop is written once, with the vectors of the compiler, and compiled for each kind of machine; a table has the
// addresses. Sums have one order on one kind of machine, whatever the number of threads. With AVX2 and on ARM a
// product and its addition are rounded once, with SSE2 twice.
//
// All counts are numbers of elements, not negative; the caller vouches for the memory.

#ifndef CARITHMETIC_H
#define CARITHMETIC_H

#include <stdbool.h>
#include <stddef.h>

// Constant tables: any thread may read them.
#define CARITHMETIC_SENDABLE __attribute__((swift_attr("@Sendable")))

// The loops for one number type on one kind of machine.
#define CARITHMETIC_LOOPS(NUMBER)                                                                                      \
  /* How many columns a panel has. */                                                                                  \
  ptrdiff_t width;                                                                                                     \
  /* target[i][j] (+)= shift[i] + sum over k of a[i*aRow + k*aColumn] * b[k][j] for a block of b.                      \
     `b` has panels of `width` columns, each `depth` rows, aligned to 64 bytes; the last one is filled up. With        \
     `accumulates` the sums are added to the target. `shift` may be null. */                                           \
  void (*multiply)(                                                                                                    \
      const NUMBER *a, ptrdiff_t aRow, ptrdiff_t aColumn, const NUMBER *b, ptrdiff_t depth, const NUMBER *shift,       \
      NUMBER *target, ptrdiff_t targetRow, ptrdiff_t rows, ptrdiff_t columns, bool accumulates);                       \
  /* Packs source[rowOffsets[k] + columnOffsets[j]] into panels, the last one filled up with zeros. */                 \
  void (*pack)(                                                                                                        \
      const NUMBER *source, const ptrdiff_t *rowOffsets, ptrdiff_t depth, const ptrdiff_t *columnOffsets,              \
      ptrdiff_t columns, NUMBER *panels);                                                                              \
  /* sum over i of a[i] * b[i] */                                                                                      \
  NUMBER (*dot)(const NUMBER *a, const NUMBER *b, ptrdiff_t count);                                                    \
  /* target[i] += factor * source[i] */                                                                                \
  void (*addMultiple)(NUMBER *target, const NUMBER *source, NUMBER factor, ptrdiff_t count);                           \
  /* target[i] = shift + sum over t of factors[t] * source[offsets[t] + i] */                                          \
  void (*weigh)(                                                                                                       \
      const NUMBER *source, const ptrdiff_t *offsets, const NUMBER *factors, ptrdiff_t taps, NUMBER shift,             \
      NUMBER *target, ptrdiff_t count);                                                                                \
  /* target[i] = the largest of least and source[offsets[t] + i]; NaN is passed over. */                               \
  void (*largest)(                                                                                                     \
      const NUMBER *source, const ptrdiff_t *offsets, ptrdiff_t taps, NUMBER least, NUMBER *target, ptrdiff_t count);  \
  /* target[i] = source[i] where that is above zero, else slope * source[i]; target may be source */                   \
  void (*rectify)(const NUMBER *source, NUMBER slope, NUMBER *target, ptrdiff_t count);                                \
  /* target[i] = factor * source[i] + shift, rounded twice; target may be source */                                    \
  void (*scale)(const NUMBER *source, NUMBER factor, NUMBER shift, NUMBER *target, ptrdiff_t count);                   \
  /* target[i] = (source[i] - mean) * factor * scale + shift, rounded after each step; target may be source */         \
  void (*normalise)(                                                                                                   \
      const NUMBER *source, NUMBER mean, NUMBER factor, NUMBER scale, NUMBER shift, NUMBER *target, ptrdiff_t count);  \
  /* sum over i of source[i], in double */                                                                             \
  double (*sum)(const NUMBER *source, ptrdiff_t count);                                                                \
  /* sum over i of (source[i] - centre)^2, in double */                                                                \
  double (*squares)(const NUMBER *source, double centre, ptrdiff_t count);                                             \
  /* The largest magnitude of a, the largest difference of a and b, and how many numbers are finite in one of them     \
     only; two NaN, and two infinities of one sign, are no difference and count as nothing. */                         \
  void (*compare)(                                                                                                     \
      const NUMBER *a, const NUMBER *b, ptrdiff_t count, double *largest, double *difference, ptrdiff_t *notFinite);   \
  /* sum over i of weights[i] * numbers[i], in double */                                                               \
  double (*dotWide)(const NUMBER *weights, const double *numbers, ptrdiff_t count);                                    \
  /* sums[i mod lanes] += weights[i] * numbers[i], in double; `lanes` is a multiple of 4. */                           \
  void (*addProducts)(                                                                                                 \
      const NUMBER *weights, const double *numbers, ptrdiff_t count, double *sums, ptrdiff_t lanes);

typedef struct CARITHMETIC_SENDABLE {
  CARITHMETIC_LOOPS(float)
} FloatLoops;

typedef struct CARITHMETIC_SENDABLE {
  CARITHMETIC_LOOPS(double)
} DoubleLoops;

// All loops for one kind of machine.
typedef struct CARITHMETIC_SENDABLE {
  const char *name;
  const FloatLoops *single;
  const DoubleLoops *wide;
} MachineLoops;

// The kinds that this machine can run, the best one first; null behind the last one.
const MachineLoops *caffoldLoops(ptrdiff_t place);

#endif
