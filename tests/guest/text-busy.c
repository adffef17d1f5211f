/* ETXTBSY: programs that run cannot be written, files open for writing cannot be executed. */
#include "oracle.h"

#define PROGRAM "./program"

static void copy_self(const char *to) {
  static char buffer[65536];
  int from = open("/proc/self/exe", O_RDONLY), out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0755);
  long count;

  while ((count = read(from, buffer, sizeof buffer)) > 0) write(out, buffer, count);
  close(from);
  close(out);
}

static void write_script(const char *to, const char *text) {
  int out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0755);

  write(out, text, strlen(text));
  close(out);
}

static void run(const char *when, const char *path) {
  int status, child = fork();

  if (child == 0) {
    char *argv[] = {(char *)path, "run", NULL};

    execve(path, argv, environ);
    _exit(100 + errno);
  }
  waitpid(child, &status, 0);
  printf("%s: status %d\n", when, WEXITSTATUS(status));
  fflush(stdout);
}

static void while_it_runs(int child) {
  char name[40];
  int fd;

  OPENS(open(PROGRAM, O_WRONLY));
  OPENS(open(PROGRAM, O_RDWR));
  OPENS(open(PROGRAM, O_WRONLY | O_TRUNC));
  OPENS(open(PROGRAM, O_RDONLY | O_TRUNC));
  OPENS(open(PROGRAM, O_WRONLY | O_APPEND));
  OPENS(open(PROGRAM, O_CREAT | O_WRONLY, 0700));
  OPENS(open(PROGRAM, O_CREAT | O_EXCL | O_WRONLY, 0700));
  OPENS(open(PROGRAM, 3));
  OPENS(open(PROGRAM, O_RDONLY));
  RESULT(truncate(PROGRAM, 0));
  RESULT(chmod(PROGRAM, 0700));
  RESULT(access(PROGRAM, W_OK));
  RESULT(link("program", "other"));
  OPENS(open("other", O_WRONLY));
  fd = open(PROGRAM, O_RDONLY);
  RESULT(ftruncate(fd, 5));
  RESULT(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
  sprintf(name, "/proc/self/fd/%d", fd);
  OPENS(open(name, O_RDWR));
  sprintf(name, "/proc/%d/exe", child);
  OPENS(open(name, O_WRONLY));
  close(fd);
  RESULT(rename("program", "moved"));
  OPENS(open("moved", O_WRONLY));
  RESULT(unlink("moved"));
  OPENS(open("other", O_WRONLY));
}

static void while_it_is_written(void) {
  int fd = open("other", O_WRONLY), second;
  char *memory;

  run("open for writing", "./other");
  second = dup(fd);
  close(fd);
  run("a second descriptor", "./other");
  close(second);
  run("closed", "./other");
  fd = open("other", O_RDONLY);
  run("open for reading", "./other");
  close(fd);
  for (int shared = 0; shared < 2; shared++) {
    fd = open("other", O_RDWR);
    memory = mmap(NULL, 8192, PROT_READ, shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);
    close(fd);
    run("mapped", "./other");
    if (fork() == 0) {
      munmap(memory, 8192);
      run("mapped by the parent", "./other");
      _exit(0);
    }
    wait(NULL);
    munmap(memory, 4096);
    run("half mapped", "./other");
    munmap(memory + 4096, 4096);
    run("unmapped", "./other");
  }
  write_script("script", "#!./other\n");
  run("script", "./script");
  fd = open("script", O_WRONLY);
  run("script open", "./script");
  close(fd);
  fd = open("other", O_WRONLY);
  run("interpreter open", "./script");
  close(fd);
}

int main(int argc, char **argv) {
  int orders[2], ready[2], child;
  char byte;

  if (argc > 1 && strcmp(argv[1], "wait") == 0) {
    write(atoi(argv[3]), "r", 1);
    read(atoi(argv[2]), &byte, 1);
    return 0;
  }
  if (argc > 1) return 5;
  copy_self("program");
  pipe(orders);
  pipe(ready);
  child = fork();
  if (child == 0) {
    char in[12], out[12];
    char *args[] = {"program", "wait", in, out, NULL};

    close(orders[1]);
    sprintf(in, "%d", orders[0]);
    sprintf(out, "%d", ready[1]);
    execve(PROGRAM, args, environ);
    _exit(1);
  }
  read(ready[0], &byte, 1);
  while_it_runs(child);
  close(orders[1]);
  waitpid(child, NULL, 0);
  OPENS(open("other", O_WRONLY));
  while_it_is_written();
  return 0;
}
