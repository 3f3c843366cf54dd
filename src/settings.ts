// Reads the deployment's settings from the environment, or finds the first one to correct. Pure:
// must not depend on requests or storage.

import { type AssistantSettings, readAssistant } from "./assistant-settings.ts";
import { type Domains, readDomains } from "./claude/domains.ts";
import { type McpServer, readMcpServers } from "./claude/mcp/servers.ts";
import { type FileSettings, readFileSettings, readTranscription, type TranscriptionSettings } from "./file-settings.ts";
import { type Budgets, readBudgets } from "./money/budgets.ts";
import { type OwnPrices, priceOf, readOwnPrices } from "./money/prices.ts";
import { type PushSettings, readPush } from "./push-settings.ts";
import {
	type Environment,
	entriesOf,
	httpUrl,
	isLocalhost,
	readCountOrOff,
	readNumber,
	readOptionalWholeNumber,
	readSwitch,
	readText,
	readWholeNumber,
	type SettingName,
} from "./setting-values.ts";
import { readSignIns, type SignInSettings } from "./sign-in-settings.ts";

export { isLocalhost };

export type Settings = SignInSettings & {
	/** HS256 key, 32 bytes or more. */
	jwtSecret?: string;
	/** Something here signs, and no key is set: the deployment makes one for itself. */
	usesOwnSecret?: boolean;
	jwksUrl?: URL;
	jwtIssuer?: string;
	/** The claim that says for whom a token is, and the value that it must have. */
	audience?: { claim: "aud" | "client_id" | "azp"; value: string };
	/** The claim to take names from, before all others. */
	jwtNameClaim?: string;
	/** Origins of pages that may use this deployment besides its own, e.g. `https://chat.example.com`. */
	frontendOrigins: readonly string[];
	/** Host names that this deployment answers to, besides localhost and IP addresses; all if there are none. */
	allowedHosts: readonly string[];
	guestSignIn: boolean;
	tokens: {
		/** Part of every personal token's epoch: another one ends them all. */
		epoch: string;
		/** In ms. A personal token of an issuer's person ends when they have not been seen for so long. */
		ownerAbsence: number;
	};
	claude: AssistantSettings & {
		/** Without a key and a base URL the demo model replies. */
		apiKey?: string;
		baseUrl?: string;
		model: string;
		/** The models that conversations may choose besides. None: those that the server lists. */
		models?: readonly string[];
		maxTokens: number;
		/** The model's context in tokens, if it is set: prompt and reply together. */
		contextTokens?: number | undefined;
		/** Prompts are cached for an hour instead of five minutes. */
		cachesLong?: boolean;
		/** A longer prompt is worth a summary of its older part, in tokens; without it, none is. */
		summaryAfter?: number | undefined;
		/** The web sites that Claude may read, or may not. */
		domains?: Domains | undefined;
		/** In ms. A reply is interrupted when Claude sends nothing for so long. */
		idleTimeout: number;
	};
	/** The servers whose tools conversations may use. */
	mcp: readonly McpServer[];
	/** The deployment's own prices of models, over the built-in ones. */
	prices: OwnPrices;
	budgets: Budgets;
	/** Guests may ask Claude. */
	guestClaude: boolean;
	files: FileSettings;
	/** Without it nothing is written down of voice messages. */
	transcription?: TranscriptionSettings | undefined;
	/** Days after which messages are deleted; never without it. */
	retentionDays?: number | undefined;
	sends: { burst: number; perSecond: number };
	/** A conversation that holds so many sockets sends newcomers to relays; without it, never. */
	relaysFrom?: number | undefined;
	/** How push services recognize this deployment. Without it there is no web push. */
	push?: PushSettings | undefined;
	/**
	 * In ms: the time between two pings of a Socket.IO connection, and the time in which a client
	 * must respond.
	 */
	socketIo: { interval: number; timeout: number };
};

/** The shortest HS256 key that RFC 7518 permits. */
const secretBytes = 32;

export type SettingsResult = { settings: Settings } | { problem: string };

/**
 * White space alone counts as not set. The problem is a sentence for whoever deploys, about the
 * first setting to correct. It names the variable and must never quote a value: a secret may have
 * been put into the wrong variable.
 */
export function readSettings(env: Environment): SettingsResult {
	const problems: string[] = [];
	const jwtSecret = readSecret(env, problems);
	const jwksUrl = readJwksUrl(env, problems);
	const guestSignIn = readSwitch(env, "GUEST_SIGN_IN", problems);
	const signIns = readSignIns(env, problems);
	const usesOwnSecret = jwtSecret === undefined && (guestSignIn || signIns.oidc !== undefined || signIns.access !== undefined);
	if (jwtSecret === undefined && jwksUrl === undefined && !usesOwnSecret)
		problems.push(
			`Nobody can sign in. Set GUEST_SIGN_IN to on, or OIDC_ISSUER and OIDC_CLIENT_ID, or JWT_JWKS_URL to the address of your issuer's keys, or JWT_SECRET to a secret of at least ${secretBytes} bytes with which you sign tokens.`,
		);
	const settings: Settings = {
		...signIns,
		...(usesOwnSecret ? { usesOwnSecret } : {}),
		jwtSecret,
		jwksUrl,
		jwtIssuer: readText(env, "JWT_ISSUER"),
		audience: readAudience(env, problems),
		jwtNameClaim: readText(env, "JWT_NAME_CLAIM"),
		frontendOrigins: readOrigins(env, problems),
		allowedHosts: readHosts(env),
		guestSignIn,
		tokens: {
			epoch: readText(env, "TOKEN_EPOCH") ?? "",
			ownerAbsence: readNumber(env, "TOKEN_OWNER_ABSENCE_DAYS", 30, problems) * 24 * 3600_000,
		},
		claude: {
			apiKey: readText(env, "ANTHROPIC_API_KEY"),
			baseUrl: readBaseUrl(env, problems),
			model: readText(env, "CLAUDE_MODEL") ?? "claude-sonnet-5-5",
			models: entriesOf(env, "CLAUDE_MODELS"),
			maxTokens: readWholeNumber(env, "CLAUDE_MAX_TOKENS", 16_000, problems),
			contextTokens: readOptionalWholeNumber(env, "CLAUDE_CONTEXT_TOKENS", problems),
			cachesLong: readCachesLong(env, problems),
			summaryAfter: readCountOrOff(env, "SUMMARY_AFTER_TOKENS", "50000", "tokens", problems),
			domains: readDomains((name) => entriesOf(env, name), problems),
			idleTimeout: readNumber(env, "REPLY_IDLE_TIMEOUT_SECONDS", 60, problems) * 1000,
		},
		mcp: readMcpServers(readText(env, "MCP_SERVERS"), (name) => readText(env, name as SettingName), problems),
		prices: readPrices(env, problems),
		budgets: readBudgets((name) => readText(env, name), readText(env, "ANTHROPIC_API_KEY") !== undefined, problems),
		// Strangers spend the deployer's money only where the deployer has said so.
		guestClaude: readSwitch(
			env,
			"GUEST_CLAUDE",
			problems,
			readText(env, "ANTHROPIC_API_KEY") === undefined || isDevelopment() ? "on" : "off",
		),
		files: readFileSettings(env, problems),
		transcription: readTranscription(env, problems),
		retentionDays: readOptionalWholeNumber(env, "RETENTION_DAYS", problems),
		sends: {
			burst: readWholeNumber(env, "SEND_BURST", 10, problems),
			perSecond: readNumber(env, "SEND_PER_SECOND", 1, problems),
		},
		relaysFrom: readCountOrOff(env, "RELAYS_FROM", "off", "sockets", problems),
		push: readPush(env, problems),
		socketIo: {
			interval: readNumber(env, "SOCKETIO_PING_INTERVAL_SECONDS", 25, problems) * 1000,
			timeout: readNumber(env, "SOCKETIO_PING_TIMEOUT_SECONDS", 20, problems) * 1000,
		},
	};
	Object.assign(settings.claude, readAssistant(env, settings.claude, problems));
	if (isUnpriced(settings))
		problems.push(
			"The price of CLAUDE_MODEL, or of one of CLAUDE_MODELS, is not known, so no budget can hold. Name its price in CLAUDE_PRICES, or set all BUDGET_USD_PER_… settings to off.",
		);
	const [problem] = problems;
	return problem === undefined ? { settings } : { problem };
}

/** Anthropic's own API is paid for every request: its models need a price while there is a budget. */
function isUnpriced({ claude, prices, budgets }: Settings): boolean {
	const isPaid = claude.apiKey !== undefined && claude.baseUrl === undefined && Object.keys(budgets).length > 0;
	return isPaid && [claude.model, ...(claude.models ?? [])].some((model) => priceOf(model, 0, { prices }) === undefined);
}

// Each function adds a sentence to `problems` for a value that it cannot read, and treats the value
// as not set.

/** Not trimmed: every byte belongs to the key, and the issuer signs with the same bytes. */
function readSecret(env: Environment, problems: string[]): string | undefined {
	if (readText(env, "JWT_SECRET") === undefined) return undefined;
	const secret = String(env.JWT_SECRET);
	if (new TextEncoder().encode(secret).length >= secretBytes) return secret;
	problems.push(`JWT_SECRET is shorter than ${secretBytes} bytes. Set a longer one, such as the output of \`openssl rand -base64 32\`.`);
	return undefined;
}

function readJwksUrl(env: Environment, problems: string[]): URL | undefined {
	const text = readText(env, "JWT_JWKS_URL");
	if (text === undefined) return undefined;
	const url = httpUrl(text);
	if (url && (url.protocol === "https:" || isLocalhost(url))) return url;
	problems.push("JWT_JWKS_URL must be an https address, such as https://issuer.example/.well-known/jwks.json (http only on localhost).");
	return undefined;
}

function readAudience(env: Environment, problems: string[]): Settings["audience"] {
	const claim = readText(env, "JWT_AUDIENCE_CLAIM") ?? "aud";
	const value = readText(env, "JWT_AUDIENCE");
	if (claim === "aud" || claim === "client_id" || claim === "azp") return value === undefined ? undefined : { claim, value };
	problems.push("JWT_AUDIENCE_CLAIM must be aud, client_id or azp.");
	return undefined;
}

function readBaseUrl(env: Environment, problems: string[]): string | undefined {
	const text = readText(env, "ANTHROPIC_BASE_URL");
	// Other clients want the address with the version, which the SDK adds.
	if (text === undefined || httpUrl(text)) return text?.replace(/(\/v1)?\/*$/, "");
	problems.push("ANTHROPIC_BASE_URL must be an http or https address, such as http://localhost:11434.");
	return undefined;
}

function readCachesLong(env: Environment, problems: string[]): boolean {
	const text = readText(env, "CLAUDE_CACHE_TTL") ?? "5m";
	if (text !== "5m" && text !== "1h") problems.push("CLAUDE_CACHE_TTL must be 5m or 1h.");
	return text === "1h";
}

function readPrices(env: Environment, problems: string[]): OwnPrices {
	const prices = readOwnPrices(readText(env, "CLAUDE_PRICES") ?? "{}");
	if (!prices)
		problems.push(
			'CLAUDE_PRICES must be JSON with dollars per million tokens, such as {"claude-sonnet-5-5": {"input": 2, "output": 10, "cacheRead": 0.1, "cacheWrite": 2.5}}. A model without a built-in price needs both input and output.',
		);
	return prices ?? new Map();
}

function readOrigins(env: Environment, problems: string[]): string[] {
	const origins = entriesOf(env, "FRONTEND_URL").map(originOf);
	if (origins.includes(undefined))
		problems.push("FRONTEND_URL must be origins separated by commas, such as https://chat.example.com or capacitor://localhost.");
	return origins.filter((origin) => origin !== undefined);
}

/**
 * The form in which browsers send an origin. Apps in a web view have schemes of their own, and pages
 * from files send `null` or `file://`.
 */
function originOf(entry: string): string | undefined {
	const isForeign = /^null$|^(?!https?:|wss?:)[a-z][a-z\d+.-]*:\/\/[^/?#@\s]*$/i.test(entry);
	return isForeign ? entry.toLowerCase() : httpUrl(entry.replace(/^ws/i, "http"))?.origin;
}

/** `wrangler dev` holds a developer's key: a web page must not reach it by a name that leads to this machine. */
function readHosts(env: Environment): string[] {
	const hosts = entriesOf(env, "ALLOWED_HOSTS").map((host) => host.toLowerCase());
	return hosts.length === 0 && isDevelopment() ? ["localhost"] : hosts;
}

/** wrangler replaces the variable, which does not exist at run time. */
declare const process: { env: { NODE_ENV?: unknown } };

/** True in `wrangler dev`. Tests inside the runtime, which have an `import.meta.env`, choose their own host names. */
function isDevelopment(): boolean {
	if ("env" in import.meta) return false;
	try {
		const environment = process.env.NODE_ENV;
		return typeof environment === "string" && environment !== "production";
	} catch {
		return false;
	}
}
