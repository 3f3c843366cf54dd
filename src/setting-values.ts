// Reads single settings of a deployment from its environment, by their kind. Pure.

import { domainSettings } from "./claude/domains.ts";
import { budgetSettings } from "./money/budgets.ts";

/** Every setting of a deployment: variables and secrets. */
export const settingNames = [
	"JWT_SECRET",
	"JWT_JWKS_URL",
	"JWT_ISSUER",
	"JWT_AUDIENCE",
	"JWT_AUDIENCE_CLAIM",
	"JWT_NAME_CLAIM",
	"FRONTEND_URL",
	"ALLOWED_HOSTS",
	"GUEST_SIGN_IN",
	"OIDC_ISSUER",
	"OIDC_CLIENT_ID",
	"OIDC_CLIENT_SECRET",
	"OIDC_NAME",
	"OIDC_ALLOWED_DOMAINS",
	"OIDC_ADMINS",
	"ADMIN_USERS",
	"ADMIN_CLAIM",
	"METRICS_TOKEN",
	"ACCESS_TEAM",
	"ACCESS_AUDIENCE",
	"SIGN_IN_URL",
	"VAPID_PUBLIC_KEY",
	"VAPID_PRIVATE_KEY",
	"VAPID_SUBJECT",
	"TOKEN_EPOCH",
	"TOKEN_OWNER_ABSENCE_DAYS",
	"ANTHROPIC_API_KEY",
	"ANTHROPIC_BASE_URL",
	"ASSISTANT_NAME",
	"ASSISTANT_MARK",
	"CLAUDE_MODEL",
	"CLAUDE_MODELS",
	"CLAUDE_MAX_TOKENS",
	"CLAUDE_CONTEXT_TOKENS",
	"CLAUDE_CACHE_TTL",
	"SUMMARY_AFTER_TOKENS",
	"CLAUDE_PRICES",
	...budgetSettings,
	"GUEST_CLAUDE",
	...domainSettings,
	"MCP_SERVERS",
	"FILE_MAX_MB",
	"FILES_MB_PER_CONVERSATION",
	"FILES_MB_PER_PERSON_PER_DAY",
	"FILES_MB_PER_GUEST_PER_DAY",
	"TRANSCRIBE_URL",
	"TRANSCRIBE_KEY",
	"TRANSCRIBE_MODEL",
	"TRANSCRIBE_MINUTES_PER_PERSON_PER_DAY",
	"TRANSCRIBE_MINUTES_PER_GUEST_PER_DAY",
	"TRANSCRIBE_MINUTES_PER_DAY",
	"RETENTION_DAYS",
	"SEND_BURST",
	"SEND_PER_SECOND",
	"RELAYS_FROM",
	"REPLY_IDLE_TIMEOUT_SECONDS",
	"SOCKETIO_PING_INTERVAL_SECONDS",
	"SOCKETIO_PING_TIMEOUT_SECONDS",
] as const;

export type SettingName = (typeof settingNames)[number];

/**
 * The variables and secrets of a deployment. Any may be missing, and `[vars]` may hold other types
 * than text.
 */
export type Environment = { readonly [N in SettingName]?: unknown };

// Each function adds a sentence to `problems` for a value that it cannot read, and treats the value
// as not set.

/** `[vars]` may hold numbers and booleans too, for people who leave out the quotes. */
export function readText(env: Environment, name: SettingName): string | undefined {
	return String(env[name] ?? "").trim() || undefined;
}

export function entriesOf(env: Environment, name: SettingName): string[] {
	const entries = (readText(env, name) ?? "").split(",").map((entry) => entry.trim());
	return entries.filter((entry) => entry !== "");
}

export function httpUrl(text: string): URL | undefined {
	const url = URL.parse(text);
	return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** True if an address is on this machine, where plain http is safe. */
export function isLocalhost(url: URL): boolean {
	return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

/** `undefined` if it is neither on nor off. */
export function switchOf(text: string): boolean | undefined {
	if (/^(on|true|yes|1)$/i.test(text)) return true;
	return /^(off|false|no|0)$/i.test(text) ? false : undefined;
}

export function readSwitch(env: Environment, name: SettingName, problems: string[], fallback: "on" | "off" = "off"): boolean {
	const isOn = switchOf(readText(env, name) ?? fallback);
	if (isOn === undefined) problems.push(`${name} must be on or off.`);
	return isOn ?? false;
}

export function readNumber(env: Environment, name: SettingName, fallback: number, problems: string[]): number {
	const value = Number(readText(env, name) ?? fallback);
	if (value > 0 && Number.isFinite(value)) return value;
	problems.push(`${name} must be a number above 0; leave it out for ${fallback}.`);
	return fallback;
}

export function readWholeNumber(env: Environment, name: SettingName, fallback: number, problems: string[]): number {
	const value = Number(readText(env, name) ?? fallback);
	if (value > 0 && Number.isSafeInteger(value)) return value;
	problems.push(`${name} must be a whole number above 0; leave it out for ${fallback}.`);
	return fallback;
}

/** `undefined` for `off`. `of`: what is counted. */
export function readCountOrOff(env: Environment, name: SettingName, fallback: string, of: string, problems: string[]): number | undefined {
	const text = readText(env, name) ?? fallback;
	if (text.toLowerCase() === "off") return undefined;
	const count = Number(text);
	if (!Number.isSafeInteger(count) || count < 1) problems.push(`${name} must be a whole number of ${of}, or off.`);
	return count;
}

export function readOptionalWholeNumber(env: Environment, name: SettingName, problems: string[]): number | undefined {
	if (readText(env, name) === undefined) return undefined;
	const value = Number(readText(env, name));
	if (value > 0 && Number.isSafeInteger(value)) return value;
	problems.push(`${name} must be a whole number above 0, or left out.`);
	return undefined;
}
