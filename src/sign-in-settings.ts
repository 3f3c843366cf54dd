// Reads how people sign in besides as guests: with an OpenID provider, through Cloudflare Access, or at the deployer's own page.
// Pure.

import { type Environment, entriesOf, httpUrl, isLocalhost, readText } from "./setting-values.ts";

export type SignInSettings = {
	/** The OpenID provider with which people sign in here. */
	oidc?: OidcSettings | undefined;
	/** Cloudflare Access, which stands before this deployment. */
	access?: { issuer: string; keys: URL; audience: string } | undefined;
	/** The page on which people sign in, which comes back with a token. */
	signInUrl?: string | undefined;
	administrators: AdministratorSettings;
	/** The token with which monitoring reads metrics. None: there are no metrics to read. */
	metricsToken?: string | undefined;
};

/** Who may use the administration, besides the provider's people in `OidcSettings`. */
export type AdministratorSettings = {
	/** Ids of people. */
	users: readonly string[];
	/** A claim of a token, and the value that it must have or contain. */
	claim: { name: string; value: string } | undefined;
};

export type OidcSettings = {
	issuer: string;
	clientId: string;
	/** None: a public client. */
	clientSecret: string | undefined;
	/** The provider's name, for people. */
	name: string;
	/** In lower case. None: everybody whom the provider knows. */
	allowedDomains: readonly string[];
	/** Addresses or subjects. */
	admins: readonly string[];
};

/** The longest subject that OpenID Connect permits. */
const longestSubject = 255;

export function readSignIns(env: Environment, problems: string[]): SignInSettings {
	return {
		oidc: readOidc(env, problems),
		access: readAccess(env, problems),
		signInUrl: readSignInUrl(env, problems),
		metricsToken: readMetricsToken(env, problems),
		administrators: { users: entriesOf(env, "ADMIN_USERS"), claim: readAdminClaim(env, problems) },
	};
}

function readOidc(env: Environment, problems: string[]): OidcSettings | undefined {
	const issuer = readText(env, "OIDC_ISSUER");
	const clientId = readText(env, "OIDC_CLIENT_ID");
	const allowedDomains = entriesOf(env, "OIDC_ALLOWED_DOMAINS").map((domain) => domain.toLowerCase().replace(/^@/, ""));
	const admins = entriesOf(env, "OIDC_ADMINS");
	if (!allowedDomains.every((domain) => /^(?:[a-z\d-]+\.)+[a-z\d-]+$/.test(domain)))
		problems.push("OIDC_ALLOWED_DOMAINS must be domains of e-mail addresses separated by commas, such as example.com.");
	if (!admins.every((admin) => admin.length <= longestSubject && (!admin.includes("@") || /^[^@\s]+@[^@\s]+$/.test(admin))))
		problems.push("OIDC_ADMINS must be e-mail addresses or subjects separated by commas.");
	if (issuer === undefined && clientId === undefined) {
		if (allowedDomains.length > 0 || admins.length > 0)
			problems.push("OIDC_ALLOWED_DOMAINS or OIDC_ADMINS is set without a provider: set OIDC_ISSUER and OIDC_CLIENT_ID too.");
		return undefined;
	}
	const url = httpUrl(issuer ?? "");
	if (!url || clientId === undefined) {
		problems.push(
			"Set OIDC_ISSUER to the address of your provider, such as https://accounts.google.com, and OIDC_CLIENT_ID to the id that it gave you.",
		);
		return undefined;
	}
	if (!isSafe(url) || url.search !== "" || url.hash !== "")
		problems.push("OIDC_ISSUER must be an https address without a query, such as https://accounts.google.com (http only on localhost).");
	const name = readText(env, "OIDC_NAME") ?? url.hostname;
	return { issuer: issuer as string, clientId, clientSecret: readText(env, "OIDC_CLIENT_SECRET"), name, allowedDomains, admins };
}

function readAccess(env: Environment, problems: string[]): SignInSettings["access"] {
	const team = readText(env, "ACCESS_TEAM");
	const audience = readText(env, "ACCESS_AUDIENCE");
	if (team === undefined && audience === undefined) return undefined;
	const url = team === undefined ? undefined : httpUrl(addressOfTeam(team));
	if (!url || !isSafe(url) || url.pathname !== "/" || audience === undefined) {
		problems.push(
			"Set ACCESS_TEAM to the name of your Cloudflare Access team, and ACCESS_AUDIENCE to the audience tag of the application. Both or neither.",
		);
		return undefined;
	}
	return { issuer: url.origin, keys: new URL("/cdn-cgi/access/certs", url), audience };
}

/** `acme`, `acme.cloudflareaccess.com` or the whole address. */
function addressOfTeam(team: string): string {
	if (/^https?:/.test(team)) return team;
	return `https://${team.includes(".") ? team : `${team}.cloudflareaccess.com`}`;
}

/** Shorter ones can be guessed. */
const shortestMetricsToken = 16;

function readMetricsToken(env: Environment, problems: string[]): string | undefined {
	const token = readText(env, "METRICS_TOKEN");
	if (token !== undefined && token.length < shortestMetricsToken)
		problems.push(
			`METRICS_TOKEN is shorter than ${shortestMetricsToken} characters. Set a longer one, such as the output of \`openssl rand -base64 24\`.`,
		);
	return token;
}

function readAdminClaim(env: Environment, problems: string[]): AdministratorSettings["claim"] {
	const text = readText(env, "ADMIN_CLAIM");
	if (text === undefined) return undefined;
	const [, name, value] = /^([^=\s]+)=(\S.*)$/.exec(text) ?? [];
	if (name !== undefined && value !== undefined) return { name, value };
	problems.push("ADMIN_CLAIM must be the name of a claim and the value that it has or contains, such as roles=chat-admin.");
	return undefined;
}

function readSignInUrl(env: Environment, problems: string[]): string | undefined {
	const text = readText(env, "SIGN_IN_URL");
	if (text === undefined) return undefined;
	const url = httpUrl(text);
	if (url && isSafe(url) && url.hash === "") return url.href;
	problems.push("SIGN_IN_URL must be the https address of your sign-in page, without a # (http only on localhost).");
	return undefined;
}

function isSafe(url: URL): boolean {
	return url.protocol === "https:" || isLocalhost(url);
}
