/* chroot DIRECTORY PROGRAM ARGUMENT…: runs a program in another root. */
#include <stdio.h>
#include <unistd.h>

#define SYS_CHROOT 61

int main(int argc, char **argv) {
  if (argc < 3 || syscall(SYS_CHROOT, argv[1]) || chdir("/")) return 1;
  execve(argv[2], argv + 2, environ);
  perror(argv[2]);
  return 1;
}
