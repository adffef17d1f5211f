/* true: succeeds. (POSIX) */
int main(void) {
  return 0;
}
