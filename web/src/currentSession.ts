// The one session of this page, and how components see it.

import { useEffect, useState, useSyncExternalStore } from "react";
import { type Result, refresh, signInAsGuest } from "./api.ts";
import { clock } from "./browser.ts";
import { Session, type SessionState } from "./session.ts";

export const session = new Session({ signInAsGuest, refresh, clock });

export function useSession(): SessionState {
	return useSyncExternalStore(session.subscribe, session.state);
}

/** What a call answers, `undefined` while it is under way. Keep the call's identity: another one is called anew. */
export function useCall<T>(call: (token: string) => Promise<Result<T>>): Result<T> | undefined {
	const [answer, setAnswer] = useState<{ call: typeof call; result: Result<T> }>();
	useEffect(() => {
		let isCurrent = true;
		void session.call(call).then((result) => isCurrent && setAnswer({ call, result }));
		return () => {
			isCurrent = false;
		};
	}, [call]);
	return answer?.call === call ? answer.result : undefined;
}
