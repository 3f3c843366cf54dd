// The targets that links may have, and what the page shows of them. Pure.

/** `where`: shown beside the link's text; `null` if the text says it already. */
export type Target = { href: string; where: string | null };

/** `null` if a link may not go there. `text`: the text of the link. */
export function targetOf(href: string, text: string): Target | null {
	const url = URL.canParse(href) ? new URL(href) : null;
	if (!url || !["http:", "https:", "mailto:"].includes(url.protocol) || isOwnSignIn(url)) return null;
	return { href: url.href, where: saysWhere(text, url) ? null : whereOf(url) };
}

/** The browser would follow it as if the page itself signed somebody in. Written in codes of letters, it begins no sign-in. */
function isOwnSignIn({ origin, pathname }: URL): boolean {
	const page = globalThis as { location?: { origin: string } };
	return origin === page.location?.origin && pathname.startsWith("/api/auth/");
}

/** A host with look-alike letters is shown as `xn--…`. */
function whereOf({ host, pathname, href }: URL): string {
	return host || pathname || href;
}

/** True if the text is the address, or begins with its host. A user name in the address could pretend to be the host. */
function saysWhere(text: string, url: URL): boolean {
	const said = text.replace(/^(?:https?:\/\/|mailto:)/i, "");
	const where = whereOf(url);
	const isSaid = said.slice(0, where.length).toLowerCase() === where.toLowerCase();
	return isSaid && url.username === "" && /^(?:[/?#][!-~]*)?$/.test(said.slice(where.length));
}
