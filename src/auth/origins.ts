// Decides which web pages may use this deployment. Must not depend on who is signed in.

import type { Settings } from "../settings.ts";

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
	// Some clients send the address of their socket. No page can.
	const page = /^wss?:/.test(origin) ? URL.parse(origin.replace("ws", "http"))?.origin : origin;
	return page !== undefined && (page === url.origin || settings.frontendOrigins.includes(page));
}
