// The session of this page, and the hooks by which components use it.

import { useEffect, useState, useSyncExternalStore } from "react";
import { isGuestId } from "../../../src/protocol/person.ts";
import { type Result, refresh, rename, signInAsGuest, signOut } from "../api.ts";
import { clock } from "../browser.ts";
import { keepOnlyPlacesOf } from "../conversation/places.ts";
import { clearWaitingFiles } from "../files/waitingFiles.ts";
import { clearDeviceCache, deviceCacheOwner, setDeviceCacheOwner } from "../live/deviceCache.ts";
import { clearOutbox } from "../live/outbox.ts";
import { drafts } from "../writing/currentDrafts.ts";
import { continueByToken, forgetToken, hasToken } from "./elsewhere.ts";
import { Session, type SessionState } from "./session.ts";

/**
 * All tabs of a browser share one cookie, and each renewal replaces it. They renew one after another: a
 * request that still carried an older cookie would end the session.
 */
export async function refreshAlone(): ReturnType<typeof refresh> {
	const byToken = await continueByToken();
	if (byToken) return byToken;
	return "locks" in navigator ? navigator.locks.request("session", refresh) : refresh();
}

/** Where the browser goes once this device has forgotten the person. */
let signOutUrl: string | undefined;

/** Another issuer's token is ended there: this tab only forgets it. */
async function signOutHere(token: string): Promise<Result<undefined>> {
	if (hasToken()) {
		forgetToken();
		return { value: undefined };
	}
	const result = await signOut(token);
	if ("error" in result) return result;
	signOutUrl = result.value?.signOutUrl;
	return { value: undefined };
}

/** Tells the other tabs that the person has another name. */
const tabs = new BroadcastChannel("session");
tabs.onmessage = () => void session.renew();

export const session = new Session({
	signInAsGuest,
	refresh: refreshAlone,
	rename,
	renamed: () => tabs.postMessage("renamed"),
	signOut: signOutHere,
	cachedUser: deviceCacheOwner,
	keepOnly: (userId) => {
		drafts.keepOnly(userId);
		keepOnlyPlacesOf(userId);
		void clearOutbox(userId);
		void clearWaitingFiles(userId);
	},
	clock,
});

session.subscribe(() => {
	const state = session.state();
	if (state.type === "signed_in") void setDeviceCacheOwner(state.user);
	if (state.type !== "signed_out" && state.type !== "erased") return;
	void clearDeviceCache().finally(leaveForSignOut);
});

function leaveForSignOut(): void {
	if (signOutUrl !== undefined) location.assign(signOutUrl);
	signOutUrl = undefined;
}

/** True while this person uses the page. */
export function isUser(userId: string): boolean {
	const state = session.state();
	return "user" in state && state.user.id === userId;
}

/** True for guests. Whoever came as one, and signs in with a provider since, is none. */
export function isGuest(userId: string): boolean {
	const state = session.state();
	return isGuestId(userId) && !("user" in state && state.user.id === userId && state.user.isAccount);
}

export function useSession(): SessionState {
	return useSyncExternalStore(session.subscribe, session.state);
}

/** In ms. */
const retryAfter = 5_000;

/**
 * The result of a call, repeated while the service cannot be reached; `undefined` until there is one.
 * `call` must keep its identity: a new function is called again.
 */
export function useCall<T>(call: (token: string) => Promise<Result<T>>): Result<T> | undefined {
	const [answer, setAnswer] = useState<{ call: typeof call; result: Result<T> }>();
	useEffect(() => {
		let isCurrent = true;
		let cancel = () => {};
		const ask = async () => {
			cancel();
			const result = await session.call(call);
			if (!isCurrent) return;
			setAnswer({ call, result });
			if ("error" in result && result.error.code === "unreachable") cancel = clock.after(retryAfter, ask);
			else removeEventListener("online", ask);
		};
		addEventListener("online", ask);
		void ask();
		return () => {
			isCurrent = false;
			cancel();
			removeEventListener("online", ask);
		};
	}, [call]);
	return answer?.call === call ? answer.result : undefined;
}
