// The limits of the administration, each with the reason for its value. The page of everybody does not contain them.

export * as adminLimits from "./limits.ts";

/** People, and conversations, that administrators can list. Those seen least recently are left out until they are seen again. */
export const directory = 100_000;
/** Entries of one page of what administrators list. */
export const adminPage = { min: 1, default: 50, max: 200 };
/** The time in which another administrator confirms a legal request, and then the time for fetching the copy, in ms. */
export const legalRequest = 24 * 3600_000;
export const legalReason = 200;
/** People in a report of what the deployment has spent. */
export const spenders = 100;
/** How long a limit of an administrator may hold unless it holds until it is changed, in seconds; and dollars. */
export const purse = { seconds: { min: 60, max: 366 * 24 * 3600 }, usd: { min: 0, max: 1_000_000 } };
/** How long an administrator may ban a network, in seconds. Addresses pass to others. */
export const networkBan = { min: 60, default: 24 * 3600, max: 90 * 24 * 3600 };
