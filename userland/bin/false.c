/* false: fails. (POSIX) */
int main(void) {
  return 1;
}
