// On which cores a thread runs. glibc declares these functions under _GNU_SOURCE only, which is not set where Swift
// reads its headers.

#include <pthread.h>
#include <sched.h>

int sched_getcpu(void);
int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *set);
int sched_setaffinity(pid_t thread, size_t size, const cpu_set_t *set);
int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *set);
