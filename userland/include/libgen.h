/* Parts of path names; both may change their argument. (POSIX <libgen.h>) */
#pragma once
char *basename(char *path);
char *dirname(char *path);
