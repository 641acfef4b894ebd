// A key that makes a request safe to repeat. `crypto.randomUUID` is missing on pages that come over plain HTTP from
// another machine, so the key is made of random bytes.

export const onceOnly = (): { 'Idempotency-Key': string } => ({
  'Idempotency-Key': Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join(''),
});
