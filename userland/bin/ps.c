/* ps: the processes, from /proc. (POSIX ps, and the options a u x of BSD) */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: ps [-Aef] [-p PID[,PID]...] [-u USER] [aux] [-o FIELD[,FIELD]...]\nShow processes: those of this terminal, or all (-A, -e, ax).\n"
    "  -f, -l, u  more about each   -o  pid ppid pgid sid uid user tty stat s time vsz rss nice pri args comm command start\n";

struct process {
  int pid, ppid, group, session, nice, priority, uid;
  unsigned tty;
  char state;
  char name[64];
  char arguments[512];
  unsigned long long ticks, start, virtual_bytes;
  long resident_pages;
  int foreground;
};

static struct process *processes;
static size_t process_count;
static long long boot_time;

static int read_text(const char *path, char *to, size_t size) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  size_t length = 0;
  for (ssize_t got; length < size - 1 && (got = read(fd, to + length, size - 1 - length)) > 0;) length += (size_t)got;
  close(fd);
  to[length] = 0;
  return (int)length;
}

/* The name in parentheses may hold spaces and parentheses: the fields begin after the last one. */
static int read_process(int pid, struct process *process) {
  char path[64], text[1024];
  struct stat info;
  *process = (struct process){.pid = pid};
  sprintf(path, "/proc/%d/stat", pid);
  if (read_text(path, text, sizeof text) <= 0) return 0;
  char *open = strchr(text, '('), *close = strrchr(text, ')');
  if (!open || !close) return 0;
  *close = 0;
  strlcpy(process->name, open + 1, sizeof process->name);
  unsigned long long user = 0, system = 0;
  int got = sscanf(close + 2, "%c %d %d %d %u %d %*u %*u %*u %*u %*u %llu %llu %*d %*d %d %d %*d %*d %llu %llu %ld",
                   &process->state, &process->ppid, &process->group, &process->session, &process->tty,
                   &process->foreground, &user, &system, &process->priority, &process->nice, &process->start,
                   &process->virtual_bytes, &process->resident_pages);
  if (got < 4) return 0;
  process->ticks = user + system;
  sprintf(path, "/proc/%d", pid);
  if (stat(path, &info) == 0) process->uid = (int)info.st_uid;
  sprintf(path, "/proc/%d/cmdline", pid);
  int length = read_text(path, process->arguments, sizeof process->arguments);
  for (int i = 0; i < length; i++)
    if ((unsigned char)process->arguments[i] < 32) process->arguments[i] = ' ';
  while (length > 0 && process->arguments[length - 1] == ' ') process->arguments[--length] = 0;
  /* A process without arguments (of the kernel, or a zombie) is shown by its name. */
  if (length <= 0)
    snprintf(process->arguments, sizeof process->arguments, process->state == 'Z' ? "[%s] <defunct>" : "[%s]",
             process->name);
  return 1;
}

static int compare(const void *a, const void *b) {
  return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

static void read_all(void) {
  DIR *directory = opendir("/proc");
  if (!directory) die_errno(1, "cannot read /proc");
  for (struct dirent *entry; (entry = readdir(directory));) {
    struct process process;
    if (!isdigit((unsigned char)entry->d_name[0]) || !read_process(atoi(entry->d_name), &process)) continue;
    if (process_count % 32 == 0) processes = must_realloc(processes, (process_count + 32) * sizeof process);
    processes[process_count++] = process;
  }
  closedir(directory);
  qsort(processes, process_count, sizeof *processes, compare);
  /* Start times are counted from the start of the system. */
  char text[128];
  if (read_text("/proc/uptime", text, sizeof text) > 0) boot_time = time(0) - (long long)strtod(text, 0);
}

static void tty_text(unsigned device, char *text) {
  unsigned number = minor(device);
  if (!device) strcpy(text, "?");
  else if (major(device) >= 136 && major(device) < 144) sprintf(text, "pts/%u", number + (major(device) - 136) * 256);
  else if (major(device) == 4) sprintf(text, number < 64 ? "tty%u" : "ttyS%u", number < 64 ? number : number - 64);
  else if (major(device) == 5 && number == 1) strcpy(text, "console");
  else sprintf(text, "%u,%u", major(device), number);
}

static const char *user_text(int uid, char *text) {
  struct passwd *user = getpwuid((uid_t)uid);
  if (!user) sprintf(text, "%d", uid);
  return user ? user->pw_name : text;
}

/* The time of a start: the hour today, else the day. */
static void start_text(const struct process *process, char *text) {
  time_t start = boot_time + (long long)(process->start / 100), now = time(0);
  struct tm then = *localtime(&start), today = *localtime(&now);
  int is_today = then.tm_yday == today.tm_yday && then.tm_year == today.tm_year;
  strftime(text, 16, is_today ? "%H:%M" : "%b%d", &then);
}

/* A column: its names, heading, width (negative: to the left), and text of a process. */
struct field {
  const char *name, *heading;
  int width;
  void (*format)(const struct process *process, char *text);
};

#define FIELD(name, ...)                                                 \
  static void format_##name(const struct process *process, char *text) { \
    __VA_ARGS__;                                                         \
  }
FIELD(pid, sprintf(text, "%d", process->pid))
FIELD(ppid, sprintf(text, "%d", process->ppid))
FIELD(group, sprintf(text, "%d", process->group))
FIELD(session, sprintf(text, "%d", process->session))
FIELD(uid, sprintf(text, "%d", process->uid))
FIELD(user, char number[16]; sprintf(text, "%.32s", user_text(process->uid, number)))
FIELD(tty, tty_text(process->tty, text))
FIELD(state, sprintf(text, "%c", process->state))
FIELD(stat, sprintf(text, "%c%s%s%s", process->state,
                    process->nice < 0   ? "<"
                    : process->nice > 0 ? "N"
                                        : "",
                    process->pid == process->session ? "s" : "", process->foreground == process->group ? "+" : ""))
FIELD(time, unsigned long seconds = (unsigned long)(process->ticks / 100);
      sprintf(text, "%02lu:%02lu:%02lu", seconds / 3600, seconds / 60 % 60, seconds % 60))
FIELD(minutes, unsigned long seconds = (unsigned long)(process->ticks / 100);
      sprintf(text, "%lu:%02lu", seconds / 60, seconds % 60))
FIELD(virtual, sprintf(text, "%llu", process->virtual_bytes / 1024))
FIELD(resident, sprintf(text, "%ld", process->resident_pages * 4))
FIELD(nice, sprintf(text, "%d", process->nice))
FIELD(priority, sprintf(text, "%d", process->priority))
FIELD(start, start_text(process, text))
FIELD(name, strcpy(text, process->name))
FIELD(arguments, strcpy(text, process->arguments))

static const struct field fields[] = {
    {"pid", "PID", 7, format_pid},
    {"ppid", "PPID", 7, format_ppid},
    {"pgid", "PGID", 7, format_group},
    {"sid", "SID", 7, format_session},
    {"uid", "UID", 5, format_uid},
    {"user", "USER", -8, format_user},
    {"tty", "TTY", -8, format_tty},
    {"s", "S", 1, format_state},
    {"stat", "STAT", -4, format_stat},
    {"time", "TIME", 8, format_time},
    {"vsz", "VSZ", 6, format_virtual},
    {"rss", "RSS", 5, format_resident},
    {"nice", "NI", 3, format_nice},
    {"pri", "PRI", 3, format_priority},
    {"start", "START", 5, format_start},
    {"cmd", "CMD", -27, format_arguments},
    {"args", "COMMAND", -27, format_arguments},
    {"command", "COMMAND", -27, format_arguments},
    {"comm", "COMMAND", -15, format_name},
    /* Forms of the fixed layouts. */
    {"=uid", "UID", -8, format_user},
    {"=tty", "TTY", -8, format_tty},
    {"=name", "CMD", -15, format_name},
    {"=minutes", "TIME", 6, format_minutes},
};

#define COLUMNS 24
static const struct field *columns[COLUMNS];
static int column_count;

static void add_columns(const char *list) {
  while (*list) {
    size_t length = strcspn(list, ", ");
    const struct field *found = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
      if (strlen(fields[i].name) == length && strncmp(fields[i].name, list, length) == 0) found = &fields[i];
    if (!found) die(1, "unknown user-defined format specifier \"%.*s\"", (int)length, list);
    if (column_count < COLUMNS) columns[column_count++] = found;
    list += length + (list[length] != 0);
  }
}

/* The last column is as wide as it is; on a terminal lines are cut at its width. */
static void print_row(const struct process *process, int width) {
  char row[1200] = "", text[600];
  for (int i = 0; i < column_count; i++) {
    const struct field *field = columns[i];
    const char *shown = text;
    if (process) field->format(process, text);
    else shown = field->heading;
    int last = i + 1 == column_count, size = last && field->width < 0 ? 0 : field->width;
    snprintf(row + strlen(row), sizeof row - strlen(row), "%s%*s", i ? " " : "", size, shown);
  }
  printf("%.*s\n", width, row);
}

static int listed(int pid, const char *list) {
  for (const char *at = list; *at; at += strcspn(at, ", "), at += *at != 0)
    if (atoi(at) == pid) return 1;
  return 0;
}

int main(int argc, char **argv) {
  int all = 0, full = 0, user_form = 0, other_users = 0, without_terminal = 0, bsd = 0, long_form = 0;
  const char *pids = 0, *user_name = 0;
  for (int i = no_options(argc, argv, help); i < argc; i++) {
    const char *at = argv[i];
    int dash = *at == '-';
    if (isdigit((unsigned char)*at)) {
      pids = at;
      continue;
    }
    for (at += dash; *at; at++) {
      /* An option's value is the rest of the word, or the next word. */
      if (strchr("opuU", *at) && (dash || *at == 'o' || *at == 'p') && !(*at == 'u' && !dash)) {
        const char *value = at[1] ? at + 1 : i + 1 < argc ? argv[++i] : 0;
        if (!value && *at == 'u') {
          user_form = 1;
          break;
        }
        if (!value) die(1, "option '%c' requires an argument", *at);
        if (*at == 'o') add_columns(value);
        else if (*at == 'p') pids = value;
        else user_name = value;
        break;
      }
      switch (*at) {
        case 'A':
        case 'e': all = 1; break;
        case 'f': full = 1; break;
        case 'l': long_form = 1; break;
        case 'a':
          other_users = 1;
          bsd |= !dash;
          break;
        case 'x':
          without_terminal = 1;
          bsd |= !dash;
          break;
        case 'u':
          user_form = 1;
          bsd = 1;
          break;
        case 'w': break;
        default: complain("unknown option '%c'", *at); usage_error(1);
      }
    }
  }
  if (!column_count) {
    if (user_form) add_columns("user,pid,vsz,rss,=tty,stat,start,=minutes,args");
    else if (long_form) add_columns("s,uid,pid,ppid,pri,nice,vsz,=tty,time,=name");
    else if (full) add_columns("=uid,pid,ppid,start,=tty,time,cmd");
    else if (bsd) add_columns("pid,=tty,stat,=minutes,args");
    else add_columns("pid,=tty,time,=name");
  }
  read_all();
  int width = isatty(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 1200, shown = 0;
  unsigned terminal = 0;
  for (size_t i = 0; i < process_count; i++)
    if (processes[i].pid == getpid()) terminal = processes[i].tty;
  struct passwd *wanted = user_name ? getpwnam(user_name) : 0;
  int uid = wanted ? (int)wanted->pw_uid : user_name ? atoi(user_name) : (int)geteuid();
  print_row(0, width);
  for (size_t i = 0; i < process_count; i++) {
    const struct process *process = &processes[i];
    int mine = process->uid == uid, here = process->tty == terminal;
    int selected = pids                              ? listed(process->pid, pids)
                   : user_name                       ? mine
                   : all                             ? 1
                   : other_users || without_terminal ? (other_users || mine) && (without_terminal || process->tty)
                                                     : mine && (bsd ? process->tty != 0 : here);
    if (!selected) continue;
    print_row(process, width);
    shown = 1;
  }
  return finish(!shown);
}
