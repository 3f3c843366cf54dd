// Which web pages may use this deployment. Knows nothing of who is signed in.

import type { Settings } from "../settings.ts";

/**
 * `origin` is the request's header, null where there is none: then a program asks, which no page can imitate. `url` is the
 * request's own. Compared to the letter: browsers send the one serialised form that `URL.origin` has (lower case, no default port).
 */
export function isAllowedOrigin(origin: string | null, url: URL, settings: Settings): boolean {
	return origin === null || origin === url.origin || settings.frontendOrigins.includes(origin);
}
