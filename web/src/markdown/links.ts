// Where a link may go, and what is to be shown of that. Pure.

/** `where`: what is to stand beside the link's text, unless the text says it already. */
export type Target = { href: string; where: string | null };

/** The place that an address means, where a link may go there at all; `text` is what the link says. */
export function targetOf(href: string, text: string): Target | null {
	const url = URL.canParse(href) ? new URL(href) : null;
	if (!url || !["http:", "https:", "mailto:"].includes(url.protocol)) return null;
	return { href: url.href, where: saysWhere(text, url) ? null : whereOf(url) };
}

/** A host of other letters than it seems to have stands here as `xn--…`. */
function whereOf({ host, pathname, href }: URL): string {
	return host || pathname || href;
}

/** Whether a link's text is its address, or the beginning of it. A name before the host is made to be taken for it. */
function saysWhere(text: string, url: URL): boolean {
	const said = text.replace(/^(?:https?:\/\/|mailto:)/i, "");
	const where = whereOf(url);
	const isSaid = said.slice(0, where.length).toLowerCase() === where.toLowerCase();
	return isSaid && url.username === "" && /^(?:[/?#][!-~]*)?$/.test(said.slice(where.length));
}
