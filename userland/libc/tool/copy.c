/* Copying files and trees. (POSIX cp) */
#include <copy.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <place.h>
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
} first;
static int have_first;

int is_directory(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int fail(const char *what, const char *path) {
  complain_errno("%s %s", what, quoted(path));
  return 0;
}

/* A name in the directory of a walk, whose path leads there. */
struct spot {
  struct place *place;
  const char *name;
};

static int get_attributes(const struct spot *spot, struct stat *info, int follow) {
  return fstatat(spot->place->directory, spot->name, info, follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_spot(const struct spot *spot, int flags, mode_t mode) {
  return openat(spot->place->directory, spot->name, flags | O_CLOEXEC, mode);
}

/* False after a message. */
static int remove_spot(const struct spot *spot) {
  return unlinkat(spot->place->directory, spot->name, 0) == 0 || fail("cannot remove", spot->place->path);
}

static int preserve(const struct spot *to, const struct stat *info, const struct copy_options *options) {
  struct timespec times[2] = {info->st_atim, info->st_mtim};
  const struct place *place = to->place;
  int ok = !options->keep_times || utimensat(place->directory, to->name, times, AT_SYMLINK_NOFOLLOW) == 0 ||
           fail("preserving times for", place->path);
  mode_t mode = info->st_mode & 07777;
  /* Without the owner the set-id bits would give rights to somebody else. */
  if (!options->keep_owner || fchownat(place->directory, to->name, info->st_uid, info->st_gid, AT_SYMLINK_NOFOLLOW))
    mode &= ~(mode_t)(S_ISUID | S_ISGID);
  if (options->keep_mode && !S_ISLNK(info->st_mode) && fchmodat(place->directory, to->name, mode, 0))
    ok = fail("preserving permissions for", place->path);
  return ok;
}

static int copy_one(const struct spot *from, const struct spot *to, const struct copy_options *options, int keep_link);

static int copy_bytes(int in, const char *from, int out, const char *to) {
  static char buffer[1 << 16];
  for (;;) {
    ssize_t count = read(in, buffer, sizeof buffer);
    if (count == 0) return 1;
    if (count < 0) return fail("error reading", from);
    if (!write_all(out, buffer, (size_t)count)) return fail("error writing", to);
  }
}

static int copy_file(const struct spot *from, const struct spot *to, const struct stat *info, int exists,
                     const struct copy_options *options) {
  const char *source = from->place->path, *target = to->place->path;
  int in = open_spot(from, O_RDONLY, 0);
  if (in < 0) {
    complain_errno("cannot open %s for reading", quoted(source));
    return 0;
  }
  mode_t mode = options->new_modes ? 0666 : info->st_mode & 0777;
  int truncate = options->attributes_only ? 0 : O_TRUNC, create = O_WRONLY | O_CREAT | O_EXCL;
  int out = exists ? open_spot(to, O_WRONLY | truncate, 0)
                   : open_spot(to, create, options->keep_owner ? mode & 0700 : mode);
  if (out < 0 && exists && options->force && unlinkat(to->place->directory, to->name, 0) == 0)
    out = open_spot(to, create, mode);
  int ok = out >= 0;
  if (!ok) fail(exists ? "cannot open" : "cannot create regular file", target);
  if (ok && !options->attributes_only) ok = copy_bytes(in, source, out, target);
  if (out >= 0 && close(out)) ok = fail("error writing", target);
  close(in);
  return ok;
}

static int copy_link(const struct spot *from, const struct spot *to, int exists) {
  char text[PATH_MAX];
  ssize_t length = readlinkat(from->place->directory, from->name, text, sizeof text - 1);
  if (length < 0) return fail("cannot read symbolic link", from->place->path);
  text[length] = 0;
  if (exists && !remove_spot(to)) return 0;
  return symlinkat(text, to->place->directory, to->name) == 0 || fail("cannot create symbolic link", to->place->path);
}

/* Whether a directory lies in the other one, be it further down. */
static int lies_in(const struct spot *inner, const struct stat *outer) {
  struct stat info, last = {0};
  int found = 0, fd = open_spot(inner, O_PATH | O_DIRECTORY, 0);
  while (!found && fd >= 0 && fstat(fd, &info) == 0 && (info.st_dev != last.st_dev || info.st_ino != last.st_ino)) {
    found = info.st_dev == outer->st_dev && info.st_ino == outer->st_ino;
    last = info;
    int above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    close(fd);
    fd = above;
  }
  if (fd >= 0) close(fd);
  return found;
}

/* Copies what has these names, from the one place to the other. */
static int copy_names(const struct name_list *names, struct place *from, struct place *to, const struct stat *info,
                      const struct copy_options *options) {
  int ok = 1;
  for (size_t i = 0; i < names->count; i++) {
    const struct spot inner = {from, names->names[i]}, outer = {to, names->names[i]};
    size_t from_length = look_at(from, inner.name), to_length = look_at(to, outer.name);
    struct stat there;
    int is_elsewhere = options->one_device && get_attributes(&inner, &there, 0) && there.st_dev != info->st_dev;
    if (!is_elsewhere && !copy_one(&inner, &outer, options, options->keep_links)) ok = 0;
    look_back(from, from_length);
    look_back(to, to_length);
  }
  return ok;
}

/* Copies a directory that `from` has entered, and that has these names. */
static int copy_entered(const struct name_list *names, struct place *from, const struct spot *to,
                        const struct stat *info, int exists, const struct copy_options *options) {
  mode_t mode = options->new_modes ? 0777 : info->st_mode & 07777;
  struct stat made;
  struct way_back back;
  if (!exists && mkdirat(to->place->directory, to->name, (mode & 0777) | 0700))
    return fail("cannot create directory", to->place->path);
  if (!get_attributes(to, &made, 1)) return fail("cannot stat", to->place->path);
  int ok = 1;
  if (!have_first) {
    have_first = 1;
    first.device = made.st_dev;
    first.inode = made.st_ino;
    if (lies_in(to, info)) {
      complain("cannot copy a directory, %s, into itself, %s", quoted(from->path), quoted(to->place->path));
      ok = 0;
    }
  }
  if (!enter_directory(to->place, to->name, &made, 1, 0, &back)) return fail("cannot open directory", to->place->path);
  if (!copy_names(names, from, to->place, info, options)) ok = 0;
  leave_directory(to->place, &back);
  mode_t mask = umask(0);
  umask(mask);
  if (!exists && !options->keep_mode && fchmodat(to->place->directory, to->name, mode & 0777 & ~mask, 0))
    ok = fail("setting permissions for", to->place->path);
  return ok;
}

static int copy_directory(const struct spot *from, const struct spot *to, const struct stat *info, int exists,
                          const struct copy_options *options) {
  struct name_list names;
  struct way_back back;
  if (!options->recursive) {
    complain("-r not specified; omitting directory %s", quoted(from->place->path));
    return 0;
  }
  /* What is being made was told when it was begun. */
  if (have_first && info->st_dev == first.device && info->st_ino == first.inode) return 0;
  if (!enter_directory(from->place, from->name, info, 1, &names, &back)) {
    complain_errno("cannot open directory %s", quoted(from->place->path));
    return 0;
  }
  int ok = copy_entered(&names, from->place, to, info, exists, options);
  leave_directory(from->place, &back);
  free_names(&names);
  return ok;
}

/* Links `to` to an earlier copy of the same file: 1 if done, 0 if there is none, -1 after an error. */
static int link_again(const struct spot *to, const struct stat *info, int exists) {
  for (struct linked *each = linked_files; each; each = each->next) {
    if (each->device != info->st_dev || each->inode != info->st_ino) continue;
    if (exists) unlinkat(to->place->directory, to->name, 0);
    if (linkat(AT_FDCWD, each->copy, to->place->directory, to->name, 0) == 0) return 1;
    fail("cannot create hard link", to->place->path);
    return -1;
  }
  struct linked *new = must_malloc(sizeof *new);
  *new = (struct linked){info->st_dev, info->st_ino, must_strdup(to->place->path), linked_files};
  linked_files = new;
  return 0;
}

static int make_link(const struct spot *from, const struct spot *to, int exists, const struct copy_options *options) {
  const char *source = from->place->path, *target = to->place->path;
  if (exists && (options->force || options->remove_first) && !remove_spot(to)) return 0;
  if (options->make_hard_links) {
    int flags = options->keep_links ? 0 : AT_SYMLINK_FOLLOW;
    return linkat(from->place->directory, from->name, to->place->directory, to->name, flags) == 0 ||
           fail("cannot create hard link", target);
  }
  /* A relative name is the same from elsewhere only in the current directory. */
  if (*source != '/' && strchr(target, '/') && strncmp(target, "./", 2)) {
    complain("%s: can make relative symbolic links only in current directory", quoted_if_needed(target));
    return 0;
  }
  return symlinkat(source, to->place->directory, to->name) == 0 || fail("cannot create symbolic link", target);
}

static int copy_any(const struct spot *from, const struct spot *to, const struct stat *info, int exists,
                    const struct copy_options *options) {
  if (S_ISDIR(info->st_mode)) return copy_directory(from, to, info, exists, options);
  if (options->make_hard_links || options->make_symbolic_links) return make_link(from, to, exists, options);
  if (S_ISLNK(info->st_mode)) return copy_link(from, to, exists);
  if (S_ISREG(info->st_mode) || !options->recursive) return copy_file(from, to, info, exists, options);
  if (exists && !remove_spot(to)) return 0;
  return mknodat(to->place->directory, to->name, info->st_mode, info->st_rdev) == 0 ||
         fail("cannot create special file", to->place->path);
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

static int copy_one(const struct spot *from, const struct spot *to, const struct copy_options *options, int keep_link) {
  struct stat source, old;
  const char *path = from->place->path, *target = to->place->path;
  if (!get_attributes(from, &source, !keep_link)) {
    complain_errno("cannot stat %s", quoted(path));
    return 0;
  }
  /* A link as the target is what is written to, unless it is to be replaced. */
  int replaces = keep_link || options->remove_first || options->make_hard_links || options->make_symbolic_links;
  int exists = get_attributes(to, &old, !replaces), ok;
  if (!exists && !replaces && get_attributes(to, &old, 0)) {
    complain("not writing through dangling symlink %s", quoted(target));
    return 0;
  }
  if (exists && !check_target(path, target, &source, &old, options, &ok)) return ok;
  if (exists && options->remove_first && !S_ISDIR(old.st_mode)) {
    if (!remove_spot(to)) return 0;
    exists = 0;
  }
  int linked = options->keep_hard_links && source.st_nlink > 1 && !S_ISDIR(source.st_mode)
                   ? link_again(to, &source, exists)
                   : 0;
  if (linked) return linked > 0;
  /* Each is told before its contents. */
  if (options->verbose && (!S_ISDIR(source.st_mode) || (options->recursive && !exists)))
    printf("%s -> %s\n", quoted(path), quoted(target));
  if (!copy_any(from, to, &source, exists, options)) return 0;
  int is_link = (options->make_hard_links || options->make_symbolic_links) && !S_ISDIR(source.st_mode);
  return is_link || !(options->keep_mode || options->keep_owner || options->keep_times) ||
         preserve(to, &source, options);
}

int copy_tree(const char *from, const char *to, const struct copy_options *options) {
  struct place source, target;
  begin_walk(&source, from);
  begin_walk(&target, to);
  const struct spot here = {&source, from}, there = {&target, to};
  int ok = copy_one(&here, &there, options, options->keep_links && !options->follow_operands);
  end_walk(&source);
  end_walk(&target);
  return ok;
}
