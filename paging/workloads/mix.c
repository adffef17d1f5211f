/* Several processes at once, each with its share of the pages: a scan, Zipf's law, a moving working set, by turns. Shows
 * what local and global replacement do to processes that disturb each other. */
#include <sys/wait.h>
#include <unistd.h>
#include "zipf.h"

int main(int argc, char **argv) {
  (void)argc;
  uint32_t processes = parameter(argv, "processes", 1), pages = parameter(argv, "pages", 1), references = parameter(argv, "references", 1);
  uint32_t writes = parameter(argv, "writes", 0), seed = parameter(argv, "seed", 0);
  double skew = decimalParameter(argv, "skew");
  uint32_t share = pages / processes;
  if (share == 0) fail(argv[0], "more processes than pages", "");
  for (uint32_t process = 0; process < processes; process++) {
    pid_t child = fork();
    if (child < 0) fail(argv[0], "no process", "");
    if (child > 0) continue;
    struct accesses accesses = accessesTo(arena(argv[0], share), writes, seed + process);
    if (process % 3 == 0) {
      for (uint32_t done = 0; done < references; done++) touch(&accesses, done % share);
    } else if (process % 3 == 1) {
      zipf(&accesses, argv[0], share, skew, references);
    } else {
      uint32_t window = share / 4 ? share / 4 : 1;
      move(&accesses, share, window, window, references / 8 ? references / 8 : 1, references);
    }
    printf("%u ", (unsigned)process);
    return finish(&accesses);
  }
  int status, failed = 0;
  while (wait(&status) > 0) failed |= status;
  return failed != 0;
}
