/* mount: shows what is mounted. Mounting is the host's: its --mount option. */
#include <stdio.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: mount\nShow the mounted file systems. They are mounted by the host, with its --mount option.\n";

int main(int argc, char **argv) {
  char device[256], place[256], type[64], options[256];
  if (no_options(argc, argv, help) < argc) die(1, "file systems are mounted by the host (--mount)");
  FILE *table = fopen("/proc/mounts", "r");
  if (!table) die_errno(1, "/proc/mounts");
  while (fscanf(table, "%255s %255s %63s %255s %*d %*d", device, place, type, options) == 4)
    printf("%s on %s type %s (%s)\n", device, place, type, options);
  return finish(0);
}
