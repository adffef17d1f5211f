/* df: space of file systems. (POSIX df; -h -i -T of GNU) */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <tool.h>

static const char help[] =
    "Usage: df [-ahkPT] [FILE]...\nShow the space of all file systems, or of those that hold the files.\n  -h  sizes as 1K 2M   -k, -P  in blocks of 1024 bytes (always)   -T  types   -a  also those without space\n";

#define TEXT 256
#define ROWS 64
struct row {
  char device[TEXT], place[TEXT], type[32];
  char size[24], used[24], free[24], percent[8];
};

static struct row rows[ROWS];
static int count, human, show_types, show_all;

/* The octal escapes of /proc/mounts. */
static void unescape(char *text) {
  char *to = text;
  for (; *text; text++) {
    if (text[0] == '\\' && text[1] && text[2] && text[3]) {
      *to++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
      text += 3;
    } else {
      *to++ = *text;
    }
  }
  *to = 0;
}

static void size_text(char text[24], unsigned long long blocks, unsigned long unit) {
  unsigned long long bytes = blocks * unit;
  if (human) human_size(bytes, text);
  else sprintf(text, "%llu", (bytes + 1023) / 1024);
}

/* One file system may be mounted in several places: only the first is listed, unless all are wanted. */
static int is_known(const char *place) {
  static dev_t known[ROWS];
  static int known_count;
  struct stat info;
  if (stat(place, &info)) return 0;
  for (int i = 0; i < known_count; i++)
    if (known[i] == info.st_dev) return 1;
  if (known_count < ROWS) known[known_count++] = info.st_dev;
  return 0;
}

static void add_row(const char *device, const char *place, const char *type, int wanted) {
  struct statvfs space;
  if (count == ROWS || statvfs(place, &space)) return;
  if (!show_all && !wanted && (space.f_blocks == 0 || is_known(place))) return;
  struct row *row = &rows[count++];
  strlcpy(row->device, device, TEXT);
  strlcpy(row->place, place, TEXT);
  strlcpy(row->type, type, sizeof row->type);
  unsigned long long used = space.f_blocks - space.f_bfree, reachable = used + space.f_bavail;
  size_text(row->size, space.f_blocks, space.f_frsize);
  size_text(row->used, used, space.f_frsize);
  size_text(row->free, space.f_bavail, space.f_frsize);
  if (reachable) sprintf(row->percent, "%u%%", (unsigned)((used * 100 + reachable - 1) / reachable));
  else strcpy(row->percent, "-");
}

/* The mount that holds a file is the last one with its device number. */
static int add_mounts(const char *path) {
  struct stat wanted, info;
  char device[TEXT], place[TEXT], type[32], best[3][TEXT];
  int found = 0;
  if (path && stat(path, &wanted)) {
    complain_errno("%s", quoted_if_needed(path));
    return 0;
  }
  FILE *table = fopen("/proc/mounts", "r");
  if (!table) die_errno(1, "cannot read table of mounted file systems");
  while (fscanf(table, "%255s %255s %31s %*s %*d %*d", device, place, type) == 3) {
    unescape(place);
    if (!path) {
      add_row(device, place, type, 0);
    } else if (stat(place, &info) == 0 && info.st_dev == wanted.st_dev) {
      strcpy(best[0], device);
      strcpy(best[1], place);
      strcpy(best[2], type);
      found = 1;
    }
  }
  fclose(table);
  if (found) add_row(best[0], best[1], best[2], 1);
  return !path || found;
}

static void widen(int *width, const char *text) {
  if (*width < (int)strlen(text)) *width = (int)strlen(text);
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"human-readable", 0, 0, 'h'}, {"print-type", 0, 0, 'T'}, {"all", 0, 0, 'a'}, {0}};
  static const struct command_line line = {"ahkPT", names, help, 1};
  int status = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) {
    human |= letter == 'h';
    show_types |= letter == 'T';
    show_all |= letter == 'a';
  }
  if (optind == argc) add_mounts(0);
  for (; optind < argc; optind++)
    if (!add_mounts(argv[optind])) status = 1;
  if (!count) {
    if (!status) complain("no file systems processed");
    return 1;
  }
  int device = 14, type = 4, size = human ? 5 : 9, used = 5, available = human ? 5 : 9;
  for (int i = 0; i < count; i++) {
    widen(&device, rows[i].device);
    widen(&type, rows[i].type);
    widen(&size, rows[i].size);
    widen(&used, rows[i].used);
    widen(&available, rows[i].free);
  }
  printf("%-*s ", device, "Filesystem");
  if (show_types) printf("%-*s ", type, "Type");
  printf("%*s %*s %*s Use%% Mounted on\n", size, human ? "Size" : "1K-blocks", used, "Used", available,
         human ? "Avail" : "Available");
  for (int i = 0; i < count; i++) {
    printf("%-*s ", device, rows[i].device);
    if (show_types) printf("%-*s ", type, rows[i].type);
    printf("%*s %*s %*s %4s %s\n", size, rows[i].size, used, rows[i].used, available, rows[i].free, rows[i].percent,
           rows[i].place);
  }
  return finish(status);
}
