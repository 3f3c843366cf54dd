// The limits of webhooks, each with the reason for its value. Durations in ms.

/** Of one conversation, in each direction. Every outgoing one is asked for every message. */
export const perConversation = 10;
/** An address. Browsers take addresses of this length. */
export const url = 2_000;
/** Requests of one run to one address. All webhooks of a conversation together stay below what one invocation may send. */
export const perRun = 40;
/** Changes that one run looks at, wanted or not. */
export const scanned = 1_000;
/** An address that does not answer within it counts as one that failed. */
export const answerWithin = 10_000;
/** Rows of the quota of a day that a new webhook counts as: a guest's id costs nothing, and each makes requests for ever. */
export const rows = 500;
/** A webhook ends when its maker's standing does, or is revoked; it has to end some day. */
export const lifetime = 10 * 365 * 24 * 3600_000;
/** An idempotency key, as the sender chose it. */
export const idempotencyKey = 255;
/** The last use of an incoming webhook is stored no more often than this, since each writes a row. */
export const usePrecision = 3600_000;
