// Sign-in outside this page: leaving for it, and coming back with or without a token. What lasts for that is kept in this tab
// only. A token that this tab did not go to fetch could be a stranger's, so that it is offered and not used.

import type { ApiError, Result, SignedIn } from "../api.ts";
import { addressOf, whoAmI } from "../api.ts";

const names = { token: "token", began: "sign-in-began", hash: "hash-to-return-to" } as const;

let offered: string | undefined;

/** Call it before the session starts: takes what the address brings, and removes it from the address and the history. */
export function arrive(): void {
	const token = /^#token=([^&]+)$/.exec(location.hash)?.[1];
	const hash = read("hash");
	if (token !== undefined) {
		if (read("began") === null) offered = token;
		else write("token", token);
	}
	const isBack = token !== undefined || location.hash === "";
	if (token !== undefined || (isBack && hash !== null))
		history.replaceState(history.state, "", location.pathname + location.search + (hash ?? ""));
	if (isBack) {
		write("hash", null);
		write("began", null);
	}
}

/** The address where somebody begins to sign in with a provider. An invite's secret stays in this tab. */
export const providerAddress = (id: string) =>
	addressOf(`/auth/oidc/${encodeURIComponent(id)}/start?returnTo=${encodeURIComponent(location.pathname + location.search)}`).href;

/** The address of the deployment's own sign-in page. */
export function ownAddress(signInUrl: string): string {
	const url = new URL(signInUrl);
	url.searchParams.set("returnTo", location.origin + location.pathname + location.search);
	return url.href;
}

/** Call it before leaving. */
export function leave(): void {
	write("began", "yes");
	if (location.hash !== "") write("hash", location.hash);
}

/** Whoever the offered token is for; `undefined` without one, or if it is not accepted. */
export async function offeredPerson(): Promise<SignedIn["user"] | undefined> {
	const me = offered === undefined ? undefined : await whoAmI(offered);
	return me && "value" in me ? me.value.user : undefined;
}

export function acceptOffered(): void {
	write("token", offered ?? null);
	offered = undefined;
}

export const forgetToken = () => write("token", null);
export const hasToken = () => read("token") !== null;

/** The sign-in by this tab's token, as long as the service accepts it; `undefined` without one. */
export async function continueByToken(): Promise<Result<SignedIn> | undefined> {
	const token = read("token");
	if (token === null) return undefined;
	const me = await whoAmI(token);
	if ("value" in me) return { value: { ...me.value, token } };
	if (isRefused(me.error)) forgetToken();
	return isRefused(me.error) ? undefined : me;
}

const isRefused = ({ code }: ApiError) => code === "unauthorized" || code === "token_expired";

function read(name: keyof typeof names): string | null {
	try {
		return sessionStorage.getItem(names[name]);
	} catch {
		return null;
	}
}

function write(name: keyof typeof names, value: string | null): void {
	try {
		if (value === null) sessionStorage.removeItem(names[name]);
		else sessionStorage.setItem(names[name], value);
	} catch {}
}
