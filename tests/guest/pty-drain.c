/* Draining a pseudo terminal's slave does not wait for the master's reader. */
#include "oracle.h"

enum { PTY_NUMBER = (int)0x80045430, PTY_LOCK = 0x40045431, QUEUED_OUTPUT = 0x5411 };

int main(void) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), slave, number, unlocked = 0, queued = -1;
  struct termios settings;
  char name[32], text[32];

  ioctl(master, PTY_LOCK, &unlocked);
  ioctl(master, PTY_NUMBER, &number);
  sprintf(name, "/dev/pts/%d", number);
  slave = open(name, O_RDWR | O_NOCTTY);
  tcgetattr(slave, &settings);
  RESULT(write(slave, "hello", 5));
  /* Whatever waits is ended by the signal. */
  alarm(5);
  RESULT(tcsetattr(slave, TCSADRAIN, &settings));
  RESULT(tcsetattr(slave, TCSAFLUSH, &settings));
  RESULT(tcdrain(slave));
  RESULT(ioctl(slave, QUEUED_OUTPUT, &queued));
  RESULT(queued);
  RESULT(read(master, text, sizeof text));
  return 0;
}
