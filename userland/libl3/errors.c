/* Names of errors. */
#include <l3/driver.h>
#include <l3/ipc.h>

const char *l3_strerror(l3_code code) {
  static const char *const names[16] = {
      [L3_IPC_OK >> 4] = "no error",
      [L3_IPC_NOT_EXISTENT >> 4] = "no such thread",
      [L3_IPC_RECEIVE_TIMEOUT >> 4] = "receive timeout",
      [L3_IPC_SEND_TIMEOUT >> 4] = "send timeout",
      [L3_IPC_RECEIVE_CANCELLED >> 4] = "receive cancelled",
      [L3_IPC_SEND_CANCELLED >> 4] = "send cancelled",
      [L3_IPC_RECEIVE_MAP_FAILED >> 4] = "no memory for received mappings",
      [L3_IPC_SEND_MAP_FAILED >> 4] = "no memory for sent mappings",
      [L3_IPC_RECEIVE_SENDER_FAULT >> 4] = "receive: a page or data space of the sender did not come",
      [L3_IPC_SEND_SENDER_FAULT >> 4] = "send: a page or data space of the message did not come",
      [L3_IPC_RECEIVE_RECEIVER_FAULT >> 4] = "receive: a page of the buffer did not come",
      [L3_IPC_SEND_RECEIVER_FAULT >> 4] = "send: the receiver's page did not come",
      [L3_IPC_RECEIVE_ABORTED >> 4] = "receive aborted",
      [L3_IPC_SEND_ABORTED >> 4] = "send aborted",
      [L3_IPC_RECEIVE_CUT >> 4] = "received message cut",
      [L3_IPC_SEND_CUT >> 4] = "sent message cut",
  };

  return names[l3_error(code) >> 4];
}

const char *l3_driver_strerror(int status) {
  static const char *const names[] = {
      [L3_STATUS_OK] = "no error",
      [L3_STATUS_END_OF_MEDIUM] = "end of medium",
      [L3_STATUS_NOT_READY] = "not ready",
      [L3_STATUS_NO_SUCH_UNIT] = "no such unit",
      [L3_STATUS_BAD_ARGUMENT] = "bad argument",
      [L3_STATUS_MEDIUM_ERROR] = "medium error",
      [L3_STATUS_WRITE_PROTECTED] = "write-protected",
      [L3_STATUS_BUSY] = "busy",
      [L3_STATUS_CANCELLED] = "cancelled",
      [L3_STATUS_DENIED] = "denied",
      [L3_STATUS_NOT_SUPPORTED] = "not supported",
  };

  if (status < 0) return "the driver cannot be reached";
  if ((unsigned)status >= sizeof names / sizeof *names || !names[status]) return "unknown error";
  return names[status];
}
