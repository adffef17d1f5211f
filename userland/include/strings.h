/* Case-blind comparison. (POSIX <strings.h>) */
#pragma once
#include <string.h>
int ffs(int value);
