/** Limits of the services that would end a measurement before the machine does: all its clients come from one address. */
export const unlimited = {
  gate: { REQUESTS_PER_ADDRESS_MINUTE: '10000000' },
  status: { ADMISSION_RATE: '100000' },
  chat: {
    HELLO_RATE: '100000',
    CAPACITY: '100000',
    SENDS_PER_SECOND: '1000000',
    SENDS_BURST: '1000000',
    FRAMES_PER_SECOND: '1000000',
    FRAMES_BURST: '1000000',
  },
};
