// The limits of web push, each with the reason for its value. Times in ms.

import * as limits from "../limits.ts";

/** Devices of one person. One more ends the one that was renewed least recently. */
export const devices = 10;
/** The address at which a push service takes messages. The longest known ones have 500 characters. */
export const endpoint = 1_000;
/** A subscription ends if it is not renewed for so long: like a session, it belongs to somebody who comes back. */
export const lifetime = limits.sessionSeconds * 1000;
/**
 * And after so long if the deployment's own issuer vouches for the person: it does not say whom it has let go, so that a renewal is the only
 * sign that it still vouches.
 */
export const issuedLifetime = 7 * 24 * 3600_000;
/** The shortest time between two notifications of one conversation. */
export const gap = 20_000;
/** Conversations that one person is notified of in an hour, on all their devices. The rest waits. */
export const perHour = 120;
/** Nothing is pushed for so long after a page was visible. */
export const justLooked = 10_000;
/** A push service keeps a message for so long for a device that is off. */
export const ttl = 24 * 3600_000;
/** The first words of a message. */
export const body = 120;
