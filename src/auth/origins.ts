// Decides which web pages may use this deployment. Must not depend on who is signed in.

import type { Settings } from "../settings.ts";

/**
 * `origin` is the request's header. It is null for programs; no page can omit it. `url` is the
 * request's. Origins are compared exactly, because browsers send the serialised form that
 * `URL.origin` has: lower case, without a default port.
 */
export function isAllowedOrigin(origin: string | null, url: URL, settings: Settings): boolean {
	return origin === null || origin === url.origin || settings.frontendOrigins.includes(origin);
}
