// Decides which web pages may use this deployment. Must not depend on who is signed in.

import { isLocalhost, type Settings } from "../settings.ts";

/**
 * False for a name that was pointed at this deployment by somebody else. A page of that name would
 * otherwise pass for the deployment's own. Addresses by number cannot be pointed anywhere.
 */
export function isAllowedHost({ hostname }: URL, { allowedHosts }: Settings): boolean {
	if (allowedHosts.length === 0 || allowedHosts.includes(hostname)) return true;
	return /(?:^|\.)localhost$|^[\d.]+$|^\[.*\]$/.test(hostname);
}

/**
 * `origin` is the request's header. It is null for programs; no page can omit it. `url` is the
 * request's. Origins are compared exactly, because browsers send the serialised form that
 * `URL.origin` has: lower case, without a default port.
 */
export function isAllowedOrigin(origin: string | null, url: URL, settings: Settings): boolean {
	if (!isAllowedHost(url, settings)) return false;
	if (origin === null) return true;
	const page = pageOf(origin);
	return page !== undefined && (page === url.origin || settings.frontendOrigins.includes(page));
}

/** Some clients send the address of their socket. No page can. */
function pageOf(origin: string): string | undefined {
	return /^wss?:/.test(origin) ? URL.parse(origin.replace("ws", "http"))?.origin : origin;
}

/**
 * The origin for links that other people open: that of the page in use, else the first of FRONTEND_URL, else the deployment's
 * own. Nobody else can open the page of an app, of a file or of another machine's localhost. `origin` was allowed.
 */
export function originForLinks(origin: string | null, url: URL, { frontendOrigins }: Settings): string {
	const candidates = [...(origin === null ? [] : [pageOf(origin)]), ...frontendOrigins].map((candidate) => URL.parse(candidate ?? ""));
	const page = candidates.find((each) => each && /^https?:$/.test(each.protocol) && (!isLocalhost(each) || isLocalhost(url)));
	return (page ?? url).origin;
}
