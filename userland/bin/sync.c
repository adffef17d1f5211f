/* sync: writes what is only in memory to disks. (POSIX sync) */
#include <tool.h>
#include <unistd.h>

int main(int argc, char **argv) {
  no_options(argc, argv, "Usage: sync\nWrite what is only in memory to disks.\n");
  sync();
  return 0;
}
