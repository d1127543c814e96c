// What Swift's module of glibc lacks: on which cores a thread runs, which glibc declares under _GNU_SOURCE only, and how
// memory is allocated.

#include <malloc.h>
#include <pthread.h>
#include <sched.h>

int sched_getcpu(void);
int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *set);
int sched_setaffinity(pid_t thread, size_t size, const cpu_set_t *set);
int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *set);
