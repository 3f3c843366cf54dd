// The limits of accounts, each with the reason for its value. Durations are in milliseconds.

// Exported one by one, so that the page contains only those that it uses.
export * as accountLimits from "./limits.ts";

/** Passkeys of one person, for all their devices. */
export const passkeys = 10;
/** The time in which a passkey may sign a challenge, in ms. */
export const passkeyChallenge = 5 * 60_000;
/** For so long after somebody has signed in or confirmed by a passkey, their session may change how they sign in. In ms. */
export const proof = 10 * 60_000;
/** Recovery codes of one person. People print or save them together. */
export const recoveryCodes = 8;
/** Identities at a provider by which one person comes in. */
export const identities = 5;
/** Changes to one account that are kept. */
export const accountEvents = 100;
/** The time in which a second device is added, from the link to the confirmation. */
export const deviceLink = 2 * 60_000;
/**
 * A part of what one person has in a conversation: so many records, so much text, and so many messages of anybody that are looked
 * through for it.
 */
export const ownPiece = { records: 1_000, length: 500_000, scanned: 5_000 };
/**
 * Exports of everything that one person has. `perDay`: in 24 hours, because each reads all their conversations. `calls`: conversations
 * that are read for one part.
 */
export const ownExport = { perDay: 5, calls: 50 };
