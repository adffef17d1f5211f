/* ls: names and attributes of files. (POSIX ls; layout as GNU's in the C locale) */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <place.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: ls [-1AaCcdFfghHiLlmnopqRrSstuUx] [FILE]...\nList files, and what is in directories.\n"
    "  -a  also those with a dot   -A  but not . and ..   -d  directories themselves   -R  trees\n"
    "  -l  attributes   -n  with numbers of owners   -g, -o  without owner, group   -h  sizes as 1K 2M   -i  inode numbers   -s  blocks\n"
    "  -F  marks for types   -p  for directories   -q  ? for unprintable bytes   -L  what links name\n"
    "  -t  by time   -S  by size   -U, -f  unsorted   -r  backward   -u, -c  time of access, of change\n"
    "  -1  one per line   -C  in columns   -x  across   -m  with commas\n";

struct file {
  char *name;
  /* Text of a symbolic link, or null. */
  char *target;
  /* Of `unknown` when only names are shown. */
  const struct stat *info;
  /* Mode of what the link names; 0 if it names nothing. */
  mode_t target_mode;
};
static const struct stat unknown;
struct list {
  struct file *files;
  size_t count;
};

enum layout { UNDECIDED, SINGLE, COLUMNS, ACROSS, COMMAS, LONG };
enum order { BY_NAME, BY_TIME, BY_SIZE, UNSORTED };
static enum layout layout;
static enum order order;
static int show_all, show_almost_all, as_is, recursive, reverse, show_inode, show_blocks, numeric, human, follow,
    follow_operands = -1;
static int no_owner, no_group, hide_controls, time_field = 'm', status;
static char marks;
static time_t now;

static void fail(int severity, const char *what, const char *path) {
  complain_errno("%s %s", what, quoted(path));
  if (status < severity) status = severity;
}

static const struct timespec *time_of(const struct file *file) {
  return time_field == 'u' ? &file->info->st_atim : time_field == 'c' ? &file->info->st_ctim : &file->info->st_mtim;
}

static int compare(const void *left, const void *right) {
  const struct file *a = left, *b = right;
  int result = 0;
  if (order == BY_TIME) {
    const struct timespec *x = time_of(a), *y = time_of(b);
    result = x->tv_sec != y->tv_sec     ? (x->tv_sec < y->tv_sec ? 1 : -1)
             : x->tv_nsec != y->tv_nsec ? (x->tv_nsec < y->tv_nsec ? 1 : -1)
                                        : 0;
  } else if (order == BY_SIZE && a->info->st_size != b->info->st_size) {
    result = a->info->st_size < b->info->st_size ? 1 : -1;
  }
  if (!result) result = strcmp(a->name, b->name);
  return reverse ? -result : result;
}

static void sort(struct list *list) {
  if (order != UNSORTED) qsort(list->files, list->count, sizeof *list->files, compare);
}

/* Whether more than the name (which readdir tells) is needed. */
static int needs_attributes(void) {
  return layout == LONG || marks || show_inode || show_blocks || order == BY_TIME || order == BY_SIZE || recursive;
}

static void read_link(struct file *file, const struct place *place) {
  char text[PATH_MAX];
  ssize_t length = readlinkat(place->directory, file->name, text, sizeof text - 1);
  if (length < 0) {
    fail(1, "cannot read symbolic link", place->path);
    return;
  }
  text[length] = 0;
  file->target = must_strdup(text);
  struct stat info;
  if (fstatat(place->directory, file->name, &info, 0) == 0) file->target_mode = info.st_mode;
}

static int read_attributes(struct file *file, const struct place *place, int is_operand) {
  struct stat info;
  int through = follow || (is_operand && follow_operands);
  int failed = fstatat(place->directory, file->name, &info, through ? 0 : AT_SYMLINK_NOFOLLOW);
  /* A link to nothing is shown as a link. */
  if (failed && through && !follow) failed = fstatat(place->directory, file->name, &info, AT_SYMLINK_NOFOLLOW);
  if (failed) {
    fail(is_operand ? 2 : 1, "cannot access", place->path);
    return 0;
  }
  if (S_ISLNK(info.st_mode) && (layout == LONG || marks)) read_link(file, place);
  struct stat *kept = must_malloc(sizeof *kept);
  *kept = info;
  file->info = kept;
  return 1;
}

/* Adds a file of the place's directory to the list, which owns the name. */
static void add(struct list *list, char *name, struct place *place, int is_operand) {
  struct file file = {.name = name, .info = &unknown};
  if (is_operand || needs_attributes()) {
    size_t length = place->length;
    if (!is_operand) look_at(place, name);
    int known = read_attributes(&file, place, is_operand);
    look_back(place, length);
    if (!known) {
      free(name);
      return;
    }
  }
  if ((list->count & (list->count - 1)) == 0)
    list->files = must_realloc(list->files, (list->count ? list->count * 2 : 16) * sizeof file);
  list->files[list->count++] = file;
}

static void free_list(struct list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->files[i].name);
    free(list->files[i].target);
    if (list->files[i].info != &unknown) free((void *)list->files[i].info);
  }
  free(list->files);
  *list = (struct list){0};
}

static const char *mark_of(mode_t mode) {
  if (S_ISDIR(mode)) return "/";
  if (marks != 'F') return "";
  if (S_ISLNK(mode)) return "@";
  if (S_ISFIFO(mode)) return "|";
  if (S_ISSOCK(mode)) return "=";
  return S_ISREG(mode) && mode & 0111 ? "*" : "";
}

/* On a terminal control bytes are shown as question marks. */
static const char *shown_name(const char *name) {
  static char *text;
  if (!hide_controls) return name;
  free(text);
  text = must_strdup(name);
  for (char *p = text; *p; p++)
    if ((unsigned char)*p < 32 || (unsigned char)*p >= 127) *p = '?';
  return text;
}

static unsigned long long blocks_of(const struct file *file) {
  return ((unsigned long long)file->info->st_blocks + 1) / 2;
}

static void size_text(unsigned long long bytes, char text[24]) {
  if (human) human_size(bytes, text);
  else sprintf(text, "%llu", bytes);
}

/* Widths of the columns that all lines of a listing share. */
struct widths {
  int inode, blocks, links, owner, group, size, major, minor;
};

static void widen(int *width, int length) {
  if (*width < length) *width = length;
}

/* Name of a user or group, or the number; looked up once for each. */
static const char *account_name(unsigned id, int is_group) {
  static struct account {
    unsigned id;
    int is_group;
    char *name;
    struct account *next;
  } *known;
  for (struct account *each = known; each; each = each->next)
    if (each->id == id && each->is_group == is_group) return each->name;
  const char *name = 0;
  if (!numeric && is_group) {
    struct group *group = getgrgid(id);
    name = group ? group->gr_name : 0;
  } else if (!numeric) {
    struct passwd *user = getpwuid(id);
    name = user ? user->pw_name : 0;
  }
  struct account *new = must_malloc(sizeof *new);
  *new = (struct account){id, is_group, name ? must_strdup(name) : must_format("%u", id), known};
  known = new;
  return new->name;
}

static int is_device(const struct file *file) {
  return S_ISCHR(file->info->st_mode) || S_ISBLK(file->info->st_mode);
}

static struct widths measure(const struct list *list) {
  struct widths widths = {0};
  char text[24];
  for (size_t i = 0; i < list->count; i++) {
    const struct file *file = &list->files[i];
    if (show_inode) widen(&widths.inode, sprintf(text, "%llu", file->info->st_ino));
    if (show_blocks) {
      size_text(human ? blocks_of(file) * 1024 : blocks_of(file), text);
      widen(&widths.blocks, (int)strlen(text));
    }
    if (layout != LONG) continue;
    widen(&widths.links, sprintf(text, "%u", file->info->st_nlink));
    if (!no_owner) widen(&widths.owner, (int)strlen(account_name(file->info->st_uid, 0)));
    if (!no_group) widen(&widths.group, (int)strlen(account_name(file->info->st_gid, 1)));
    if (is_device(file)) {
      widen(&widths.major, sprintf(text, "%u", major(file->info->st_rdev)));
      widen(&widths.minor, sprintf(text, "%u", minor(file->info->st_rdev)));
      widen(&widths.size, widths.major + 2 + widths.minor);
    } else {
      size_text((unsigned long long)file->info->st_size, text);
      widen(&widths.size, (int)strlen(text));
    }
  }
  return widths;
}

/* Columns that -i and -s put before a name; their length. */
static int print_prefix(const struct file *file, const struct widths *widths, int aligned) {
  int length = 0;
  char text[24];
  if (show_inode) length += printf("%*llu ", aligned ? widths->inode : 0, file->info->st_ino);
  if (show_blocks) {
    size_text(human ? blocks_of(file) * 1024 : blocks_of(file), text);
    length += printf("%*s ", aligned ? widths->blocks : 0, text);
  }
  return length;
}

static void print_name(const struct file *file) {
  fputs(shown_name(file->name), stdout);
  if (marks && !(layout == LONG && file->target)) fputs(mark_of(file->info->st_mode), stdout);
}

static int name_length(const struct file *file) {
  return (int)strlen(file->name) + (marks ? (int)strlen(mark_of(file->info->st_mode)) : 0);
}

static void print_time(const struct file *file) {
  const struct timespec *time = time_of(file);
  char text[40];
  /* What is older than half a year, or from the future, is shown with its year. */
  int recent = time->tv_sec <= now && time->tv_sec > now - 31556952 / 2;
  strftime(text, sizeof text, recent ? "%b %e %H:%M" : "%b %e  %Y", localtime(&time->tv_sec));
  printf("%s ", text);
}

static void print_long(const struct file *file, const struct widths *widths) {
  char text[24], mode[11];
  mode_text(file->info->st_mode, mode);
  print_prefix(file, widths, 1);
  printf("%s %*u ", mode, widths->links, file->info->st_nlink);
  if (!no_owner) printf("%-*s ", widths->owner, account_name(file->info->st_uid, 0));
  if (!no_group) printf("%-*s ", widths->group, account_name(file->info->st_gid, 1));
  if (is_device(file)) {
    int gap = widths->size - (widths->major + 2 + widths->minor);
    printf("%*u, %*u ", widths->major + (gap > 0 ? gap : 0), major(file->info->st_rdev), widths->minor,
           minor(file->info->st_rdev));
  } else {
    size_text((unsigned long long)file->info->st_size, text);
    printf("%*s ", widths->size, text);
  }
  print_time(file);
  print_name(file);
  if (file->target) {
    printf(" -> %s", shown_name(file->target));
    if (marks && file->target_mode) fputs(mark_of(file->target_mode), stdout);
  }
  putchar('\n');
}

/* Moves from column to column with tabs where these reach, as GNU does. */
static void indent(int from, int to) {
  while (from < to) {
    if (to / 8 > (from + 1) / 8) {
      putchar('\t');
      from += 8 - from % 8;
    } else {
      putchar(' ');
      from++;
    }
  }
}

static int cell_length(const struct file *file, const struct widths *widths) {
  return name_length(file) + (show_inode ? widths->inode + 1 : 0) + (show_blocks ? widths->blocks + 1 : 0);
}

/* Greatest number of columns that fit; their widths are stored. */
static size_t arrange(const struct list *list, const struct widths *widths, int *columns) {
  int width = terminal_width(STDOUT_FILENO);
  size_t most = (size_t)width / 3;
  if (most < 1) most = 1;
  if (most > list->count) most = list->count;
  for (size_t count = most; count > 1; count--) {
    size_t rows = (list->count + count - 1) / count;
    int total = 0;
    memset(columns, 0, count * sizeof *columns);
    for (size_t i = 0; i < list->count; i++) {
      size_t column = layout == ACROSS ? i % count : i / rows;
      int length = cell_length(&list->files[i], widths) + (column == count - 1 ? 0 : 2);
      if (length > columns[column]) {
        total += length - columns[column];
        columns[column] = length;
      }
    }
    if (total < width) return count;
  }
  return 1;
}

static void print_columns(const struct list *list, const struct widths *widths) {
  if (!list->count) return;
  int *columns = must_malloc((list->count + 1) * sizeof *columns);
  size_t count = arrange(list, widths, columns), rows = (list->count + count - 1) / count;
  for (size_t row = 0; row < rows; row++) {
    int at = 0, next = 0;
    for (size_t column = 0; column < count; column++) {
      size_t i = layout == ACROSS ? row * count + column : column * rows + row;
      if (i >= list->count) break;
      indent(at, next);
      print_prefix(&list->files[i], widths, 1);
      print_name(&list->files[i]);
      at = next + cell_length(&list->files[i], widths);
      next += columns[column];
    }
    putchar('\n');
  }
  free(columns);
}

static void print_commas(const struct list *list, const struct widths *widths) {
  int width = terminal_width(STDOUT_FILENO), at = 0;
  for (size_t i = 0; i < list->count; i++) {
    int length = cell_length(&list->files[i], widths);
    if (i > 0) {
      int fits = at + 2 + length < width;
      fputs(fits ? ", " : ",\n", stdout);
      at = fits ? at + 2 : 0;
    }
    print_prefix(&list->files[i], widths, 0);
    print_name(&list->files[i]);
    at += length;
  }
  if (list->count) putchar('\n');
}

static void print_list(const struct list *list) {
  struct widths widths = measure(list);
  if (layout == COLUMNS || layout == ACROSS) {
    print_columns(list, &widths);
    return;
  }
  if (layout == COMMAS) {
    print_commas(list, &widths);
    return;
  }
  for (size_t i = 0; i < list->count; i++) {
    if (layout == LONG) {
      print_long(&list->files[i], &widths);
    } else {
      print_prefix(&list->files[i], &widths, 1);
      print_name(&list->files[i]);
      putchar('\n');
    }
  }
}

static void list_one(struct place *place, const char *name, const struct stat *info, int titled);

static int is_dots(const char *name) {
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Directories that are being listed, from the outermost: a link may lead back into one. */
static struct entered {
  dev_t device;
  ino_t inode;
  struct entered *outer;
} *entered;

static void list_inner(const struct list *list, struct place *place) {
  for (size_t i = 0; i < list->count; i++) {
    const struct file *file = &list->files[i];
    if (!S_ISDIR(file->info->st_mode) || is_dots(file->name)) continue;
    size_t length = look_at(place, file->name);
    list_one(place, file->name, file->info, 1);
    look_back(place, length);
  }
}

/* Lists the place's directory, which has these names. */
static void list_names(struct name_list *names, struct place *place, int titled) {
  static int listed_before;
  struct list list = {0};
  if (show_all) {
    add(&list, must_strdup("."), place, 0);
    add(&list, must_strdup(".."), place, 0);
  }
  for (size_t i = 0; i < names->count; i++) {
    if (names->names[i][0] == '.' && !show_all && !show_almost_all) free(names->names[i]);
    else add(&list, names->names[i], place, 0);
  }
  free(names->names);
  sort(&list);
  if (titled) printf("%s%s:\n", listed_before ? "\n" : "", place->path);
  listed_before = 1;
  if (layout == LONG || show_blocks) {
    unsigned long long blocks = 0;
    char text[24];
    for (size_t i = 0; i < list.count; i++) blocks += (unsigned long long)list.files[i].info->st_blocks;
    size_text(human ? blocks * 512 : blocks / 2, text);
    printf("total %s\n", text);
  }
  print_list(&list);
  if (recursive) list_inner(&list, place);
  free_list(&list);
}

/* Lists a directory. @param name in the place's directory; its path leads there */
static void list_one(struct place *place, const char *name, const struct stat *info, int titled) {
  struct name_list names;
  struct way_back back;
  if (recursive)
    for (struct entered *each = entered; each; each = each->outer) {
      if (each->device != info->st_dev || each->inode != info->st_ino) continue;
      complain("%s: not listing already-listed directory", quoted_if_needed(place->path));
      if (status < 2) status = 2;
      return;
    }
  if (!enter_directory(place, name, info, 1, &names, &back)) {
    fail(titled && recursive ? 1 : 2, "cannot open directory", place->path);
    return;
  }
  struct entered here = {info->st_dev, info->st_ino, entered};
  entered = &here;
  list_names(&names, place, titled);
  entered = here.outer;
  leave_directory(place, &back);
}

static void set_option(int letter) {
  switch (letter) {
    case '1': layout = layout == LONG ? LONG : SINGLE; break;
    case 'a': show_all = 1; break;
    case 'A': show_almost_all = 1; break;
    case 'C': layout = COLUMNS; break;
    case 'c':
    case 'u': time_field = letter; break;
    case 'd': as_is = 1; break;
    case 'F':
    case 'p': marks = (char)letter; break;
    case 'f':
      show_all = 1;
      order = UNSORTED;
      break;
    case 'g':
      no_owner = 1;
      layout = LONG;
      break;
    case 'o':
      no_group = 1;
      layout = LONG;
      break;
    case 'h': human = 1; break;
    case 'H': follow_operands = 1; break;
    case 'i': show_inode = 1; break;
    case 'L': follow = 1; break;
    case 'l': layout = LONG; break;
    case 'm': layout = COMMAS; break;
    case 'n':
      numeric = 1;
      layout = LONG;
      break;
    case 'q': hide_controls = 1; break;
    case 'R': recursive = 1; break;
    case 'r': reverse = 1; break;
    case 'S': order = BY_SIZE; break;
    case 's': show_blocks = 1; break;
    case 't': order = BY_TIME; break;
    case 'U': order = UNSORTED; break;
    case 'x': layout = ACROSS; break;
  }
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"all", 0, 0, 'a'},
                                        {"almost-all", 0, 0, 'A'},
                                        {"directory", 0, 0, 'd'},
                                        {"classify", 0, 0, 'F'},
                                        {"human-readable", 0, 0, 'h'},
                                        {"inode", 0, 0, 'i'},
                                        {"recursive", 0, 0, 'R'},
                                        {"reverse", 0, 0, 'r'},
                                        {"size", 0, 0, 's'},
                                        {"numeric-uid-gid", 0, 0, 'n'},
                                        {"color", 2, 0, 'K'},
                                        {0}};
  static const struct command_line line = {"1AaCcdFfghHiLlmnopqRrSstuUx", names, help, 2};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) set_option(letter);
  int terminal = isatty(STDOUT_FILENO);
  if (layout == UNDECIDED) layout = terminal ? COLUMNS : SINGLE;
  if (terminal) hide_controls = 1;
  /* With -u and -c the time is also what is sorted by, unless the times are shown. */
  if (time_field != 'm' && layout != LONG && order == BY_NAME) order = BY_TIME;
  if (follow_operands < 0) follow_operands = !as_is && layout != LONG && marks != 'F';
  time(&now);
  struct list files = {0}, directories = {0};
  static char *here[] = {".", 0};
  char **operands = optind < argc ? argv + optind : here;
  for (char **name = operands; *name; name++) {
    struct list *list = &files;
    struct stat info;
    int known = (follow_operands || follow ? stat(*name, &info) : lstat(*name, &info)) == 0;
    if (!as_is && known && S_ISDIR(info.st_mode)) list = &directories;
    struct place place;
    begin_walk(&place, *name);
    add(list, must_strdup(*name), &place, 1);
    end_walk(&place);
  }
  sort(&files);
  sort(&directories);
  print_list(&files);
  int titled = recursive || argc - optind > 1;
  if (files.count && directories.count) putchar('\n');
  for (size_t i = 0; i < directories.count; i++) {
    const struct file *directory = &directories.files[i];
    struct place place;
    begin_walk(&place, directory->name);
    list_one(&place, directory->name, directory->info, titled);
    end_walk(&place);
  }
  return finish_with(status, 2);
}
