/**
 * σ0's protocol: how the first memory managers get the machine's frames.
 *
 * The X.0 messages are kept; a third word that is a flexpage asks for more than one page at once (the
 * Hazelnut proposal). σ0's space is idempotent: address = frame number * 4096.
 *
 *   w0 = ANY, w2 = 0                    any free page
 *   w0 = ANY, w2 = flexpage(0, s)       any free, aligned 2^s bytes
 *   w0 = page address, w2 = 0           that page
 *
 * Reply: w0 = the flexpage given (base and size), and one writable page item whose hot spot is its base,
 * so that a receive window of the whole space gives the receiver an idempotent layout. Refusal (none is
 * free, or another task has it): w0 = 0, no page item. A frame is handed to one task only, until that is gone.
 * A memory manager may answer the same messages (the standard one does), so that another stands on it as it stands on σ0.
 * Source: L4 X.0 reference manual, "σ0".
 */
export const Sigma0Request = { ANY: 0xfffffffc } as const;
