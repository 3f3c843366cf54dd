// A browser for tests inside the runtime, with its cookies, and the OpenID provider at which it signs in.

import { env, exports } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { FakeProvider } from "./fake-provider.ts";
import { origin } from "./socket.ts";

export const providerSettings = {
	OIDC_ISSUER: "",
	OIDC_CLIENT_ID: "parley",
	OIDC_CLIENT_SECRET: "s3cret",
	OIDC_NAME: "Example",
	OIDC_ALLOWED_DOMAINS: "",
};

export let provider: FakeProvider;

/** The description of a provider that was down is not asked for at once, so that each test has one of its own. */
export function useProvider(next = new FakeProvider()): void {
	provider = next;
	Object.assign(env, providerSettings, { OIDC_ISSUER: next.issuer });
}

const fetchOutside = globalThis.fetch;
vi.spyOn(globalThis, "fetch").mockImplementation(async (...given) => {
	const request = new Request(...(given as [string]));
	if (new URL(request.url).origin === new URL(provider.issuer).origin) return provider.answer(request);
	if (new URL(request.url).hostname === "down.example") throw new TypeError("Network connection lost.");
	return fetchOutside(...given);
});

/** Of cookies by name. One of a name has the same value at all of them. */
const pathsOf = new Map<string, Set<string>>();

/** One browser: its cookies, as far as tests need their rules. */
export class Browser {
	readonly cookies = new Map<string, string>();

	async open(address: string, init: RequestInit = {}): Promise<Response> {
		const { pathname } = new URL(address, origin);
		const sent = [...this.cookies].filter(([name]) => [...(pathsOf.get(name) ?? ["/"])].some((path) => pathname.startsWith(path)));
		const headers = new Headers(init.headers);
		headers.set("cookie", sent.map(([name, value]) => `${name}=${value}`).join("; "));
		const response = await exports.default.fetch(new URL(address, origin).href, { ...init, headers, redirect: "manual" });
		for (const line of response.headers.getSetCookie()) {
			const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			const path = /path=([^;]+)/i.exec(line)?.[1] ?? "/";
			pathsOf.set(name, (pathsOf.get(name) ?? new Set()).add(path));
			if (/max-age=0/i.test(line)) this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
		return response;
	}

	/** Returns the provider's address. */
	async start(returnTo = "/"): Promise<string> {
		const response = await this.open(`/api/auth/oidc/default/start?returnTo=${encodeURIComponent(returnTo)}`);
		expect(response.status).toBe(302);
		return response.headers.get("location") ?? "";
	}

	async signIn(claims: Record<string, unknown>, returnTo = "/"): Promise<Response> {
		return this.open(provider.signIn(await this.start(returnTo), claims));
	}

	async refresh() {
		const response = await this.open("/api/auth/refresh", { method: "POST" });
		return {
			status: response.status,
			body: response.status === 204 ? ({} as never) : ((await response.json()) as { token: string; user: { id: string; name: string } }),
		};
	}
}
