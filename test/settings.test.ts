import { describe, expect, it } from "vitest";
import type { Environment } from "../src/setting-values.ts";
import { readSettings } from "../src/settings.ts";

const secret = "0123456789abcdef0123456789abcdef";
const mb = 1024 * 1024;

const read = (fields: Environment) => readSettings(fields);

function settingsOf(fields: Environment) {
	const result = read({ JWT_SECRET: secret, ...fields });
	if ("problem" in result) throw new Error(result.problem);
	return result.settings;
}

describe("settings", () => {
	it("name the service that writes down what is said, by its base or its whole address", () => {
		expect(settingsOf({}).transcription).toBeUndefined();
		const url = "https://api.example/v1/audio/transcriptions";
		const perDay = { person: 3_600, guest: 600, deployment: 36_000 };
		expect(settingsOf({ TRANSCRIBE_URL: "https://api.example/v1/" }).transcription).toEqual({ url, model: "whisper-1", perDay });
		expect(settingsOf({ TRANSCRIBE_URL: url, TRANSCRIBE_KEY: "k", TRANSCRIBE_MODEL: "m" }).transcription).toMatchObject({
			...{ url, key: "k", model: "m" },
		});
		expect(read({ JWT_SECRET: secret, TRANSCRIBE_URL: "api.example" })).toMatchObject({
			problem: expect.stringContaining("TRANSCRIBE_URL"),
		});
	});

	it("have defaults, except for the key of tokens", () => {
		expect(settingsOf({})).toEqual({
			jwtSecret: secret,
			frontendOrigins: [],
			allowedHosts: [],
			guestSignIn: false,
			administrators: { users: [] },
			tokens: { epoch: "", ownerAbsence: 30 * 24 * 3600_000 },
			claude: {
				model: "claude-sonnet-5-5",
				models: [],
				assistantName: "Claude",
				maxTokens: 16_000,
				cachesLong: false,
				summaryAfter: 50_000,
				idleTimeout: 60_000,
			},
			mcp: [],
			prices: new Map(),
			budgets: {},
			files: { maxBytes: 25 * mb, conversationBytes: 1_000 * mb, personBytes: 500 * mb, guestBytes: 100 * mb },
			guestClaude: true,
			push: {},
			sends: { burst: 10, perSecond: 1 },
			socketIo: { interval: 25_000, timeout: 20_000 },
		});
	});

	it("are read from the environment", () => {
		const settings = settingsOf({
			JWT_JWKS_URL: "https://issuer.example/jwks",
			JWT_ISSUER: "https://issuer.example",
			JWT_AUDIENCE: "parley",
			JWT_AUDIENCE_CLAIM: "client_id",
			JWT_NAME_CLAIM: "nickname",
			FRONTEND_URL: "https://chat.example",
			ALLOWED_HOSTS: "parley.example",
			GUEST_SIGN_IN: "on",
			ADMIN_USERS: "ann, oidc-1",
			ADMIN_CLAIM: "https://chat.example/roles=chat admin",
			TOKEN_EPOCH: "2",
			TOKEN_OWNER_ABSENCE_DAYS: "0.5",
			ANTHROPIC_API_KEY: "a key",
			ANTHROPIC_BASE_URL: "http://localhost:11434",
			CLAUDE_MODEL: "another",
			CLAUDE_MODELS: " one, two,",
			CLAUDE_MAX_TOKENS: "100",
			CLAUDE_CONTEXT_TOKENS: "8192",
			CLAUDE_CACHE_TTL: "1h",
			SUMMARY_AFTER_TOKENS: "8000",
			CLAUDE_PRICES: '{"another": {"input": 2, "output": 10}}',
			BUDGET_USD_PER_DAY: "100",
			BUDGET_USD_PER_PERSON_PER_DAY: "off",
			BUDGET_USD_PER_CONVERSATION_PER_DAY: "0.07",
			GUEST_CLAUDE: "off",
			SEND_BURST: "5",
			SEND_PER_SECOND: "0.5",
			REPLY_IDLE_TIMEOUT_SECONDS: "2.5",
			SOCKETIO_PING_INTERVAL_SECONDS: "0.5",
			SOCKETIO_PING_TIMEOUT_SECONDS: "1",
		});
		expect(settings).toEqual({
			jwtSecret: secret,
			jwksUrl: new URL("https://issuer.example/jwks"),
			jwtIssuer: "https://issuer.example",
			audience: { claim: "client_id", value: "parley" },
			jwtNameClaim: "nickname",
			frontendOrigins: ["https://chat.example"],
			allowedHosts: ["parley.example"],
			guestSignIn: true,
			administrators: { users: ["ann", "oidc-1"], claim: { name: "https://chat.example/roles", value: "chat admin" } },
			tokens: { epoch: "2", ownerAbsence: 12 * 3600_000 },
			claude: {
				apiKey: "a key",
				baseUrl: "http://localhost:11434",
				model: "another",
				models: ["one", "two"],
				assistantName: "another",
				maxTokens: 100,
				cachesLong: true,
				contextTokens: 8_192,
				summaryAfter: 8_000,
				idleTimeout: 2_500,
			},
			mcp: [],
			prices: new Map([["another", { input: 2, output: 10 }]]),
			budgets: { deployment: 100_000_000, guest: 200_000, network: 10_000_000, conversation: 70_000 },
			files: { maxBytes: 25 * mb, conversationBytes: 1_000 * mb, personBytes: 500 * mb, guestBytes: 100 * mb },
			guestClaude: false,
			push: {},
			sends: { burst: 5, perSecond: 0.5 },
			socketIo: { interval: 500, timeout: 1_000 },
		});
		expect(settings.jwksUrl?.href).toBe("https://issuer.example/jwks");
	});

	it.each([
		["🦉", true],
		["👩🏽‍🚀", true],
		["🇦🇶", true],
		["A", true],
		["Ai", true],
		["\u{1f989}\u{1f989}", true],
		["Ada", false],
		["A b", false],
		["\u200b", false],
		["\u202ea", false],
		["👩🏽‍🚀👩🏽‍🚀", false],
		["\u0300".repeat(40), false],
	])("take %j for the assistant's mark: %s", (mark, isTaken) => {
		const problem = expect.stringMatching(/^ASSISTANT_MARK must be one emoji/);
		expect(read({ JWT_SECRET: secret, ASSISTANT_MARK: mark })).toEqual(
			isTaken ? { settings: expect.objectContaining({ claude: expect.objectContaining({ assistantMark: mark }) }) } : { problem },
		);
	});

	it.each(["two\nlines", "a".repeat(65), "Ada <b>", "@ada"])("refuse the name %j for the assistant", (name) => {
		expect(read({ JWT_SECRET: secret, ASSISTANT_NAME: name })).toEqual({
			problem: expect.stringMatching(/^ASSISTANT_NAME must be a name/),
		});
	});

	it("sum up long conversations unless that is off", () => {
		expect(settingsOf({}).claude.summaryAfter).toBe(50_000);
		expect(settingsOf({ SUMMARY_AFTER_TOKENS: "Off" }).claude.summaryAfter).toBeUndefined();
	});

	it("limit what Claude may cost once there is a key", () => {
		const budgets = { deployment: 10_000_000, person: 2_000_000, guest: 200_000, network: 1_000_000, conversation: 5_000_000 };
		expect(settingsOf({ ANTHROPIC_API_KEY: "a key" }).budgets).toEqual(budgets);
		expect(settingsOf({ ANTHROPIC_BASE_URL: "http://localhost:11434" }).budgets).toEqual({});
		expect(settingsOf({ BUDGET_USD_PER_GUEST_PER_DAY: 0, BUDGET_USD_PER_DAY: "Off" }).budgets).toEqual({ guest: 0 });
	});

	it("let the guests of one network spend a tenth of the day, or what one guest may spend, unless that is set", () => {
		expect(settingsOf({ BUDGET_USD_PER_DAY: 3 }).budgets).toEqual({ deployment: 3_000_000, network: 300_000 });
		expect(settingsOf({ BUDGET_USD_PER_DAY: 3, BUDGET_USD_PER_GUEST_PER_DAY: 0.5 }).budgets.network).toBe(500_000);
		expect(settingsOf({ BUDGET_USD_PER_DAY: 3, BUDGET_USD_PER_GUEST_NETWORK_PER_DAY: 2 }).budgets.network).toBe(2_000_000);
		expect(settingsOf({ BUDGET_USD_PER_DAY: 3, BUDGET_USD_PER_GUEST_NETWORK_PER_DAY: "off" }).budgets.network).toBeUndefined();
		expect(settingsOf({ ANTHROPIC_API_KEY: "a key", BUDGET_USD_PER_DAY: "off" }).budgets.network).toBeUndefined();
	});

	it("need the price of a model that is paid for, unless there is no budget", () => {
		const paid = { JWT_SECRET: secret, ANTHROPIC_API_KEY: "a key", CLAUDE_MODEL: "claude-next-9" };
		expect(read(paid)).toEqual({
			problem: expect.stringMatching(/^The price of CLAUDE_MODEL, .*CLAUDE_PRICES.*BUDGET_USD_PER_… settings to off/),
		});
		const off = {
			BUDGET_USD_PER_DAY: "off",
			BUDGET_USD_PER_PERSON_PER_DAY: "off",
			BUDGET_USD_PER_GUEST_PER_DAY: "off",
			BUDGET_USD_PER_CONVERSATION_PER_DAY: "off",
		};
		for (const remedy of [
			off,
			{ CLAUDE_PRICES: '{"claude-next-9": {"input": 2, "output": 10}}' },
			{ ANTHROPIC_BASE_URL: "http://localhost:11434" },
		])
			expect(read({ ...paid, ...remedy })).toHaveProperty("settings");
	});

	it("name the ways to sign in", () => {
		expect(
			settingsOf({
				OIDC_ISSUER: "https://login.example/realms/one/",
				OIDC_CLIENT_ID: "parley",
				OIDC_CLIENT_SECRET: "s3cret",
				OIDC_ALLOWED_DOMAINS: "Example.com, @example.org",
				OIDC_ADMINS: "ada@example.com, auth0|Ab3",
				ACCESS_TEAM: "acme",
				ACCESS_AUDIENCE: "tag",
				SIGN_IN_URL: "https://www.example.com/sign-in?app=chat",
			}),
		).toMatchObject({
			oidc: {
				issuer: "https://login.example/realms/one/",
				clientId: "parley",
				clientSecret: "s3cret",
				name: "login.example",
				allowedDomains: ["example.com", "example.org"],
				admins: ["ada@example.com", "auth0|Ab3"],
			},
			access: {
				issuer: "https://acme.cloudflareaccess.com",
				keys: new URL("https://acme.cloudflareaccess.com/cdn-cgi/access/certs"),
				audience: "tag",
			},
			signInUrl: "https://www.example.com/sign-in?app=chat",
		});
		const local = { OIDC_ISSUER: "http://localhost:9000", OIDC_CLIENT_ID: "parley", OIDC_NAME: "Example" };
		expect(settingsOf(local).oidc).toMatchObject({ clientSecret: undefined, name: "Example", allowedDomains: [], admins: [] });
		expect(settingsOf({ ACCESS_TEAM: "acme.cloudflareaccess.com", ACCESS_AUDIENCE: "tag" }).access?.issuer).toBe(
			"https://acme.cloudflareaccess.com",
		);
	});

	it("name the keys for web push, or leave them to the deployment", () => {
		const keys = { VAPID_PUBLIC_KEY: `B${"A".repeat(86)}`, VAPID_PRIVATE_KEY: "A".repeat(43), VAPID_SUBJECT: "mailto:ann@example.com" };
		const push = { keys: { publicKey: keys.VAPID_PUBLIC_KEY, privateKey: keys.VAPID_PRIVATE_KEY }, subject: keys.VAPID_SUBJECT };
		expect(settingsOf(keys).push).toEqual(push);
		expect(settingsOf({ ...keys, VAPID_SUBJECT: "https://example.com" }).push?.subject).toBe("https://example.com");
		expect(settingsOf({ VAPID_SUBJECT: "mailto:ann@example.com" }).push).toEqual({ subject: "mailto:ann@example.com" });
		expect(settingsOf({}).push).toEqual({});
		expect(settingsOf({ ...keys, VAPID_PUBLIC_KEY: "off" }).push).toBeUndefined();
		for (const [wrong, problem] of [
			[{ VAPID_PRIVATE_KEY: "" }, /^Set VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT/],
			[{ VAPID_SUBJECT: "" }, /^Set VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT/],
			[{ VAPID_PUBLIC_KEY: "AAAA" }, /must be a pair of keys/],
			[{ VAPID_PRIVATE_KEY: "no key" }, /must be a pair of keys/],
			[{ VAPID_SUBJECT: "ann@example.com" }, /^VAPID_SUBJECT must be your address/],
		] as const)
			expect(read({ JWT_SECRET: secret, ...keys, ...wrong })).toEqual({ problem: expect.stringMatching(problem) });
	});

	it("treat white space as not set", () => {
		const names = [
			"JWT_JWKS_URL",
			"JWT_ISSUER",
			"JWT_AUDIENCE",
			"FRONTEND_URL",
			"GUEST_SIGN_IN",
			"ANTHROPIC_API_KEY",
			"ANTHROPIC_BASE_URL",
		];
		const others = ["CLAUDE_MODEL", "CLAUDE_MAX_TOKENS", "SEND_BURST", "SEND_PER_SECOND", "REPLY_IDLE_TIMEOUT_SECONDS"];
		for (const blank of ["", " \t\n"])
			expect(settingsOf(Object.fromEntries([...names, ...others].map((name) => [name, blank])))).toEqual(settingsOf({}));
	});

	it.each(["http://localhost:11434", "http://localhost:11434/", "http://localhost:11434/v1", "http://localhost:11434/v1/"])(
		"take the base URL %s with and without a version",
		(url) => expect(settingsOf({ ANTHROPIC_BASE_URL: url }).claude.baseUrl).toBe("http://localhost:11434"),
	);

	it("accept numbers and booleans without quotes", () => {
		expect(settingsOf({ GUEST_SIGN_IN: true, SEND_BURST: 3 })).toMatchObject({ guestSignIn: true, sends: { burst: 3 } });
		expect(settingsOf({ GUEST_SIGN_IN: false }).guestSignIn).toBe(false);
	});

	it.each([
		["on", true],
		["TRUE", true],
		["Yes", true],
		[" 1 ", true],
		["off", false],
		["False", false],
		["NO", false],
		["0", false],
	])("GUEST_SIGN_IN %j is %s", (text, isOn) => {
		expect(settingsOf({ GUEST_SIGN_IN: text }).guestSignIn).toBe(isOn);
	});

	it.each([
		["https://chat.example", ["https://chat.example"]],
		["https://Chat.Example:443/app/?x=1#y", ["https://chat.example"]],
		[" https://a.example/ ,, http://localhost:5173/, ", ["https://a.example", "http://localhost:5173"]],
		["capacitor://localhost, null, file://, tauri://Localhost", ["capacitor://localhost", "null", "file://", "tauri://localhost"]],
		["wss://chat.example/socket", ["https://chat.example"]],
	])("FRONTEND_URL %j gives the origins %j", (text, origins) => {
		expect(settingsOf({ FRONTEND_URL: text }).frontendOrigins).toEqual(origins);
	});

	it.each(["http://localhost:9100/jwks", "http://127.0.0.1/jwks", "http://[::1]:9100/jwks", "https://issuer.example/jwks"])(
		"JWT_JWKS_URL %s is accepted, and needs no JWT_SECRET",
		(url) => {
			expect(read({ JWT_JWKS_URL: url })).toMatchObject({ settings: { jwksUrl: new URL(url) } });
		},
	);

	it("count the bytes of a secret and keep all of them", () => {
		expect(settingsOf({ JWT_SECRET: "ä".repeat(16) }).jwtSecret).toBe("ä".repeat(16));
		expect(settingsOf({ JWT_SECRET: `${secret}\n` }).jwtSecret).toBe(`${secret}\n`);
	});
});

describe("without JWT_SECRET, the deployment's own secret signs", () => {
	it.each<[Environment]>([
		[{ GUEST_SIGN_IN: "on" }],
		[{ JWT_SECRET: " ", GUEST_SIGN_IN: "on", JWT_JWKS_URL: "https://issuer.example/jwks" }],
		[{ OIDC_ISSUER: "https://login.example", OIDC_CLIENT_ID: "parley", JWT_JWKS_URL: "https://issuer.example/jwks" }],
		[{ ACCESS_TEAM: "acme", ACCESS_AUDIENCE: "a" }],
	])("with %j", (env) => {
		expect(read(env)).toMatchObject({ settings: { jwtSecret: undefined, usesOwnSecret: true } });
	});

	it("but only where something here signs", () => {
		expect(read({ JWT_JWKS_URL: "https://issuer.example/jwks" })).not.toHaveProperty("settings.usesOwnSecret");
		expect(read({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" })).not.toHaveProperty("settings.usesOwnSecret");
	});
});

it("guests ask Claude with the deployer's key only if the deployer has said so", () => {
	const key = { ANTHROPIC_API_KEY: "a key" };
	expect(settingsOf({}).guestClaude).toBe(true);
	expect(settingsOf({ ANTHROPIC_BASE_URL: "http://localhost:11434" }).guestClaude).toBe(true);
	expect(settingsOf(key).guestClaude).toBe(false);
	expect(settingsOf({ ...key, GUEST_CLAUDE: "on" }).guestClaude).toBe(true);
});

describe("a problem names the setting and quotes no value", () => {
	const good = { JWT_SECRET: secret };

	it.each<[Environment, RegExp]>([
		[{}, /^Nobody can sign in.*JWT_JWKS_URL.*JWT_SECRET/],
		[{ JWT_SECRET: "  " }, /^Nobody can sign in.*JWT_JWKS_URL.*JWT_SECRET/],
		[{ GUEST_SIGN_IN: "off" }, /^Nobody can sign in/],
		[{ JWT_SECRET: "PRIVATE" }, /^JWT_SECRET is shorter than 32 bytes/],
		[{ JWT_SECRET: "PRIVATE".padEnd(31) }, /^JWT_SECRET is shorter than 32 bytes/],
		[{ JWT_SECRET: "PRIVATE", JWT_JWKS_URL: "https://issuer.example/jwks" }, /^JWT_SECRET is shorter/],
		[{ JWT_SECRET: "PRIVATE", GUEST_SIGN_IN: "on" }, /^JWT_SECRET is shorter/],
		[{ JWT_JWKS_URL: "PRIVATE" }, /^JWT_JWKS_URL must be an https address/],
		[{ ...good, JWT_JWKS_URL: "ftp://PRIVATE/jwks" }, /^JWT_JWKS_URL/],
		[{ ...good, JWT_JWKS_URL: "http://PRIVATE.example/jwks" }, /^JWT_JWKS_URL/],
		[{ ...good, JWT_JWKS_URL: "http://localhost.PRIVATE.example/jwks" }, /^JWT_JWKS_URL/],
		[{ ...good, ANTHROPIC_BASE_URL: "localhost:11434/PRIVATE" }, /^ANTHROPIC_BASE_URL must be an http/],
		[{ ...good, ANTHROPIC_BASE_URL: "PRIVATE" }, /^ANTHROPIC_BASE_URL/],
		[{ ...good, FRONTEND_URL: "PRIVATE.example" }, /^FRONTEND_URL must be/],
		[{ ...good, FRONTEND_URL: "https://a.example, *" }, /^FRONTEND_URL/],
		[{ ...good, FRONTEND_URL: "localhost:5173" }, /^FRONTEND_URL/],
		[{ ...good, GUEST_SIGN_IN: "PRIVATE" }, /^GUEST_SIGN_IN must be on or off/],
		[{ ...good, GUEST_SIGN_IN: "only" }, /^GUEST_SIGN_IN/],
		[{ ...good, OIDC_ISSUER: "https://login.example" }, /^Set OIDC_ISSUER .*OIDC_CLIENT_ID/],
		[{ ...good, OIDC_CLIENT_ID: "PRIVATE" }, /^Set OIDC_ISSUER .*OIDC_CLIENT_ID/],
		[{ ...good, OIDC_ISSUER: "PRIVATE", OIDC_CLIENT_ID: "parley" }, /^Set OIDC_ISSUER/],
		[{ ...good, OIDC_ISSUER: "http://PRIVATE.example", OIDC_CLIENT_ID: "parley" }, /^OIDC_ISSUER must be an https address/],
		[{ ...good, OIDC_ISSUER: "https://login.example/?PRIVATE", OIDC_CLIENT_ID: "parley" }, /^OIDC_ISSUER must be/],
		[{ ...good, OIDC_ALLOWED_DOMAINS: "example.com" }, /^OIDC_ALLOWED_DOMAINS or OIDC_ADMINS is set without a provider/],
		[{ ...good, METRICS_TOKEN: "PRIVATE" }, /^METRICS_TOKEN is shorter/],
		[{ ...good, ADMIN_CLAIM: "PRIVATE" }, /^ADMIN_CLAIM must be/],
		[{ ...good, ADMIN_CLAIM: "PRIVATE=" }, /^ADMIN_CLAIM must be/],
		[{ ...good, OIDC_ADMINS: "ada@example.com" }, /^OIDC_ALLOWED_DOMAINS or OIDC_ADMINS is set without a provider/],
		[
			{ ...good, OIDC_ISSUER: "https://a.example", OIDC_CLIENT_ID: "a", OIDC_ALLOWED_DOMAINS: "a@PRIVATE.example" },
			/^OIDC_ALLOWED_DOMAINS/,
		],
		[{ ...good, OIDC_ISSUER: "https://a.example", OIDC_CLIENT_ID: "a", OIDC_ADMINS: "PRIVATE@" }, /^OIDC_ADMINS/],
		[{ ...good, ACCESS_TEAM: "PRIVATE" }, /^Set ACCESS_TEAM .*ACCESS_AUDIENCE/],
		[{ ...good, ACCESS_AUDIENCE: "PRIVATE" }, /^Set ACCESS_TEAM .*ACCESS_AUDIENCE/],
		[{ ...good, ACCESS_TEAM: "http://PRIVATE.example", ACCESS_AUDIENCE: "a" }, /^Set ACCESS_TEAM/],
		[{ ...good, SIGN_IN_URL: "javascript:PRIVATE" }, /^SIGN_IN_URL must be/],
		[{ ...good, SIGN_IN_URL: "https://PRIVATE.example/#a" }, /^SIGN_IN_URL/],
		[{ ...good, CLAUDE_PRICES: "PRIVATE" }, /^CLAUDE_PRICES must be JSON/],
		[{ ...good, CLAUDE_PRICES: '{"PRIVATE": {"input": 1}}' }, /^CLAUDE_PRICES .* needs both input and output/],
		[{ ...good, BUDGET_USD_PER_DAY: "PRIVATE" }, /^BUDGET_USD_PER_DAY must be dollars a day, such as 10, or off/],
		[{ ...good, BUDGET_USD_PER_GUEST_PER_DAY: "-1" }, /^BUDGET_USD_PER_GUEST_PER_DAY must be dollars a day/],
		[{ ...good, GUEST_CLAUDE: "PRIVATE" }, /^GUEST_CLAUDE must be on or off/],
		[{ ...good, CLAUDE_MAX_TOKENS: "PRIVATE" }, /^CLAUDE_MAX_TOKENS must be a whole number/],
		[{ ...good, CLAUDE_MAX_TOKENS: "0" }, /^CLAUDE_MAX_TOKENS/],
		[{ ...good, CLAUDE_MAX_TOKENS: "1.5" }, /^CLAUDE_MAX_TOKENS/],
		[{ ...good, CLAUDE_CONTEXT_TOKENS: "8k" }, /^CLAUDE_CONTEXT_TOKENS must be a whole number/],
		[{ ...good, CLAUDE_CACHE_TTL: "PRIVATE" }, /^CLAUDE_CACHE_TTL must be 5m or 1h/],
		[{ ...good, SUMMARY_AFTER_TOKENS: "PRIVATE" }, /^SUMMARY_AFTER_TOKENS must be a whole number of tokens, or off/],
		[{ ...good, SUMMARY_AFTER_TOKENS: "0" }, /^SUMMARY_AFTER_TOKENS/],
		[{ ...good, SEND_BURST: "-1" }, /^SEND_BURST/],
		[{ ...good, SEND_BURST: "2.5" }, /^SEND_BURST/],
		[{ ...good, SEND_PER_SECOND: "0" }, /^SEND_PER_SECOND must be a number/],
		[{ ...good, SEND_PER_SECOND: "Infinity" }, /^SEND_PER_SECOND/],
		[{ ...good, SEND_PER_SECOND: "NaN" }, /^SEND_PER_SECOND/],
		[{ ...good, REPLY_IDLE_TIMEOUT_SECONDS: "1m" }, /^REPLY_IDLE_TIMEOUT_SECONDS/],
		[{ ...good, REPLY_IDLE_TIMEOUT_SECONDS: "-5" }, /^REPLY_IDLE_TIMEOUT_SECONDS/],
		[{ ...good, RELAYS_FROM: "0" }, /^RELAYS_FROM/],
		[{ ...good, RELAYS_FROM: "many" }, /^RELAYS_FROM/],
		[{ ...good, SOCKETIO_PING_INTERVAL_SECONDS: "0" }, /^SOCKETIO_PING_INTERVAL_SECONDS/],
	])("%j", (fields, sentence) => {
		const result = read(fields);
		if (!("problem" in result)) throw new Error("No problem was found");
		expect(result.problem).toMatch(sentence);
		expect(result.problem).toMatch(/\.\)?$/);
		expect(result.problem).not.toContain("PRIVATE");
	});
});
