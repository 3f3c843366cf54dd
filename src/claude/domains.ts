// The domains that Claude may read, or may not, as the deployment sets them. Pure.

/** Claude's API takes one of the two lists. */
export type Domains = { allowed_domains: string[] } | { blocked_domains: string[] };

export const domainSettings = ["WEB_ALLOWED_DOMAINS", "WEB_BLOCKED_DOMAINS"] as const;
export type DomainSetting = (typeof domainSettings)[number];

/** Adds a sentence to `problems` for a list that cannot be read. A domain may have a path. */
export function readDomains(entriesOf: (name: DomainSetting) => string[], problems: string[]): Domains | undefined {
	const [allowed, blocked] = [entriesOf("WEB_ALLOWED_DOMAINS"), entriesOf("WEB_BLOCKED_DOMAINS")];
	for (const [name, domains] of [["WEB_ALLOWED_DOMAINS", allowed] as const, ["WEB_BLOCKED_DOMAINS", blocked] as const])
		if (!domains.every((domain) => /^[a-z\d-]+(\.[a-z\d-]+)+(\/[^\s?#]*)?$/i.test(domain)))
			problems.push(`${name} must be domains separated by commas, such as example.com, docs.example.org/guide.`);
	if (allowed.length > 0 && blocked.length > 0) problems.push("Set WEB_ALLOWED_DOMAINS or WEB_BLOCKED_DOMAINS, not both.");
	if (allowed.length > 0) return { allowed_domains: allowed };
	return blocked.length > 0 ? { blocked_domains: blocked } : undefined;
}
