/* Copying files and trees. (POSIX cp) */
#include <copy.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

/* Source files with several links that are copied already: the copies become links of each other. */
static struct linked {
  dev_t device;
  ino_t inode;
  char *copy;
  struct linked *next;
} *linked_files;

/* Directories that were made by this copy: a tree is not copied into itself. */
static struct {
  dev_t device;
  ino_t inode;
} target;
static int have_target;

int is_directory(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int fail(const char *what, const char *path) {
  complain_errno("%s %s", what, quoted(path));
  return 0;
}

static int preserve(const char *to, const struct stat *info, const struct copy_options *options) {
  struct timespec times[2] = {info->st_atim, info->st_mtim};
  int ok = !options->keep_times || utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW) == 0 ||
           fail("preserving times for", to);
  mode_t mode = info->st_mode & 07777;
  /* Without the owner the set-id bits would give rights to somebody else. */
  if (!options->keep_owner || lchown(to, info->st_uid, info->st_gid)) mode &= ~(mode_t)(S_ISUID | S_ISGID);
  if (options->keep_mode && !S_ISLNK(info->st_mode) && chmod(to, mode)) ok = fail("preserving permissions for", to);
  return ok;
}

static int copy_one(const char *from, const char *to, const struct copy_options *options, int keep_link);

static int copy_bytes(int in, const char *from, int out, const char *to) {
  static char buffer[1 << 16];
  for (;;) {
    ssize_t count = read(in, buffer, sizeof buffer);
    if (count == 0) return 1;
    if (count < 0) return fail("error reading", from);
    if (!write_all(out, buffer, (size_t)count)) return fail("error writing", to);
  }
}

static int copy_file(const char *from, const char *to, const struct stat *info, int exists,
                     const struct copy_options *options) {
  int in = open(from, O_RDONLY);
  if (in < 0) {
    complain_errno("cannot open %s for reading", quoted(from));
    return 0;
  }
  mode_t mode = options->new_modes ? 0666 : info->st_mode & 0777;
  int truncate = options->attributes_only ? 0 : O_TRUNC;
  int out = exists ? open(to, O_WRONLY | truncate)
                   : open(to, O_WRONLY | O_CREAT | O_EXCL, options->keep_owner ? mode & 0700 : mode);
  if (out < 0 && exists && options->force && unlink(to) == 0) out = open(to, O_WRONLY | O_CREAT | O_EXCL, mode);
  int ok = out >= 0;
  if (!ok) fail(exists ? "cannot open" : "cannot create regular file", to);
  if (ok && !options->attributes_only) ok = copy_bytes(in, from, out, to);
  if (out >= 0 && close(out)) ok = fail("error writing", to);
  close(in);
  return ok;
}

static int copy_link(const char *from, const char *to, int exists) {
  char text[PATH_MAX];
  ssize_t length = readlink(from, text, sizeof text - 1);
  if (length < 0) return fail("cannot read symbolic link", from);
  text[length] = 0;
  if (exists && unlink(to)) return fail("cannot remove", to);
  return symlink(text, to) == 0 || fail("cannot create symbolic link", to);
}

/* Whether a directory lies in the other one, be it further down. */
static int lies_in(const char *path, const struct stat *outer) {
  char *above = must_strdup(path);
  struct stat info, last = {0};
  int found = 0;
  while (!found && stat(above, &info) == 0 && (info.st_dev != last.st_dev || info.st_ino != last.st_ino)) {
    found = info.st_dev == outer->st_dev && info.st_ino == outer->st_ino;
    last = info;
    char *next = join_path(above, "..");
    free(above);
    above = next;
  }
  free(above);
  return found;
}

static int copy_directory(const char *from, const char *to, const struct stat *info, int exists,
                          const struct copy_options *options) {
  if (!options->recursive) {
    complain("-r not specified; omitting directory %s", quoted(from));
    return 0;
  }
  /* What is being made was told when it was begun. */
  if (have_target && info->st_dev == target.device && info->st_ino == target.inode) return 0;
  struct name_list list;
  if (!list_directory(from, &list)) {
    complain_errno("cannot open directory %s", quoted(from));
    return 0;
  }
  mode_t mode = options->new_modes ? 0777 : info->st_mode & 07777;
  struct stat made;
  if (!exists && mkdir(to, (mode & 0777) | 0700)) {
    free_names(&list);
    return fail("cannot create directory", to);
  }
  int ok = 1;
  if (!have_target && stat(to, &made) == 0) {
    have_target = 1;
    target.device = made.st_dev;
    target.inode = made.st_ino;
    if (lies_in(to, info)) {
      complain("cannot copy a directory, %s, into itself, %s", quoted(from), quoted(to));
      ok = 0;
    }
  }
  for (size_t i = 0; i < list.count; i++) {
    char *inner = join_path(from, list.names[i]), *outer = join_path(to, list.names[i]);
    struct stat there;
    int is_elsewhere = options->one_device && lstat(inner, &there) == 0 && there.st_dev != info->st_dev;
    if (!is_elsewhere && !copy_one(inner, outer, options, options->keep_links)) ok = 0;
    free(inner);
    free(outer);
  }
  free_names(&list);
  mode_t mask = umask(0);
  umask(mask);
  if (!exists && !options->keep_mode && chmod(to, mode & 0777 & ~mask)) ok = fail("setting permissions for", to);
  return ok;
}

/* Links `to` to an earlier copy of the same file: 1 if done, 0 if there is none, -1 after an error. */
static int link_again(const char *to, const struct stat *info, int exists) {
  for (struct linked *each = linked_files; each; each = each->next) {
    if (each->device != info->st_dev || each->inode != info->st_ino) continue;
    if (exists) unlink(to);
    if (link(each->copy, to) == 0) return 1;
    fail("cannot create hard link", to);
    return -1;
  }
  struct linked *new = must_malloc(sizeof *new);
  *new = (struct linked){info->st_dev, info->st_ino, must_strdup(to), linked_files};
  linked_files = new;
  return 0;
}

static int make_link(const char *from, const char *to, int exists, const struct copy_options *options) {
  if (exists && (options->force || options->remove_first) && unlink(to)) return fail("cannot remove", to);
  if (options->make_hard_links)
    return linkat(AT_FDCWD, from, AT_FDCWD, to, options->keep_links ? 0 : AT_SYMLINK_FOLLOW) == 0 ||
           fail("cannot create hard link", to);
  /* A relative name is the same from elsewhere only in the current directory. */
  if (*from != '/' && strchr(to, '/') && strncmp(to, "./", 2)) {
    complain("%s: can make relative symbolic links only in current directory", quoted_if_needed(to));
    return 0;
  }
  return symlink(from, to) == 0 || fail("cannot create symbolic link", to);
}

static int copy_any(const char *from, const char *to, const struct stat *info, int exists,
                    const struct copy_options *options) {
  if (S_ISDIR(info->st_mode)) return copy_directory(from, to, info, exists, options);
  if (options->make_hard_links || options->make_symbolic_links) return make_link(from, to, exists, options);
  if (S_ISLNK(info->st_mode)) return copy_link(from, to, exists);
  if (S_ISREG(info->st_mode) || !options->recursive) return copy_file(from, to, info, exists, options);
  if (exists && unlink(to)) return fail("cannot remove", to);
  return mknod(to, info->st_mode, info->st_rdev) == 0 || fail("cannot create special file", to);
}

static int is_newer(const struct stat *a, const struct stat *b) {
  return a->st_mtim.tv_sec > b->st_mtim.tv_sec ||
         (a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec > b->st_mtim.tv_nsec);
}

/* Whether an existing target may be replaced; complains if it cannot. */
static int check_target(const char *from, const char *to, const struct stat *source, const struct stat *old,
                        const struct copy_options *options, int *ok) {
  *ok = 0;
  int is_same = source->st_dev == old->st_dev && source->st_ino == old->st_ino;
  if (is_same && options->make_hard_links) {
    *ok = 1;
    return 0;
  }
  int replaces = (S_ISLNK(old->st_mode) && options->force) || (old->st_nlink > 1 && options->remove_first);
  if (is_same && !replaces) {
    complain("%s and %s are the same file", quoted(from), quoted(to));
    return 0;
  }
  if (S_ISDIR(old->st_mode) && !S_ISDIR(source->st_mode)) {
    complain("cannot overwrite directory %s with non-directory", quoted(to));
    return 0;
  }
  if (!S_ISDIR(old->st_mode) && S_ISDIR(source->st_mode)) {
    complain("cannot overwrite non-directory %s with directory %s", quoted(to), quoted(from));
    return 0;
  }
  *ok = 1;
  if (S_ISDIR(old->st_mode)) return 1;
  if (options->no_clobber || (options->update && !is_newer(source, old))) return 0;
  if (options->ask) {
    fprintf(stderr, "%s: overwrite %s? ", program_name, quoted(to));
    return answered_yes();
  }
  return 1;
}

static int copy_one(const char *from, const char *to, const struct copy_options *options, int keep_link) {
  struct stat source, old;
  if (keep_link ? lstat(from, &source) : stat(from, &source)) {
    complain_errno("cannot stat %s", quoted(from));
    return 0;
  }
  /* A link as the target is what is written to, unless it is to be replaced. */
  int replaces = keep_link || options->remove_first || options->make_hard_links || options->make_symbolic_links;
  int exists = (replaces ? lstat(to, &old) : stat(to, &old)) == 0, ok;
  if (!exists && !replaces && lstat(to, &old) == 0) {
    complain("not writing through dangling symlink %s", quoted(to));
    return 0;
  }
  if (exists && !check_target(from, to, &source, &old, options, &ok)) return ok;
  if (exists && options->remove_first && !S_ISDIR(old.st_mode)) {
    if (unlink(to)) return fail("cannot remove", to);
    exists = 0;
  }
  int linked = options->keep_hard_links && source.st_nlink > 1 && !S_ISDIR(source.st_mode)
                   ? link_again(to, &source, exists)
                   : 0;
  if (linked) return linked > 0;
  /* Each is told before its contents. */
  if (options->verbose && (!S_ISDIR(source.st_mode) || (options->recursive && !exists)))
    printf("%s -> %s\n", quoted(from), quoted(to));
  if (!copy_any(from, to, &source, exists, options)) return 0;
  int is_link = (options->make_hard_links || options->make_symbolic_links) && !S_ISDIR(source.st_mode);
  return is_link || !(options->keep_mode || options->keep_owner || options->keep_times) ||
         preserve(to, &source, options);
}

int copy_tree(const char *from, const char *to, const struct copy_options *options) {
  return copy_one(from, to, options, options->keep_links && !options->follow_operands);
}
