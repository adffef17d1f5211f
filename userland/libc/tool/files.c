/* Files and directories as the utilities use them. */
#include "../internal.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

int write_all(int fd, const void *buffer, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t written = write(fd, (const char *)buffer + done, size - done);
    if (written < 0) return 0;
    done += (size_t)written;
  }
  return 1;
}

int open_input(const char *name) {
  if (strcmp(name, "-") == 0) return STDIN_FILENO;
  int fd = open(name, O_RDONLY);
  if (fd < 0) complain_errno("%s", quoted_if_needed(name));
  return fd;
}

FILE *open_input_stream(const char *name) {
  if (strcmp(name, "-") == 0) return stdin;
  FILE *stream = fopen(name, "r");
  if (!stream) complain_errno("%s", quoted_if_needed(name));
  return stream;
}

void close_input_stream(FILE *stream) {
  if (stream == stdin) clearerr(stdin);
  else fclose(stream);
}

char *join_path(const char *directory, const char *name) {
  size_t length = strlen(directory), size = strlen(name) + 1;
  int slash = length > 0 && directory[length - 1] != '/';
  char *path = must_malloc(length + (size_t)slash + size);
  memcpy(path, directory, length);
  if (slash) path[length++] = '/';
  memcpy(path + length, name, size);
  return path;
}

char *last_component(const char *path) {
  size_t end = strlen(path);
  while (end > 1 && path[end - 1] == '/') end--;
  size_t start = end;
  while (start > 0 && path[start - 1] != '/') start--;
  if (start == end && end) start--;
  char *name = must_malloc(end - start + 1);
  memcpy(name, path + start, end - start);
  name[end - start] = 0;
  return name;
}

int list_open_directory(int fd, struct name_list *list) {
  *list = (struct name_list){0};
  DIR *directory = fdopendir(fd);
  if (!directory) {
    close(fd);
    return 0;
  }
  errno = 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    size_t count = list->count++;
    /* The room doubles. */
    if ((count & (count - 1)) == 0) list->names = must_realloc(list->names, (count ? 2 * count : 1) * sizeof(char *));
    list->names[count] = must_strdup(entry->d_name);
  }
  int error = errno;
  closedir(directory);
  errno = error;
  if (error) free_names(list);
  return !error;
}

int list_directory(const char *path, struct name_list *list) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) return list_open_directory(fd, list);
  *list = (struct name_list){0};
  return 0;
}

void free_names(struct name_list *list) {
  for (size_t i = 0; i < list->count; i++) free(list->names[i]);
  free(list->names);
  *list = (struct name_list){0};
}
