// The one session of this page, and how components see it.

import { useEffect, useState, useSyncExternalStore } from "react";
import { eraseMe, type Result, refresh, rename, signInAsGuest, signOut } from "../api.ts";
import { clock } from "../browser.ts";
import { clearDeviceCache, deviceCacheOwner, setDeviceCacheOwner } from "../live/deviceCache.ts";
import { clearOutbox } from "../live/outbox.ts";
import { drafts } from "../writing/currentDrafts.ts";
import { Session, type SessionState } from "./session.ts";

/** Of this browser, whose cookie is one. */
const tabs = new BroadcastChannel("session");
tabs.onmessage = () => void session.renew();

export const session = new Session({
	signInAsGuest,
	refresh,
	rename,
	renamed: () => tabs.postMessage("renamed"),
	signOut,
	erase: eraseMe,
	recall: deviceCacheOwner,
	forget: (userId) => {
		drafts.forget();
		void clearOutbox(userId);
	},
	clock,
});

session.subscribe(() => {
	const state = session.state();
	if (state.type === "signed_in") void setDeviceCacheOwner(state.user);
	if (state.type === "signed_out" || state.type === "erased") void clearDeviceCache();
});

export function useSession(): SessionState {
	return useSyncExternalStore(session.subscribe, session.state);
}

/** In ms. */
const askAgainAfter = 5_000;

/**
 * What a call answers; asked again while the service cannot be reached. `undefined` until it has answered once.
 * Keep the call's identity: another one is called anew.
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
			if ("error" in result && result.error.code === "unreachable") cancel = clock.after(askAgainAfter, ask);
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
