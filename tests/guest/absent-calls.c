/* Asks for calls that are absent, as programs do that probe: clone3 twice, mincore, and a number that names nothing. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  int results[] = {(int)syscall(435, 0, 0), (int)syscall(435, 0, 0), (int)syscall(218, 0, 0, 0), (int)syscall(999)};
  printf("%d %d %d %d %d\n", results[0], results[1], results[2], results[3], errno == ENOSYS);
  return 0;
}
