/* The driver's side of the Generic Driver Protocol. (servers/abi/generic-driver.ts) */
#include <l3/driver.h>

#define WORDS 4

int l3_driver_loop(struct l3_driver *driver) {
  L3_MESSAGE(WORDS, 1) message;
  unsigned words[3] = {0, 0, 0};
  l3_id client = L3_NIL;
  int answers = 0;

  l3_message_init(&message);
  for (;;) {
    message.string[0].receive_size = driver->room;
    message.string[0].receive_address = driver->buffer;
    l3_code code = answers ? l3_reply_and_wait(&client, L3_LONG(&message), words, L3_LONG(&message), driver->timeouts)
                           : l3_wait(&client, words, L3_LONG(&message), driver->timeouts);
    /* A client that does not wait for its answer gets none. */
    if (l3_error(code) && l3_send_failed(code)) code = l3_wait(&client, words, L3_LONG(&message), driver->timeouts);
    answers = !l3_error(code);
    if (!answers) {
      int stop = driver->idle ? driver->idle(driver, code) : 0;
      if (stop) return stop;
      continue;
    }
    const struct l3_driver_request request = {
        .operation = words[0],
        .unit = words[1],
        .block = words[2],
        .count = L3_DOPE_WORDS(code) > 3 ? message.word[3] : 0,
        .data = L3_DOPE_STRINGS(code) ? driver->buffer : 0,
        .size = L3_DOPE_STRINGS(code) ? message.string[0].send_size : 0,
        .buffer = driver->buffer,
        .room = driver->room,
    };
    struct l3_driver_answer answer = {.status = L3_STATUS_BAD_ARGUMENT};

    driver->serve(driver, client, &request, &answer);
    words[0] = (unsigned)answer.status;
    words[1] = answer.value[0];
    words[2] = answer.value[1];
    message.word[3] = answer.value[2];
    message.send_dope = L3_DOPE(WORDS, answer.data != 0);
    message.string[0].send_size = answer.size;
    message.string[0].send_address = answer.data;
  }
}
