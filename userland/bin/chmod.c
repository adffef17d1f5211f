/* chmod: changes permissions. (POSIX chmod) */
#include <fcntl.h>
#include <getopt.h>
#include <place.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>

static const char help[] =
    "Usage: chmod [-Rcvf] MODE[,MODE]... FILE...\n"
    "Change permissions. A mode is octal or like u+rwx,go-w,a=rX.\n  -R  trees   -v  tell each   -c  tell changes   -f  no messages\n";

static int recursive, verbose, quiet, status;
static const char *mode_argument;
static mode_t mask;

/* @param name in the place's directory; its path leads there */
static void change(struct place *place, const char *name, int is_operand) {
  struct stat info;
  if (fstatat(place->directory, name, &info, is_operand ? 0 : AT_SYMLINK_NOFOLLOW)) {
    if (!quiet) complain_errno("cannot access %s", quoted(place->path));
    status = 1;
    return;
  }
  if (!is_operand && S_ISLNK(info.st_mode)) return;
  mode_t old = info.st_mode & 07777, mode = old;
  apply_mode(mode_argument, old, S_ISDIR(info.st_mode), mask, &mode);
  if (fchmodat(place->directory, name, mode, 0)) {
    if (!quiet) complain_errno("changing permissions of %s", quoted(place->path));
    status = 1;
    return;
  }
  char before[11], after[11];
  mode_text(old, before);
  mode_text(mode, after);
  if (verbose == 2 && mode == old) printf("mode of %s retained as %04o (%s)\n", quoted(place->path), mode, after + 1);
  else if (verbose && mode != old)
    printf("mode of %s changed from %04o (%s) to %04o (%s)\n", quoted(place->path), old, before + 1, mode, after + 1);
  struct name_list list;
  struct way_back back;
  if (!recursive || !S_ISDIR(info.st_mode)) return;
  if (!enter_directory(place, name, &info, is_operand, &list, &back)) {
    if (!quiet) complain_errno("cannot read directory %s", quoted(place->path));
    status = 1;
    return;
  }
  for (size_t i = 0; i < list.count; i++) {
    size_t length = look_at(place, list.names[i]);
    change(place, list.names[i], 0);
    look_back(place, length);
  }
  leave_directory(place, &back);
  free_names(&list);
}

static void change_operand(const char *operand) {
  struct place place;
  begin_walk(&place, operand);
  change(&place, operand, 1);
  end_walk(&place);
}

/* "-w" and "-rx" are modes, not options. */
static int is_mode(const char *argument) {
  return argument[0] == '-' && argument[1] && strchr("rwxXstugo", argument[1]) != 0;
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"recursive", 0, 0, 'R'}, {"verbose", 0, 0, 'v'}, {"changes", 0, 0, 'c'}, {"quiet", 0, 0, 'f'}, {0}};
  static const struct command_line line = {"Rvcf", names, help, 1};
  char **rest = argv;
  for (int i = 1, j = 1; i < argc; i++) {
    if (!mode_argument && is_mode(argv[i])) mode_argument = argv[i];
    else rest[j++] = argv[i];
    if (mode_argument && i == argc - 1) {
      argc = j;
      rest[j] = 0;
    }
  }
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'R': recursive = 1; break;
      case 'v': verbose = 2; break;
      case 'c': verbose = 1; break;
      default: quiet = 1;
    }
  if (!mode_argument && optind < argc) mode_argument = argv[optind++];
  if (!mode_argument) {
    complain("missing operand");
    usage_error(1);
  }
  if (optind == argc) {
    complain("missing operand after %s", quoted(mode_argument));
    usage_error(1);
  }
  mask = umask(0);
  umask(mask);
  mode_t ignored;
  if (!apply_mode(mode_argument, 0, 0, mask, &ignored)) {
    complain("invalid mode: %s", quoted(mode_argument));
    usage_error(1);
  }
  for (; optind < argc; optind++) change_operand(argv[optind]);
  return finish(status);
}
