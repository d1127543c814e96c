/* The floor: reads a file a mebibyte at a time, scales every float, writes it. What a fold has to do at least. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static float buffer[1 << 18];

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: copyloop INPUT OUTPUT\n"), 64;
  int input = open(argv[1], O_RDONLY);
  int output = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (input < 0 || output < 0) return perror("copyloop"), 2;
  for (;;) {
    ssize_t count = read(input, buffer, sizeof buffer);
    if (count < 0) return perror("read"), 2;
    if (count == 0) return 0;
    for (size_t i = 0; i < (size_t)count / sizeof *buffer; i++) buffer[i] *= 1.0001f;
    for (ssize_t written = 0; written < count;) {
      ssize_t n = write(output, (char *)buffer + written, (size_t)(count - written));
      if (n < 0) return perror("write"), 2;
      written += n;
    }
  }
}
