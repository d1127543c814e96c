// The matrix product of Sources/CArithmetic beside OpenBLAS's, on the products of ResNet-50: medians of runs in turn,
// packing included, as a table. With one thread, or with as many as the argument says: columns are shared.
//
//   apt-get install libopenblas-dev
//   clang -O2 -I Sources/CArithmetic/include Benchmarks/sgemm.c Sources/CArithmetic/*.c -lopenblas -lpthread -o sgemm
//   OPENBLAS_NUM_THREADS=1 ./sgemm 1

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "CArithmetic.h"

void cblas_sgemm(
    int order, int transA, int transB, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
    float beta, float *c, int ldc);

enum { BLOCK = 256, STRIP = 256, ROUNDS = 25, MOST_THREADS = 64 };

typedef struct {
  const float *a, *b;
  float *c;
  ptrdiff_t rows, depth, columns, first, last;
} Part;

// As `MatrixProduct.swift` cuts it.
static void *run(void *argument) {
  const Part *part = argument;
  const FloatLoops *loops = caffoldLoops(0)->single;
  float *block = aligned_alloc(64, sizeof(float) * BLOCK * STRIP);
  ptrdiff_t offsets[BLOCK], places[STRIP];
  for (ptrdiff_t k = 0; k < BLOCK; ++k) offsets[k] = k * part->columns;
  for (ptrdiff_t j = 0; j < STRIP; ++j) places[j] = j;
  for (ptrdiff_t column = part->first; column < part->last; column += STRIP) {
    const ptrdiff_t width = part->last - column < STRIP ? part->last - column : STRIP;
    for (ptrdiff_t k = 0; k < part->depth; k += BLOCK) {
      const ptrdiff_t depth = part->depth - k < BLOCK ? part->depth - k : BLOCK;
      loops->pack(part->b + k * part->columns + column, offsets, depth, places, width, block);
      loops->multiply(
          part->a + k, part->depth, 1, block, depth, NULL, part->c + column, part->columns, part->rows, width, k > 0);
    }
  }
  free(block);
  return NULL;
}

static void product(Part whole, int threads) {
  const ptrdiff_t panel = caffoldLoops(0)->single->width;
  const ptrdiff_t panels = (whole.columns + panel - 1) / panel;
  Part parts[MOST_THREADS];
  pthread_t others[MOST_THREADS];
  for (int index = 0; index < threads; ++index) {
    parts[index] = whole;
    parts[index].first = panels * index / threads * panel;
    parts[index].last = panels * (index + 1) / threads * panel;
    if (parts[index].last > whole.columns) parts[index].last = whole.columns;
    if (index > 0) pthread_create(&others[index], NULL, run, &parts[index]);
  }
  run(&parts[0]);
  for (int index = 1; index < threads; ++index) pthread_join(others[index], NULL);
}

// With one thread its own time, which hardly depends on what else the machine does.
static double now(int threads) {
  struct timespec time;
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static int order(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static float *numbers(ptrdiff_t count) {
  float *values = malloc(sizeof(float) * count);
  for (ptrdiff_t index = 0; index < count; ++index) values[index] = (float)(rand() % 17 - 8);
  return values;
}

int main(int count, char **arguments) {
  static const int shapes[][3] = {
      {64, 147, 12544}, {64, 64, 3136},   {64, 576, 3136},   {256, 64, 3136},  {64, 256, 3136},  {128, 1152, 784},
      {512, 128, 784},  {256, 2304, 196}, {1024, 256, 196}, {512, 4608, 49}, {2048, 512, 49}, {512, 2048, 49},
  };
  const int threads = count > 1 ? atoi(arguments[1]) : 1;
  if (threads < 1 || threads > MOST_THREADS) return 64;
  double total = 0, totalOfOther = 0;
  for (size_t shape = 0; shape < sizeof(shapes) / sizeof(*shapes); ++shape) {
    const int rows = shapes[shape][0], depth = shapes[shape][1], columns = shapes[shape][2];
    float *a = numbers((ptrdiff_t)rows * depth), *b = numbers((ptrdiff_t)depth * columns);
    float *c = numbers((ptrdiff_t)rows * columns), *other = numbers((ptrdiff_t)rows * columns);
    const Part whole = {a, b, c, rows, depth, columns, 0, columns};
    double own[ROUNDS], others[ROUNDS];
    for (int round = 0; round < ROUNDS; ++round) {
      double start = now(threads);
      product(whole, threads);
      own[round] = now(threads) - start;
      start = now(threads);
      cblas_sgemm(101, 111, 111, rows, columns, depth, 1, a, depth, b, columns, 0, other, columns);
      others[round] = now(threads) - start;
    }
    // Whole numbers: the sums are exact.
    for (ptrdiff_t index = 0; index < (ptrdiff_t)rows * columns; ++index) {
      if (c[index] != other[index]) return 1;
    }
    qsort(own, ROUNDS, sizeof(double), order);
    qsort(others, ROUNDS, sizeof(double), order);
    const double mine = own[ROUNDS / 2], theirs = others[ROUNDS / 2], work = 2e-9 * rows * depth * columns;
    total += mine;
    totalOfOther += theirs;
    printf("| %d×%d · %d×%d | %.1f | %.1f | %.0f %% |\n", rows, depth, depth, columns, work / mine, work / theirs,
           100 * theirs / mine);
    free(a), free(b), free(c), free(other);
  }
  printf("| all | | | %.0f %% |\n", 100 * totalOfOther / total);
}
