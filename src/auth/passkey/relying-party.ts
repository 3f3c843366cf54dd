// The page that passkeys belong to: its origin, and the host name to which browsers bind them. Must not depend on who signs in.

import { PasskeyRefused } from "./refusal.ts";

export type RelyingParty = { origin: string; id: string };

/** Throws `PasskeyRefused` where no browser makes passkeys. The request's origin, if it has one, was allowed. */
export function relyingPartyOf(request: Request): RelyingParty {
	const page = URL.parse(request.headers.get("origin") ?? request.url);
	if (!page || !/^https?:$/.test(page.protocol))
		throw new PasskeyRefused("bad_request", "the page has no web address", "Passkeys work only on web pages.");
	const { hostname: id, origin, port } = page;
	if (/^[\d.]+$|^\[/.test(id)) {
		const instead = /^127\.|^\[::1\]$/.test(id)
			? `Open http://localhost${port && `:${port}`} instead.`
			: "Open this service by its host name.";
		throw new PasskeyRefused("bad_request", "the page has no host name", `Passkeys do not work at the address ${id}. ${instead}`);
	}
	if (page.protocol !== "https:" && id !== "localhost")
		throw new PasskeyRefused("bad_request", "the page is not loaded by https", "Passkeys work only on pages that are loaded by https.");
	return { origin, id };
}
